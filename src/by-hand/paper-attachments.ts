import {
  endpointInput,
  passwordInput,
  proxyInput,
  roleInput,
  scalingInput,
  streamInput,
} from "../aws/attachments-inputs.ts";
import { untagInput } from "../aws/rds-inputs.ts";
import type { AttachmentChange, AttachmentCloud } from "../core/attachments.ts";
import type { ClusterFacts, Ref } from "../core/cloud.ts";
import { arnOf, type World } from "./paper-world.ts";

type Write = (operation: string, input: object) => void;

/** What hangs on a cluster, on paper: it is under the name that the cluster has at that moment. */
export function attachmentChangesOnPaper(
  world: World,
  write: Write,
): Pick<AttachmentCloud, AttachmentChange> {
  return {
    ...ownChanges(world, write),
    ...endpointChanges(world, write),
    registerProxyTarget: async ({ name }, proxy) => {
      write("RegisterDBProxyTargets", proxyInput(name, proxy));
      lead(world, proxy, [name]);
    },
    deregisterProxyTarget: async ({ name }, proxy) => {
      write("DeregisterDBProxyTargets", proxyInput(name, proxy));
      lead(world, proxy, []);
    },
    suspendScaling: async ({ name }, suspended) =>
      write("RegisterScalableTarget", scalingInput(name, suspended)),
  };
}

function ownChanges(world: World, write: Write) {
  return {
    addRole: async (cluster, role) => {
      write("AddRoleToDBCluster", roleInput(cluster.name, role));
      own(world, cluster, ({ roles }) => ({ roles: [...roles, { ...role, active: true }] }));
    },
    switchDataApi: async (cluster, on) => {
      write(on ? "EnableHttpEndpoint" : "DisableHttpEndpoint", { ResourceArn: arnOf(world, cluster) });
      own(world, cluster, () => ({ dataApi: on }));
    },
    startActivityStream: async (cluster, stream) => {
      write("StartActivityStream", streamInput(arnOf(world, cluster), stream));
      own(world, cluster, () => ({ activityStream: { ...stream, started: true, kinesis: "" } }));
    },
    manageMasterPassword: async (cluster, keyArn) => {
      write("ModifyDBCluster", passwordInput(cluster.name, keyArn));
      own(world, cluster, () => ({ masterSecret: { arn: "", keyArn: keyArn ?? "", active: true } }));
    },
  } satisfies Partial<AttachmentCloud>;
}

function endpointChanges(world: World, write: Write) {
  return {
    createCustomEndpoint: async (cluster, endpoint) => {
      write("CreateDBClusterEndpoint", endpointInput(cluster.name, endpoint));
      const arn = endpointArn(world, cluster, endpoint.name);
      const made = { ...endpoint, arn, status: "available", clusterName: cluster.name };
      world.customEndpoints = [...world.customEndpoints, made];
    },
    deleteCustomEndpoint: async (_cluster, name) => {
      write("DeleteDBClusterEndpoint", { DBClusterEndpointIdentifier: name });
      world.customEndpoints = world.customEndpoints.filter((one) => one.name !== name);
    },
    removeEndpointTags: async (cluster, name, keys) =>
      write("RemoveTagsFromResource", untagInput(endpointArn(world, cluster, name), keys)),
  } satisfies Partial<AttachmentCloud>;
}

function own(
  world: World,
  { name }: Ref,
  change: (own: ClusterFacts["own"]) => Partial<ClusterFacts["own"]>,
): void {
  world.clusters = world.clusters.map((one) =>
    one.name === name ? { ...one, own: { ...one.own, ...change(one.own) } } : one,
  );
}

function lead(world: World, proxy: string, clusters: readonly string[]): void {
  world.proxies = world.proxies.map((one) => (one.name === proxy ? { ...one, clusters } : one));
}

function endpointArn(world: World, cluster: Ref, name: string): string {
  return arnOf(world, cluster).replace(/:cluster:.*$/, `:cluster-endpoint:${name}`);
}

export function attachmentsOnPaper(world: World) {
  return {
    findCustomEndpoint: async (name) => world.customEndpoints.find((one) => one.name === name),
    findProxy: async (name) => world.proxies.find((one) => one.name === name),
  } satisfies Partial<AttachmentCloud>;
}
