import type { InstanceFacts } from "../core/cloud.ts";
import type { StandaloneFacts } from "../core/instance.ts";
import { foreignTags } from "../core/names.ts";
import type { Note } from "../core/note.ts";
import { type Problem, problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { Survey, SurveyContext } from "../core/strategy.ts";
import type { InstancePinned, Observed } from "./facts.ts";
import { isUsable } from "./looks.ts";
import { offersFor } from "./offers.ts";
import { ownershipOf } from "./ownership.ts";
import { ofInstance } from "./subject.ts";
import { type Attached, insideAttachments, lookAround, pinnedInside, remarksOn } from "./survey.ts";

type Surveyed = Survey<InstancePinned, Observed> | { problem: Problem };

/** The same for what is copied by a snapshot. */
export const surveyForCopy = (cx: SurveyContext): Promise<Surveyed> =>
  surveyInstance(cx, [note("remark.full-copy", {}), note("remark.lazy-storage", {})]);

/** Reads everything that the plan rests on, in two rounds of look-ups, each round at once. */
export async function surveyInstance(cx: SurveyContext, remarks: readonly Note[]): Promise<Surveyed> {
  const { name, region } = cx.target;
  const [facts, key] = await Promise.all([cx.cloud.findInstance(name), cx.cloud.findKey(cx.key)]);
  const subject = ofInstance(facts);
  if (!facts?.standalone || !subject) return { problem: problem("target.not-found", { name, region }) };
  if (!key) return { problem: problem("key.not-found", { key: cx.key, region }) };
  if (!isUsable(facts.status) || facts.endpoint === null)
    return { problem: problem("target.not-available", { name, status: facts.status }) };
  const { standalone, resourceId, arn, keyArn, endpoint } = facts;
  const database = standalone.databaseName ?? "postgres";
  const { settings } = standalone;
  const [attachments, offers, around] = await Promise.all([
    cx.cloud.attachmentsOf(subject),
    offersFor(cx, settings, Promise.resolve([{ ...settings, name }])),
    lookAround(cx, { ...subject, settings }, database),
  ]);
  if ("problem" in around) return around;
  const { vpc, fenceGroup, quotas, sourceKey, keyRights, safetySnapshotExists, inside, backup } = around;
  const pinned: InstancePinned = {
    source: { kind: "instance", name, resourceId, arn, keyArn },
    keyArn: key.arn,
    settings: pinnedSettings(standalone),
    members: [],
    endpoints: { writer: endpoint, reader: null },
    database,
    vpc,
    fenceGroup,
    ...pinnedInside(inside),
    backup: cx.backup,
    retention: cx.retention,
    ownership: ownershipOf({ kind: "instance", name, tags: settings.tags }, []),
  };
  return {
    pinned,
    keyArn: key.arn,
    remarks: [...remarksOn(pinned), ...remarks],
    observed: {
      status: facts.status,
      writer: name,
      latestRestorableTime: standalone.latestRestorableTime,
      pendingChanges: facts.pendingChanges.map((change) => `${name}: ${change}`),
      attachments: [...attachments, ...ownAttachments(facts, standalone), ...insideAttachments(inside)],
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

/** Where a Multi-AZ instance runs changes with every failover, and AWS chooses it anew. */
function pinnedSettings({ settings }: StandaloneFacts): InstancePinned["settings"] {
  const availabilityZone = settings.multiAz ? "" : settings.availabilityZone;
  return { ...settings, availabilityZone, tags: foreignTags(settings.tags) };
}

function ownAttachments({ name }: InstanceFacts, { own }: StandaloneFacts): Attached[] {
  const attached: Attached[] = own.roles.map(({ arn }) => ({ kind: "role", name: arn }));
  for (const replica of [...own.readReplicas, ...own.clusterReplicas]) {
    attached.push({ kind: "read-replica", name: replica });
  }
  if (own.activityStream) attached.push({ kind: "activity-stream", name });
  if (own.masterSecretArn !== null) attached.push({ kind: "master-secret", name: own.masterSecretArn });
  return [...attached, ...own.domains.map((domain) => ({ kind: "domain", name: domain }))];
}
