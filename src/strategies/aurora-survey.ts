import type { ClusterFacts, InstanceFacts } from "../core/cloud.ts";
import { DatabaseFault } from "../core/database.ts";
import { foreignTags } from "../core/names.ts";
import type { Note } from "../core/note.ts";
import { type Problem, problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { Survey, SurveyContext } from "../core/strategy.ts";
import type { AuroraObserved, AuroraPinned } from "./facts.ts";

type Surveyed = Survey<AuroraPinned, AuroraObserved> | { problem: Problem };

/** Reads everything that the plan rests on, in two rounds of look-ups, each round at once. */
export async function surveyAurora(cx: SurveyContext): Promise<Surveyed> {
  const { name, region } = cx.target;
  const [source, key] = await Promise.all([cx.cloud.findCluster(name), cx.cloud.findKey(cx.key)]);
  if (!source) return { problem: problem("target.not-found", { name, region }) };
  if (!key) return { problem: problem("key.not-found", { key: cx.key, region }) };
  if (source.status !== "available")
    return { problem: problem("target.not-available", { name, status: source.status }) };
  if (source.endpoint === null) return { problem: problem("target.no-writer", { name }) };
  const database = source.databaseName ?? "postgres";
  const [members, attachments, quotas, vpc, sourceKey, snapshot, inside] = await Promise.all([
    cx.cloud.membersOf(name),
    cx.cloud.attachmentsOf(source),
    cx.cloud.quotas(),
    cx.cloud.vpcOf(source.settings.subnetGroup),
    source.keyArn === null ? undefined : cx.cloud.findKey(source.keyArn),
    cx.cloud.findClusterSnapshot(cx.names.safetySnapshot),
    askInside(cx, source, database),
  ]);
  const fenceGroup = vpc === undefined ? undefined : cx.fenceGroups[vpc];
  if (vpc === undefined || fenceGroup === undefined)
    return { problem: problem("fence.no-group", { vpc: vpc ?? "?", name }) };
  if (inside.problem !== undefined) return { problem: inside.problem };
  const pinned: AuroraPinned = {
    source: { name, resourceId: source.resourceId, arn: source.arn, keyArn: source.keyArn },
    keyArn: key.arn,
    settings: withoutOwnTags(source).settings,
    members: members
      .map((member) => ({ resourceId: member.resourceId, settings: withoutOwnTags(member).settings }))
      .sort((a, b) => (a.resourceId < b.resourceId ? -1 : 1)),
    endpoints: { writer: source.endpoint, reader: source.readerEndpoint ?? "" },
    database,
    vpc,
    fenceGroup,
    serverVersion: inside.serverVersion,
    databases: inside.databases,
  };
  return {
    pinned,
    keyArn: key.arn,
    remarks: remarksOn(pinned),
    observed: {
      status: source.status,
      writer: source.members.find((member) => member.writer)?.name ?? null,
      latestRestorableTime: source.latestRestorableTime,
      pendingChanges: [source, ...members].flatMap(({ name: of, pendingChanges }) =>
        pendingChanges.map((change) => `${of}: ${change}`),
      ),
      attachments: [...attachments, ...ownAttachments(source), ...inside.attachments],
      quotas,
      safetySnapshotExists: snapshot !== undefined,
      key,
      sourceKeyState: sourceKey?.state ?? null,
      login: inside.login,
    },
  };
}

/** The bot's own tags are no fact about the database, and its own protection of it is no drift. */
function withoutOwnTags<F extends ClusterFacts | InstanceFacts>(of: F): F {
  return { ...of, settings: { ...of.settings, tags: foreignTags(of.settings.tags) } };
}

/** Asks the database itself; a login that does not get in is a problem here and not in the middle of the night. */
async function askInside(cx: SurveyContext, source: ClusterFacts, database: string) {
  const at = { host: source.endpoint ?? "", port: source.settings.port, database };
  try {
    const found = await cx.database.inventory(at);
    return { ...found, attachments: insideAttachments(found) };
  } catch (fault) {
    if (!(fault instanceof DatabaseFault)) throw fault;
    return {
      problem: problem("probe.cannot-reach", { name: source.name, layer: fault.layer, code: fault.code }),
    };
  }
}

type Attached = AuroraObserved["attachments"][number];

function insideAttachments(found: Awaited<ReturnType<SurveyContext["database"]["inventory"]>>): Attached[] {
  return [
    ...found.replicationSlots.map((name) => ({ kind: "replication-slots", name })),
    ...found.unloggedTables.map((name) => ({ kind: "unlogged-tables", name })),
    ...found.preparedTransactions.map((name) => ({ kind: "prepared-transactions", name })),
    ...found.writers.map(({ kind, name, database }) => ({
      kind: kind === "pg_cron" ? "pg-cron" : "subscription",
      name: `${name} in ${database}`,
    })),
  ];
}

/** What AWS tells with the cluster and a restore would leave behind. */
function ownAttachments({ own }: ClusterFacts): Attached[] {
  const attached: Attached[] = own.roles.map((name) => ({ kind: "role", name }));
  if (own.dataApi) attached.push({ kind: "data-api", name: "HTTP endpoint" });
  if (own.activityStream) attached.push({ kind: "activity-stream", name: "activity stream" });
  if (own.masterSecretArn !== null) attached.push({ kind: "master-secret", name: own.masterSecretArn });
  attached.push({ kind: "iam-master", name: "IAM master" });
  if (own.localWriteForwarding || own.globalWriteForwarding)
    attached.push({ kind: "write-forwarding", name: "write forwarding" });
  if (own.backtrackSeconds > 0) attached.push({ kind: "backtrack", name: "backtrack" });
  return [...attached, ...own.domains.map((name) => ({ kind: "domain", name }))];
}

function remarksOn(pinned: AuroraPinned): readonly Note[] {
  const remarks: Note[] = [
    note("remark.expected-from", {}),
    note("remark.restart", {}),
    note("remark.schema", { database: pinned.database }),
    note("remark.restorable", {}),
  ];
  if (!pinned.settings.deletionProtection) remarks.push(note("remark.protection", {}));
  if (pinned.settings.iamAuthentication) {
    remarks.push(note("remark.resource-id", { resourceId: pinned.source.resourceId }));
  }
  if (pinned.members.some(({ settings }) => settings.performanceInsights !== null)) {
    remarks.push(note("remark.performance-insights", {}));
  }
  return remarks;
}
