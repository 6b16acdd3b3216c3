import type { AttachedFacts } from "../core/attachments.ts";
import type { ClusterFacts } from "../core/cloud.ts";
import { foreignTags } from "../core/names.ts";
import type { Note } from "../core/note.ts";
import { type Problem, problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { Survey, SurveyContext } from "../core/strategy.ts";
import type { AuroraPinned, Observed } from "./facts.ts";
import { type Attached, insideAttachments, lookAround, remarksOn } from "./survey.ts";

type Surveyed = Survey<AuroraPinned, Observed> | { problem: Problem };

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
  const [members, attachments, attached, around] = await Promise.all([
    cx.cloud.membersOf(name),
    cx.cloud.attachmentsOf(source),
    cx.cloud.attachedTo(source),
    lookAround(cx, { ...source, kind: "cluster" }, database),
  ]);
  if ("problem" in around) return around;
  const { vpc, fenceGroup, quotas, sourceKey, safetySnapshotExists, inside } = around;
  const { resourceId, arn, keyArn } = source;
  const pinned: AuroraPinned = {
    source: { kind: "cluster", name, resourceId, arn, keyArn },
    keyArn: key.arn,
    settings: { ...source.settings, tags: foreignTags(source.settings.tags) },
    members: members
      .map((member) => ({
        resourceId: member.resourceId,
        settings: { ...member.settings, tags: foreignTags(member.settings.tags) },
      }))
      .sort((a, b) => (a.resourceId < b.resourceId ? -1 : 1)),
    endpoints: { writer: source.endpoint, reader: source.readerEndpoint },
    database,
    vpc,
    fenceGroup,
    serverVersion: inside.serverVersion,
    databases: inside.databases,
  };
  return {
    pinned,
    keyArn: key.arn,
    remarks: remarks(pinned),
    observed: {
      status: source.status,
      writer: source.members.find((member) => member.writer)?.name ?? null,
      latestRestorableTime: source.latestRestorableTime,
      pendingChanges: [source, ...members].flatMap(({ name: of, pendingChanges }) =>
        pendingChanges.map((change) => `${of}: ${change}`),
      ),
      attachments: [...attachments, ...ownAttachments(source, attached), ...insideAttachments(inside)],
      quotas,
      safetySnapshotExists,
      key,
      sourceKeyState: sourceKey?.state ?? null,
      login: inside.login,
    },
  };
}

/** What AWS tells with the cluster and a restore would leave behind. */
function ownAttachments({ own, settings }: ClusterFacts, elsewhere: AttachedFacts): Attached[] {
  const attached: Attached[] = own.roles.map(({ arn }) => ({ kind: "role", name: arn }));
  if (own.dataApi) attached.push({ kind: "data-api", name: "HTTP endpoint" });
  if (own.activityStream) attached.push({ kind: "activity-stream", name: "activity stream" });
  if (own.masterSecret !== null) attached.push({ kind: "master-secret", name: own.masterSecret.arn });
  if (settings.localWriteForwarding || own.globalWriteForwarding)
    attached.push({ kind: "write-forwarding", name: "write forwarding" });
  if (own.backtrackSeconds > 0) attached.push({ kind: "backtrack", name: "backtrack" });
  if (elsewhere.scaling) attached.push({ kind: "autoscaling", name: "readers" });
  return [
    ...attached,
    ...elsewhere.proxies.map(({ name }) => ({ kind: "proxy", name })),
    ...elsewhere.customEndpoints.map(({ name }) => ({ kind: "custom-endpoint", name })),
    ...own.domains.map((name) => ({ kind: "domain", name })),
  ];
}

function remarks(pinned: AuroraPinned): readonly Note[] {
  const insights = pinned.members.some(({ settings }) => settings.performanceInsights !== null);
  return [...remarksOn(pinned), ...(insights ? [note("remark.performance-insights", {})] : [])];
}
