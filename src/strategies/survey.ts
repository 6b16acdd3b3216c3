import type { ClusterSettings, KeyFacts } from "../core/cloud.ts";
import { DatabaseFault, type Inventory, type ReplicationSlot } from "../core/database.ts";
import type { Note } from "../core/note.ts";
import { type Problem, problem } from "../core/problem.ts";
import type { Quotas } from "../core/quotas.ts";
import { note } from "../core/sentences.ts";
import type { SurveyContext } from "../core/strategy.ts";
import { backupRemark } from "./backup-preconditions.ts";
import type { Observed, Pinned } from "./facts.ts";
import { sayWriters } from "./inside-steps.ts";
import type { Subject } from "./subject.ts";

export type Attached = Observed["attachments"][number];

/** What is read around a database of any kind, in one round of look-ups. */
interface Around {
  readonly vpc: string;
  readonly fenceGroup: string;
  readonly quotas: Quotas;
  readonly sourceKey: KeyFacts | undefined;
  readonly keyRights: Observed["keyRights"];
  readonly safetySnapshotExists: boolean;
  readonly inside: Inventory;
  readonly backup: Observed["backup"];
}

type Surveyed = Omit<Subject, "settings"> & {
  readonly settings: Pick<ClusterSettings, "port" | "subnetGroup">;
};

export async function lookAround(
  cx: SurveyContext,
  source: Surveyed,
  database: string,
): Promise<Around | { readonly problem: Problem }> {
  const { name, kind, keyArn, settings } = source;
  const [quotas, subnets, sourceKey, keyRights, snapshot, inside, backup] = await Promise.all([
    cx.cloud.quotas(),
    cx.cloud.findSubnetGroup(settings.subnetGroup),
    keyArn === null ? undefined : cx.cloud.findKey(keyArn),
    rightsOnKeys(cx, keyArn),
    cx.cloud.findSnapshot(kind, cx.names.safetySnapshot),
    askInside(cx, source, database),
    backupOf(cx, kind),
  ]);
  const vpc = subnets?.vpc;
  const fenceGroup = vpc === undefined ? undefined : cx.fenceGroups[vpc];
  if (vpc === undefined || fenceGroup === undefined)
    return { problem: problem("fence.no-group", { vpc: vpc ?? "?", name }) };
  if ("problem" in inside) return inside;
  const safetySnapshotExists = snapshot !== undefined;
  return { vpc, fenceGroup, quotas, sourceKey, keyRights, safetySnapshotExists, inside, backup };
}

/** What stands in the way of a copy in the other account is known before anybody's clients are interrupted for it. */
async function backupOf(
  { cloud, backup, key }: SurveyContext,
  kind: Subject["kind"],
): Promise<Observed["backup"]> {
  const found = backup && (await cloud.findKey(key));
  // Nobody can change the policy of a key that AWS manages: that it is one is what is said.
  const isOurs = found?.manager === "CUSTOMER";
  return backup && isOurs ? cloud.backupReadiness(backup, { kind, keyArn: found.arn }) : null;
}

/** Everybody in an account may use its `aws/rds` through RDS, and only its own account may read a key's policy. */
async function rightsOnKeys(
  { cloud, key, target }: SurveyContext,
  sourceKeyArn: string | null,
): Promise<Observed["keyRights"]> {
  const named = sourceKeyArn === null ? [key] : [key, sourceKeyArn];
  const found = await Promise.all(named.map((each) => cloud.findKey(each)));
  const ours = found.flatMap((each) =>
    each?.manager === "CUSTOMER" && each.account === target.account ? [each.arn] : [],
  );
  return Promise.all(ours.map(async (arn) => ({ key: arn, right: await cloud.rightOnKey(arn) })));
}

/** Asks the database itself; a login that does not get in is a problem here and not in the middle of the night. */
async function askInside(
  cx: SurveyContext,
  { name, endpoint, settings }: Surveyed,
  database: string,
): Promise<Inventory | { readonly problem: Problem }> {
  try {
    return await cx.database.inventory({ host: endpoint ?? "", port: settings.port, database });
  } catch (fault) {
    if (!(fault instanceof DatabaseFault)) throw fault;
    return { problem: problem("probe.cannot-reach", { name, layer: fault.layer, code: fault.code }) };
  }
}

/** Such as `feed (pgoutput, 3 MB behind, its consumer is connected)`. */
function saySlot({ name, kind, plugin, behind, active }: ReplicationSlot): string {
  const lag = behind === null ? [] : [`${Math.ceil(behind / 1_048_576)} MB behind`];
  const consumer = active ? "its consumer is connected" : "nobody is connected";
  return `${name} (${[plugin ?? kind, ...lag, consumer].join(", ")})`;
}

/** What inside a database stands against moving it, or must be carried along. */
export function insideAttachments(found: Inventory): Attached[] {
  return [
    ...found.replicationSlots.map((slot) => ({ kind: "replication-slots", name: saySlot(slot) })),
    ...found.preparedTransactions.map((name) => ({ kind: "prepared-transactions", name })),
    ...found.writers
      .filter(({ on, silenceable }) => on && !silenceable)
      .map(({ kind, name, database }) => ({
        kind: kind === "pg_cron" ? "pg-cron" : "subscription",
        name: `${name} in ${database}`,
      })),
  ];
}

/** What the approval covers of it. */
export function pinnedInside({ serverVersion, databases, writers, unloggedTables }: Inventory) {
  return {
    serverVersion,
    databases,
    // What this migration has turned off itself is no difference from the plan.
    writers: writers
      .filter(({ on, silenced, silenceable }) => (on || silenced) && silenceable)
      .map(({ kind, database, id, name }) => ({ kind, database, id, name })),
    comesBackEmpty: unloggedTables,
  };
}

/** What approvers should know of any migration. */
export function remarksOn(
  pinned: Pinned & { readonly settings: { readonly iamAuthentication: boolean } },
): readonly Note[] {
  const { settings, source, database, writers, comesBackEmpty } = pinned;
  return [
    note("remark.restart", {}),
    note("remark.schema", { database }),
    note("remark.restorable", {}),
    ...(writers.length === 0 ? [] : [note("remark.writers", { writers: sayWriters(writers) })]),
    ...(comesBackEmpty.length === 0
      ? []
      : [note("remark.comes-back-empty", { tables: comesBackEmpty.join(", ") })]),
    ...(settings.deletionProtection ? [] : [note("remark.protection", {})]),
    ...(settings.iamAuthentication ? [note("remark.resource-id", { resourceId: source.resourceId })] : []),
    backupRemark(pinned),
  ];
}
