import type {
  DBProxyTarget,
  DeregisterDBProxyTargetsRequest,
  DescribeDBProxiesRequest,
  DescribeDBProxyTargetGroupsRequest,
  DescribeDBProxyTargetsRequest,
  RegisterDBProxyTargetsRequest,
  TargetHealth,
} from "@aws-sdk/client-rds";
import type { DatabaseProxy } from "../attachments.ts";
import { rdsFault } from "../fault.ts";
import { arn, instanceEndpoint } from "../names.ts";
import { refuseUncovered } from "../parameters.ts";
import type { AccountState, Cluster } from "../state.ts";
import { after, clusterNamed, membersOf, type Turn } from "../turn.ts";
import { page } from "./paging.ts";

type OfProxy = { readonly proxy: string };

function proxiesNamed(state: AccountState, name: string | undefined): readonly DatabaseProxy[] {
  const found = state.attachments.proxies.filter(
    ({ proxy }) => name === undefined || proxy.DBProxyName === name,
  );
  if (name !== undefined && found.length === 0) {
    throw rdsFault("DBProxyNotFoundFault", `DB proxy ${name} not found.`);
  }
  return found;
}

export function describeDBProxies(turn: Turn, input: DescribeDBProxiesRequest) {
  const { records, ...marker } = page(proxiesNamed(turn.seen, input.DBProxyName), input);
  return { DBProxies: records.map(({ proxy }) => ({ ...proxy })), ...marker };
}

export function describeDBProxyTargetGroups(turn: Turn, input: DescribeDBProxyTargetGroupsRequest) {
  const groups = proxiesNamed(turn.seen, input.DBProxyName ?? "").map(({ proxy, targetGroupArn }) => ({
    DBProxyName: proxy.DBProxyName,
    TargetGroupName: "default",
    TargetGroupArn: targetGroupArn,
    IsDefault: true,
    Status: "available",
  }));
  const { records, ...marker } = page(groups, input);
  return { TargetGroups: records, ...marker };
}

/** The proxy goes on tracking the cluster that it was given, whatever it is called now. */
export function describeDBProxyTargets(turn: Turn, input: DescribeDBProxyTargetsRequest) {
  const targets = proxiesNamed(turn.seen, input.DBProxyName ?? "").flatMap((proxy) => targetsOf(turn, proxy));
  const { records, ...marker } = page(targets, input);
  return { Targets: records, ...marker };
}

function targetsOf({ state }: Turn, proxy: DatabaseProxy): DBProxyTarget[] {
  const cluster = state.clusters[proxy.target?.cluster ?? ""];
  if (cluster === undefined) return instanceTarget(state, proxy);
  const members = membersOf(state, cluster.resourceId).map((member) => ({
    Type: "RDS_INSTANCE" as const,
    TargetArn: arn(state, "db", member.id),
    RdsResourceId: member.id,
    TrackedClusterId: cluster.id,
    Endpoint: instanceEndpoint(state, member.id),
    Port: cluster.settings.Port,
    Role: member.writer ? ("READ_WRITE" as const) : ("READ_ONLY" as const),
    TargetHealth: healthOf(state, proxy, cluster),
  }));
  return [
    {
      Type: "TRACKED_CLUSTER" as const,
      TargetArn: arn(state, "cluster", cluster.id),
      RdsResourceId: cluster.id,
      Port: cluster.settings.Port,
    },
    ...members,
  ];
}

/** An instance outside of a cluster is tracked by itself; nothing here registers one. */
function instanceTarget(state: AccountState, { target }: DatabaseProxy): DBProxyTarget[] {
  const instance = state.instances[target?.cluster ?? ""];
  if (instance === undefined) return [];
  return [
    {
      Type: "RDS_INSTANCE" as const,
      TargetArn: arn(state, "db", instance.id),
      RdsResourceId: instance.id,
      Endpoint: instanceEndpoint(state, instance.id),
      Port: instance.settings.DbInstancePort,
      Role: "READ_WRITE" as const,
      TargetHealth: { State: "AVAILABLE" as const },
    },
  ];
}

/**
 * A proxy comes from the application's network and logs in with the secrets that it was given. It shows what it met when it
 * tried. Source: RDS API, TargetHealth; RDS User Guide, Troubleshooting for RDS Proxy.
 */
function healthOf(state: AccountState, { proxy, target }: DatabaseProxy, cluster: Cluster): TargetHealth {
  if (target?.registering) return { State: "REGISTERING" };
  const admitting = cluster.settings.VpcSecurityGroups.filter(({ Status }) => Status !== "adding").some(
    ({ VpcSecurityGroupId: id }) => state.securityGroups[id ?? ""]?.admits.includes("application"),
  );
  if (!admitting) {
    return {
      State: "UNAVAILABLE",
      Reason: "UNREACHABLE",
      Description: "DBProxy Target unavailable due to a network problem",
    };
  }
  const isMaster = ({ SecretArn = "" }) => SecretArn.includes(":secret:rds!");
  const stale = (proxy.Auth ?? []).some(
    (auth) => isMaster(auth) && auth.SecretArn !== cluster.settings.MasterUserSecret?.SecretArn,
  );
  return stale
    ? { State: "UNAVAILABLE", Reason: "AUTH_FAILURE", Description: "The password does not fit" }
    : { State: "AVAILABLE" };
}

/** Where a proxy's own endpoint leads: to the writer of what it tracks. */
export function proxiedCluster(state: AccountState, host: string): string | undefined {
  const found = state.attachments.proxies.find(({ proxy }) => proxy.Endpoint === host);
  const cluster = state.clusters[found?.target?.cluster ?? ""];
  if (found === undefined || cluster === undefined) return undefined;
  return healthOf(state, found, cluster).State === "AVAILABLE" ? cluster.resourceId : undefined;
}

export function changeProxy(turn: Turn, { proxy }: DatabaseProxy, change: Partial<DatabaseProxy>): void {
  const proxies = turn.state.attachments.proxies.map((one) =>
    one.proxy.DBProxyName === proxy.DBProxyName ? { ...one, ...change } : one,
  );
  turn.state = { ...turn.state, attachments: { ...turn.state.attachments, proxies } };
}

function oneProxy(turn: Turn, input: RegisterDBProxyTargetsRequest): DatabaseProxy {
  const [found] = proxiesNamed(turn.state, input.DBProxyName ?? "");
  if (found === undefined || (input.TargetGroupName ?? "default") !== "default") {
    throw rdsFault("DBProxyTargetGroupNotFoundFault", `There is no target group ${input.TargetGroupName}.`);
  }
  if (found.proxy.Status !== "available") {
    throw rdsFault("InvalidDBProxyStateFault", `DB proxy ${input.DBProxyName} is ${found.proxy.Status}.`);
  }
  return found;
}

const covered = ["DBProxyName", "TargetGroupName", "DBClusterIdentifiers"] as const;

/** A proxy has one target at a time (RDS User Guide, RDS Proxy concepts). */
export function registerDBProxyTargets(turn: Turn, input: RegisterDBProxyTargetsRequest) {
  refuseUncovered("RegisterDBProxyTargets", input, covered);
  const found = oneProxy(turn, input);
  const [name = "", ...more] = input.DBClusterIdentifiers ?? [];
  const cluster = clusterNamed(turn, name);
  const isLeading = found.target !== null && found.target.cluster in turn.state.clusters;
  if (isLeading || more.length > 0) {
    throw rdsFault("DBProxyTargetAlreadyRegisteredFault", `${input.DBProxyName} has a target already.`);
  }
  if (cluster.status !== "available") {
    throw rdsFault("InvalidDBClusterStateFault", `DBCluster ${cluster.id} is ${cluster.status}.`);
  }
  const proxy = input.DBProxyName ?? "";
  changeProxy(turn, found, { target: { cluster: cluster.resourceId, registering: true } });
  after(turn, turn.durations.registerTarget, { do: "finish registering target", proxy });
  const [now = found] = proxiesNamed(turn.state, proxy);
  return { DBProxyTargets: targetsOf(turn, now) };
}

export function finishRegisteringTarget(turn: Turn, event: OfProxy): void {
  const found = turn.state.attachments.proxies.find(({ proxy }) => proxy.DBProxyName === event.proxy);
  if (found?.target) changeProxy(turn, found, { target: { ...found.target, registering: false } });
}

/** Ends the connections that the proxy holds (RDS User Guide, RDS Proxy: removing a target). */
export function deregisterDBProxyTargets(turn: Turn, input: DeregisterDBProxyTargetsRequest) {
  refuseUncovered("DeregisterDBProxyTargets", input, covered);
  const found = oneProxy(turn, input);
  const [name = ""] = input.DBClusterIdentifiers ?? [];
  const cluster = clusterNamed(turn, name);
  if (found.target?.cluster !== cluster.resourceId) {
    throw rdsFault("DBProxyTargetNotFoundFault", `${name} is no target of ${input.DBProxyName}.`);
  }
  changeProxy(turn, found, { target: null });
  return {};
}
