import * as z from "zod";
import { CloudFault, type InstanceFacts, type Ref } from "../core/cloud.ts";
import { counters, DatabaseFault } from "../core/database.ts";
import type { Migration } from "../core/migration.ts";
import { isEnrolled, migrationTag, roleTag } from "../core/names.ts";
import type { Note } from "../core/note.ts";
import { type Problem, problem } from "../core/problem.ts";
import { lastMove, retiredName } from "../core/purpose.ts";
import { note } from "../core/sentences.ts";
import type { Survey, SurveyContext } from "../core/strategy.ts";
import { newestCopy } from "./decommission-copy.ts";
import type { DecommissionObserved, DecommissionPinned } from "./decommission-facts.ts";
import { countersOf, sessionsOn } from "./decommission-looks.ts";
import { compareCounters, isUsable } from "./looks.ts";
import { ofInstance, type Subject, subjectById } from "./subject.ts";

type Surveyed = Survey<DecommissionPinned, DecommissionObserved> | { problem: Problem };

/** As much of a finished move as its source is known by. */
const moved = z.object({
  pinned: z.object({
    source: z.object({ kind: z.enum(["cluster", "instance"]), name: z.string(), resourceId: z.string() }),
    keyArn: z.string(),
    database: z.string(),
    fenceGroup: z.string(),
    settings: z.object({ port: z.number() }),
    /** Absent in one that was planned before there was a time for which a source is kept. */
    retention: z.number().optional(),
  }),
  learned: z.object({ replacement: z.object({ resourceId: z.string() }), stillQuiet: counters }),
});
type Moved = z.infer<typeof moved>;

/** The source of the last finished move, wherever it is by now, and what took its place. */
interface Found {
  readonly move: Migration;
  readonly was: Moved;
  readonly source: Retired;
  readonly servers: readonly InstanceFacts[];
  readonly replacement: Subject;
}

interface Retired extends Subject {
  /** Of its managed master password; null where it has none. */
  readonly secretArn: string | null;
  readonly replicas: readonly string[];
}

/** Reads everything that says whether the source of the last move may be deleted, outside of it and inside. */
export async function surveyDecommission(cx: SurveyContext): Promise<Surveyed> {
  const found = await find(cx);
  if ("problem" in found) return found;
  const inside = await lookInside(cx, found);
  if ("problem" in inside) return inside;
  const { move, was, source, replacement } = found;
  const retention = was.pinned.retention ?? cx.retention;
  const [copied, secret, oldKey, answersAs, snapshots] = await Promise.all([
    copyOf(cx, found),
    secretOf(cx, source.secretArn),
    underOldKey(cx, found),
    answering(cx, found),
    roomFor(cx, source),
  ]);
  const pinned: DecommissionPinned = {
    source: {
      kind: source.kind,
      name: source.name,
      resourceId: source.resourceId,
      arn: source.arn,
      keyArn: source.keyArn,
    },
    servers: serversIn(found),
    automatedBackupDays: source.settings.backupRetentionDays,
    fenceGroup: was.pinned.fenceGroup,
    replacement: {
      name: replacement.name,
      resourceId: replacement.resourceId,
      arn: replacement.arn,
      keyArn: replacement.keyArn,
    },
    endpoint: endpointIn(found),
    move: move.id,
    keptUntil: (move.endedAt ?? cx.now) + retention,
    backup: cx.backup,
    copy: "copy" in copied ? copied.copy : null,
  };
  return {
    pinned,
    keyArn: replacement.keyArn ?? was.pinned.keyArn,
    remarks: remarksOn(pinned, cx),
    observed: {
      retiredName: retiredName(move),
      status: source.status,
      groups: [...source.settings.securityGroups],
      migration: source.settings.tags[migrationTag] ?? null,
      role: source.settings.tags[roleTag] ?? null,
      notEnrolled: notEnrolled(found),
      replicas: [...source.replicas],
      ...inside,
      secret,
      snapshots,
      copyProblem: "copy" in copied ? null : copied.problem,
      replacement: {
        name: replacement.name,
        status: replacement.status,
        protected: replacement.settings.deletionProtection,
        answersAs,
        wantedKeyArn: was.pinned.keyArn,
      },
      ...oldKey,
    },
  };
}

async function find(cx: SurveyContext): Promise<Found | { problem: Problem }> {
  const { name, kind } = cx.target;
  const move = lastMove(cx.pasts);
  const known = move && moved.safeParse(move);
  if (!move || !known?.success) return { problem: problem("decommission.no-move", { name }) };
  const was = known.data;
  const { resourceId } = was.pinned.source;
  const source = await findRetired(cx, was.pinned.source);
  if (!source) return { problem: problem("decommission.gone", { name, resourceId }) };
  const { status } = source;
  if (/^(stop|start)/.test(status)) {
    const params = { retired: source.name, status, command: startCommand(source, cx.target.region) };
    return { problem: problem("decommission.stopped", params) };
  }
  // Its members' endpoints are asked below.
  if (!isUsable(status)) return { problem: problem("target.not-available", { name: source.name, status }) };
  const [servers, replacement] = await Promise.all([
    kind === "cluster" ? cx.cloud.membersOf(source.name) : instance(cx, resourceId),
    subjectById({ cloud: cx.cloud, pinned: was.pinned }, was.learned.replacement.resourceId),
  ]);
  if (!replacement) {
    const params = { retired: source.name, resourceId: was.learned.replacement.resourceId };
    return { problem: problem("decommission.no-replacement", params) };
  }
  return { move, was, source, servers, replacement };
}

async function findRetired(
  { cloud }: SurveyContext,
  { kind, resourceId }: Pick<Ref, "kind" | "resourceId">,
): Promise<Retired | undefined> {
  if (kind === "cluster") {
    const facts = await cloud.findClusterById(resourceId);
    if (!facts) return undefined;
    const { masterSecret, readReplicas } = facts.own;
    return { ...facts, kind, secretArn: masterSecret?.arn ?? null, replicas: readReplicas };
  }
  const facts = await cloud.findInstanceById(resourceId);
  const subject = ofInstance(facts);
  if (!subject || !facts?.standalone) return undefined;
  const { masterSecretArn, readReplicas, clusterReplicas } = facts.standalone.own;
  return { ...subject, secretArn: masterSecretArn, replicas: [...readReplicas, ...clusterReplicas] };
}

async function instance({ cloud }: SurveyContext, resourceId: string): Promise<InstanceFacts[]> {
  const found = await cloud.findInstanceById(resourceId);
  return found ? [found] : [];
}

function startCommand({ kind, name }: Ref, region: string): string {
  return kind === "cluster"
    ? `aws rds start-db-cluster --region ${region} --db-cluster-identifier ${name}`
    : `aws rds start-db-instance --region ${region} --db-instance-identifier ${name}`;
}

function serversIn({ servers }: Found): DecommissionPinned["servers"] {
  return servers
    .map(({ name, resourceId, endpoint }) => ({ name, resourceId, host: endpoint ?? "" }))
    .sort((a, b) => (a.resourceId < b.resourceId ? -1 : 1));
}

function endpointIn({ was, replacement }: Found): DecommissionPinned["endpoint"] {
  const { settings, database } = was.pinned;
  return { host: replacement.endpoint ?? "", port: settings.port, database };
}

function notEnrolled({ source, servers }: Found): string[] {
  const all = [{ name: source.name, tags: source.settings.tags }];
  for (const { name, settings } of servers) all.push({ name, tags: settings.tags });
  return [...new Set(all.filter(({ tags }) => !isEnrolled(tags)).map(({ name }) => name))];
}

/** A login that does not get in proves nothing about who else does. */
async function lookInside(
  cx: SurveyContext,
  found: Found,
): Promise<Pick<DecommissionObserved, "sessions" | "writes"> | { problem: Problem }> {
  const { source, was } = found;
  const of = { servers: serversIn(found), endpoint: endpointIn(found) };
  try {
    const sessions = [...(await sessionsOn(cx, of))];
    const now = await countersOf(cx, of, writerOf(source));
    if (!now) return { problem: problem("target.no-writer", { name: source.name }) };
    const since = compareCounters(was.learned.stillQuiet, now);
    if (since.verdict === "unchanged") return { sessions, writes: { are: "none" } };
    return since.verdict === "changed"
      ? { sessions, writes: { are: "some", changes: since.changes } }
      : { sessions, writes: { are: "unknown", reason: since.reason } };
  } catch (fault) {
    if (!(fault instanceof DatabaseFault)) throw fault;
    const { layer, code } = fault;
    return { problem: problem("probe.cannot-reach", { name: source.name, layer, code }) };
  }
}

/** By name. Undefined where a cluster has none. */
export function writerOf({ kind, name, members }: Subject): string | undefined {
  return kind === "instance" ? name : members.find(({ writer }) => writer)?.name;
}

async function copyOf(cx: SurveyContext, { move, replacement }: Found) {
  const { name } = cx.target;
  if (!cx.backup) return { problem: problem("decommission.no-account", { name }) };
  const copies = await cx.cloud.copiesOf(cx.backup, replacement.arn);
  const since = move.downtimeEnded ?? move.endedAt ?? cx.now;
  return newestCopy(copies, { name, vault: cx.backup.destinationVaultArn, since, now: cx.now });
}

/** Not to be told is an answer: whoever approves then knows that nobody knows. */
async function secretOf(
  { cloud }: SurveyContext,
  arn: string | null,
): Promise<DecommissionObserved["secret"]> {
  if (arn === null) return null;
  const unknown = { arn, lastRead: null, lastRotated: null };
  try {
    const reads = await cloud.findSecretReads(arn);
    return reads ? { arn, ...reads, unread: null } : { ...unknown, unread: "there is no such secret" };
  } catch (fault) {
    if (!(fault instanceof CloudFault) || fault.kind !== "refused") throw fault;
    return { ...unknown, unread: fault.code };
  }
}

async function underOldKey(
  { cloud }: SurveyContext,
  { source, replacement }: Found,
): Promise<Pick<DecommissionObserved, "oldKey" | "underOldKey">> {
  const { keyArn, kind, resourceId } = source;
  if (keyArn === null) return { oldKey: null, underOldKey: [] };
  const [key, snapshots, points] = await Promise.all([
    cloud.findKey(keyArn),
    cloud.snapshotsOf(kind, [resourceId]),
    // It was backed up under both names, and of the two ARNs the first is the replacement's now.
    Promise.all([source.arn, replacement.arn].map((arn) => cloud.recoveryPointsOf(arn))),
  ]);
  const kept = [...snapshots, ...points.flat()].filter((one) => one.keyArn === keyArn);
  return {
    oldKey: {
      arn: keyArn,
      state: key?.state ?? "missing",
      manager: key?.manager ?? "CUSTOMER",
    },
    underOldKey: [...new Set(kept.map(({ arn }) => arn.split(":").slice(6).join(":")))].sort(),
  };
}

async function roomFor(
  { cloud, names }: SurveyContext,
  { kind }: Retired,
): Promise<DecommissionObserved["snapshots"]> {
  const [quotas, taken] = await Promise.all([cloud.quotas(), cloud.findSnapshot(kind, names.lastSnapshot)]);
  const quota = kind === "cluster" ? quotas.manualClusterSnapshots : quotas.manualInstanceSnapshots;
  return { ...quota, isTaken: taken !== undefined };
}

/** Which database answers where clients find the replacement. */
async function answering(cx: SurveyContext, found: Found): Promise<string> {
  const { sight } = await cx.database.look(endpointIn(found));
  return sight.state === "answers" ? (sight.answersAs ?? "unknown") : "unreachable";
}

function remarksOn(pinned: DecommissionPinned, cx: SurveyContext): readonly Note[] {
  const { source, servers, automatedBackupDays: days, replacement, copy } = pinned;
  return [
    note("remark.decommission", { retired: source.name, servers: servers.length }),
    note("remark.last-snapshot", { snapshot: cx.names.lastSnapshot }),
    ...(days > 0 ? [note("remark.automated-backups", { days })] : []),
    ...(copy
      ? [note("remark.rests-on-copy", { name: replacement.name, at: copy.createdAt, vault: copy.vaultArn })]
      : []),
  ];
}
