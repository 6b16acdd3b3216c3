import type { ClusterFacts } from "../core/cloud.ts";
import { foreignTags } from "../core/names.ts";
import type { Note } from "../core/note.ts";
import { type Problem, problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { Survey, SurveyContext } from "../core/strategy.ts";
import { attachedRemarks, isScaled, toCarry } from "./attached.ts";
import type { AuroraPinned, Observed } from "./facts.ts";
import { offersFor } from "./offers.ts";
import { ownershipOf } from "./ownership.ts";
import { type Attached, insideAttachments, lookAround, pinnedInside, remarksOn } from "./survey.ts";

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
  const listed = cx.cloud.membersOf(name);
  const servers = listed.then((all) => all.map(({ settings }) => settings));
  const [members, offers, attachments, attached, around] = await Promise.all([
    listed,
    offersFor(cx, source.settings, servers),
    cx.cloud.attachmentsOf({ ...source, kind: "cluster" }),
    cx.cloud.attachedTo(source),
    lookAround(cx, { ...source, kind: "cluster" }, database),
  ]);
  if ("problem" in around) return around;
  const { vpc, fenceGroup, quotas, sourceKey, keyRights, safetySnapshotExists, inside, backup } = around;
  const { resourceId, arn, keyArn } = source;
  const { masterSecret } = source.own;
  const secretKey = masterSecret?.keyArn ? await cx.cloud.findKey(masterSecret.keyArn) : undefined;
  const pinned: AuroraPinned = {
    source: { kind: "cluster", name, resourceId, arn, keyArn },
    keyArn: key.arn,
    settings: { ...source.settings, tags: foreignTags(source.settings.tags) },
    members: members
      .filter(({ settings }) => !isScaled(settings))
      .map((member) => ({
        resourceId: member.resourceId,
        settings: { ...member.settings, tags: foreignTags(member.settings.tags) },
      }))
      .sort((a, b) => (a.resourceId < b.resourceId ? -1 : 1)),
    endpoints: { writer: source.endpoint, reader: source.readerEndpoint },
    database,
    vpc,
    fenceGroup,
    ...pinnedInside(inside),
    backup: cx.backup,
    retention: cx.retention,
    ownership: ownershipOf(
      { kind: "cluster", name, tags: source.settings.tags },
      members
        .filter(({ settings }) => !isScaled(settings))
        .map(({ settings }) => ({ kind: "instance" as const, name: settings.name, tags: settings.tags }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    ),
    attached: toCarry(source, attached, secretKey),
  };
  return {
    pinned,
    keyArn: key.arn,
    remarks: [
      ...remarks(pinned),
      ...attachedRemarks(
        pinned.attached,
        attached.subscriptions,
        members.filter(({ settings }) => isScaled(settings)),
      ),
    ],
    observed: {
      status: source.status,
      writer: source.members.find((member) => member.writer)?.name ?? null,
      latestRestorableTime: source.latestRestorableTime,
      pendingChanges: [source, ...members].flatMap(({ name: of, pendingChanges }) =>
        pendingChanges.map((change) => `${of}: ${change}`),
      ),
      attachments: [...attachments, ...ownAttachments(source), ...insideAttachments(inside)],
      quotas,
      safetySnapshotExists,
      key,
      sourceKeyState: sourceKey?.state ?? null,
      keyRights,
      offers,
      login: inside.login,
      openTransactions: inside.openTransactions,
      invalidIndexes: inside.invalidIndexes,
      readsEverything: inside.readsEverything,
      backup,
    },
  };
}

/** What AWS tells with the cluster and stands against moving it. */
function ownAttachments({ own }: ClusterFacts): Attached[] {
  const attached: Attached[] = own.domains.map((name) => ({ kind: "domain", name }));
  if (own.globalWriteForwarding) attached.push({ kind: "write-forwarding", name: "write forwarding" });
  if (own.backtrackSeconds > 0) attached.push({ kind: "backtrack", name: "backtrack" });
  return attached;
}

function remarks(pinned: AuroraPinned): readonly Note[] {
  const insights = pinned.members.some(({ settings }) => settings.performanceInsights !== null);
  return [...remarksOn(pinned), ...(insights ? [note("remark.performance-insights", {})] : [])];
}
