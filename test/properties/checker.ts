import type { ModifyDBClusterMessage, RestoreDBClusterToPointInTimeMessage } from "@aws-sdk/client-rds";
import type { Call } from "../../src/sim/aws/account.ts";
import type { AccountState, Cluster } from "../../src/sim/aws/state.ts";
import type { MemoryServers, Volume } from "../../src/sim/memory-servers.ts";

/**
 * The independent judge of a life. It knows what AWS was asked to do and did, what the servers hold, what people
 * clicked and what clients were told; of the product it knows nothing.
 */
export interface Witness {
  readonly ledger: readonly Call[];
  readonly state: AccountState;
  readonly servers: MemoryServers;
  /** The cluster as it was when it all began, and its members' resource ids. */
  readonly source: Cluster;
  readonly members: readonly string[];
  readonly keyArn: string;
  readonly fenceGroup: string;
  readonly requester: string;
  /** Who clicked on what, when, and from when on it is to hold. */
  readonly clicks: readonly {
    readonly at: number;
    readonly from: number;
    readonly user: string;
    readonly gate: string;
  }[];
  /** What people did to the account behind the product's back. */
  readonly tampering: readonly { readonly at: number; readonly what: string }[];
  /** Where clients got in, and what they missed there. */
  readonly entries: readonly {
    readonly at: number;
    readonly volume: string;
    readonly missing: readonly string[];
  }[];
  readonly acknowledged: readonly string[];
}

type Invariant = (of: Witness) => string[];

/** Everything that must hold in any life and does not, in words. */
export function violations(of: Witness): string[] {
  return Object.entries(invariants).flatMap(([name, invariant]) =>
    invariant(of).map((found) => `${name}: ${found}`),
  );
}

const invariants: Readonly<Record<string, Invariant>> = {
  "changes are approved by somebody else": approvedChanges,
  "interruptions are approved after the last change of what was approved": approvedInterruptions,
  "the source is never deleted": sourceStays,
  "only what was never opened is deleted": deletedIsUnopened,
  "only the source and what was made for it is touched": identity,
  "nothing is written to the source behind the fence": fencedSource,
  "a restore is to a moment after the last write": restoreAfterLastWrite,
  "clients find every acknowledged write": nothingMissing,
  "the name leads to the source or to what was made for it": rightOwner,
  "what clients are let into has the approved key and settings": asApproved,
};

const effects = ({ ledger }: Witness) => ledger.filter(({ mutates, outcome }) => mutates && outcome === "ok");

const tamperingBefore = ({ tampering }: Witness, at: number) => tampering.filter((done) => done.at < at);

function isApproved({ clicks, requester }: Witness, gate: string, from: number, until: number): boolean {
  return clicks.some(
    (click) => click.gate === gate && click.user !== requester && click.at >= from && click.from <= until,
  );
}

function approvedChanges(of: Witness): string[] {
  const [first] = effects(of);
  return !first || isApproved(of, "begin", 0, first.at) ? [] : [`${first.operation} without an approval`];
}

/** Look-ups may be ten seconds old, so that what somebody changed in this time need not have been seen. */
const blindness = 15_000;

function approvedInterruptions(of: Witness): string[] {
  const fence = effects(of).find((call) => fences(of, call));
  if (!fence) return [];
  const changed = tamperingBefore(of, fence.at - blindness).filter(({ what }) => what === "settings");
  const from = Math.max(0, ...changed.map(({ at }) => at));
  return isApproved(of, "cutover", from, fence.at) ? [] : ["the fence went up without a valid approval"];
}

function groupsOf({ operation, input }: Call): readonly string[] | undefined {
  return operation === "ModifyDBCluster" ? (input as ModifyDBClusterMessage).VpcSecurityGroupIds : undefined;
}

function concerns(call: Call, resourceId: string): boolean {
  return call.touched.some((touched) => touched.resourceId === resourceId);
}

function fences({ source, fenceGroup }: Witness, call: Call): boolean {
  return concerns(call, source.resourceId) && groupsOf(call)?.includes(fenceGroup) === true;
}

const isDeletion = ({ operation }: Call) => operation.startsWith("Delete");

function sourceStays(of: Witness): string[] {
  const own = [of.source.resourceId, ...of.members];
  const deleted = effects(of).filter((call) => isDeletion(call) && own.some((id) => concerns(call, id)));
  const gone = own.filter((id) => !(id in of.state.clusters) && !(id in of.state.instances));
  return [...deleted.map(({ operation }) => operation), ...gone.map((id) => `${id} is gone`)];
}

function deletedIsUnopened(of: Witness): string[] {
  return effects(of)
    .filter(isDeletion)
    .flatMap(({ at, operation, touched }) =>
      touched
        .filter(({ resourceId }) => of.entries.some((entry) => entry.volume === resourceId && entry.at < at))
        .map(({ name }) => `${operation} of ${name}, which clients were in`),
    );
}

const creations = new Set(["RestoreDBClusterToPointInTime", "CreateDBInstance", "CreateDBClusterSnapshot"]);

function identity(of: Witness): string[] {
  const ours = new Set([of.source.resourceId, ...of.members]);
  const found: string[] = [];
  for (const call of effects(of)) {
    const ids = call.touched.map(({ resourceId }) => resourceId);
    const made = creations.has(call.operation) ? ids.pop() : undefined;
    const foreign = ids.filter((id) => !ours.has(id));
    if (foreign.length > 0) found.push(`${call.operation} of ${foreign}`);
    if (call.operation === "CreateDBInstance" && ids.includes(of.source.resourceId)) {
      found.push("an instance was made in the source");
    }
    if (made !== undefined) ours.add(made);
  }
  return found;
}

const isWrite = ({ change }: Volume["commits"][number]) => change.kind === "put" || change.kind === "remove";

/** After the marker, clients write to the source only once it was unfenced, or by somebody else's doing. */
function fencedSource(of: Witness): string[] {
  const { commits } = of.servers.volume(of.source.resourceId);
  const marked = commits.filter(({ change }) => change.kind === "mark").map(({ at }) => at);
  const lifted = [
    ...effects(of)
      .filter(
        (call) => concerns(call, of.source.resourceId) && groupsOf(call)?.includes(of.fenceGroup) === false,
      )
      .map(({ at }) => at),
    ...of.tampering.filter(({ what }) => what === "fence lifted").map(({ at }) => at),
  ];
  const fenced = effects(of)
    .filter((call) => fences(of, call))
    .map(({ at }) => at);
  const late = commits.filter((commit) => {
    const mark = marked.findLast((at) => at < commit.at);
    const fence = fenced.findLast((at) => at < commit.at) ?? 0;
    return isWrite(commit) && mark !== undefined && !lifted.some((at) => at >= fence && at <= commit.at);
  });
  return late.map(({ at }) => `a write at ${at}, after the marker at ${marked}`);
}

function restoreAfterLastWrite(of: Witness): string[] {
  const { commits } = of.servers.volume(of.source.resourceId);
  return effects(of)
    .filter(({ operation }) => operation === "RestoreDBClusterToPointInTime")
    .flatMap((call) => {
      const { RestoreToTime, SourceDbClusterResourceId } = call.input as RestoreDBClusterToPointInTimeMessage;
      const to = RestoreToTime?.getTime() ?? 0;
      const later = commits.filter((commit) => isWrite(commit) && commit.at > to && commit.at <= call.at);
      const lifted = tamperingBefore(of, call.at).some(({ what }) => what === "fence lifted");
      return [
        ...(later.length > 0 && !lifted ? [`${later.length} writes between ${to} and the restore`] : []),
        ...(SourceDbClusterResourceId === of.source.resourceId
          ? []
          : ["it was not by the source's resource id"]),
      ];
    });
}

function nothingMissing({ entries, servers, state, source, acknowledged }: Witness): string[] {
  const missed = entries.filter(({ missing }) => missing.length > 0);
  const serving = Object.values(state.clusters).find(({ id }) => id === source.id);
  const opened = serving && entries.some(({ volume }) => volume === serving.resourceId);
  const rows = servers.volume(opened ? serving.resourceId : source.resourceId).rows;
  const lost = acknowledged.filter((key) => !rows.has(key));
  return [
    ...missed.map(({ at, missing }) => `${missing.length} missing for the client let in at ${at}`),
    ...(lost.length > 0 ? [`${lost.length} acknowledged writes are lost`] : []),
  ];
}

function rightOwner(of: Witness): string[] {
  const made = effects(of)
    .filter(({ operation }) => operation === "RestoreDBClusterToPointInTime")
    .flatMap(({ touched }) => touched.at(-1)?.resourceId ?? []);
  return of.entries
    .filter(({ volume }) => volume !== of.source.resourceId && !made.includes(volume))
    .map(({ volume }) => `a client was let into ${volume}`);
}

function asApproved({ entries, state, source, keyArn, members, tampering }: Witness): string[] {
  const opened = new Set(
    entries.map(({ volume }) => volume).filter((volume) => volume !== source.resourceId),
  );
  return [...opened].flatMap((volume) => {
    const cluster = state.clusters[volume];
    if (!cluster) return [`${volume} was opened and is gone`];
    const key = cluster.storageKey.type === "sse-kms" ? cluster.storageKey.arn : cluster.storageKey.type;
    const instances = Object.values(state.instances).filter((instance) => instance.cluster === volume);
    return [
      ...(key === keyArn ? [] : [`${cluster.id} is under ${key}`]),
      ...(instances.length === members.length ? [] : [`${cluster.id} has ${instances.length} members`]),
      ...(tampering.length > 0 ? [] : differences(source, cluster)),
    ];
  });
}

const sameSettings = [
  "DBClusterParameterGroup",
  "DBSubnetGroup",
  "Port",
  "BackupRetentionPeriod",
  "PreferredBackupWindow",
  "PreferredMaintenanceWindow",
  "IAMDatabaseAuthenticationEnabled",
  "CopyTagsToSnapshot",
] as const;

function differences({ settings: was }: Cluster, { settings: is }: Cluster): string[] {
  const differ = sameSettings.filter((key) => was[key] !== is[key]).map((key) => `${key} is ${is[key]}`);
  const missing = was.TagList.filter(
    ({ Key, Value }) => !is.TagList.some((tag) => tag.Key === Key && tag.Value === Value),
  );
  return [...differ, ...missing.map(({ Key }) => `the tag ${Key} is missing`)];
}
