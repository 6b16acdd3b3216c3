import * as z from "zod";
import type { Seen } from "../core/aftercare.ts";
import type { Cloud } from "../core/cloud.ts";
import { type Counters, counters, type Database, DatabaseFault, type Endpoint } from "../core/database.ts";
import type { Migration } from "../core/migration.ts";
import { migrationTag, roleTag } from "../core/names.ts";
import { type Problem, problem } from "../core/problem.ts";
import { type Purpose, retiredName } from "../core/purpose.ts";
import { seconds } from "../core/time.ts";
import { compareCounters, hasFailed, sameGroups } from "../strategies/looks.ts";
import { endpointOf, type Subject, serversOf, subjectById, subjectNamed } from "../strategies/subject.ts";

/** What is looked at is read, and the database is asked where it lets itself be asked. */
export interface AftercareContext {
  readonly ended: Migration;
  readonly cloud: Cloud;
  readonly database: Database;
  /** The purpose of another migration of this database that is open. */
  readonly underWay: Purpose | undefined;
}

/** Of every move's facts, what its source is held against. */
const keptFacts = z.object({
  source: z.object({
    kind: z.enum(["cluster", "instance"]),
    resourceId: z.string(),
    keyArn: z.nullable(z.string()),
  }),
  fenceGroup: z.string(),
  database: z.string(),
  settings: z.object({ port: z.number() }),
});
type KeptFacts = z.infer<typeof keptFacts>;

/** The source's counters when it was last proved that nobody writes. */
const proof = z.object({ stillQuiet: z.optional(counters) });

/** Long enough to see who is connected; nobody may be. */
const watchFor = seconds(1);

/** A message has an end. */
const mostNamed = 5;

/** Throws a `CloudFault` where AWS cannot be asked. */
export async function lookAtKept(cx: AftercareContext): Promise<Seen> {
  const { ended, cloud } = cx;
  const pinned = keptFacts.parse(ended.pinned);
  const { resourceId } = pinned.source;
  const source = await subjectById({ cloud, pinned }, resourceId);
  if (!source) {
    // Two answers: a list that is not complete for once would be told as a deletion.
    const named = await subjectNamed({ cloud, pinned }, retiredName(ended));
    if (named?.resourceId === resourceId)
      throw new Error("the source is found by its name and not by its id");
    return { state: "gone", concerns: [] };
  }
  const isCondemned = cx.underWay === "decommission" && source.settings.tags[roleTag] === "condemned";
  if (isCondemned || source.status === "deleting") return { state: "left" };
  const concerns = [
    ...outside(ended, pinned, source),
    ...(await ofKey(cx, pinned)),
    ...(await inside(cx, pinned, source)),
  ];
  return { state: "there", concerns };
}

/** What AWS tells of it. */
function outside(ended: Migration, { source: { kind }, fenceGroup }: KeptFacts, source: Subject): Problem[] {
  const { name } = ended.target;
  const retired = retiredName(ended);
  const { securityGroups, deletionProtection, tags } = source.settings;
  const concerns: Problem[] = [];
  if (source.name !== retired) concerns.push(problem("kept.renamed", { name, retired, found: source.name }));
  if (!sameGroups(securityGroups, [fenceGroup])) {
    const groups = securityGroups.join(", ");
    concerns.push(problem("kept.unfenced", { name, retired, groups, kind, fenceGroup }));
  }
  if (!deletionProtection) concerns.push(problem("kept.unprotected", { name, retired, kind }));
  if (tags[migrationTag] !== ended.id || tags[roleTag] !== "retired") {
    const keys = { migrationKey: migrationTag, roleKey: roleTag };
    concerns.push(problem("kept.untagged", { retired, migration: ended.id, arn: source.arn, ...keys }));
  }
  if (source.status === "stopped") concerns.push(problem("kept.stopped", { name, retired }));
  if (hasFailed(source.status))
    concerns.push(problem("kept.failed", { name, retired, kind, status: source.status }));
  return concerns;
}

/** A managed key cannot be deleted; one that is not to be found any more can be read with as little. */
async function ofKey({ ended, cloud }: AftercareContext, { source }: KeptFacts): Promise<Problem[]> {
  if (source.keyArn === null) return [];
  const state = (await cloud.findKey(source.keyArn))?.state ?? "gone";
  if (state === "Enabled") return [];
  const params = { name: ended.target.name, retired: retiredName(ended), key: source.keyArn, state };
  return [problem("kept.key", params)];
}

/**
 * Only what lets itself be asked: a source that cannot be reached is one that nobody writes to. What was found in it before is then
 * as it was.
 */
async function inside(cx: AftercareContext, pinned: KeptFacts, source: Subject): Promise<Problem[]> {
  const writer = (await serversOf(cx, source)).find((server) => server.writer);
  const at = writer && endpointOf(writer, pinned);
  const before = [...foundBefore(cx, "kept.sessions"), ...foundBefore(cx, "kept.written")];
  if (!at) return before;
  try {
    return await asked(cx, at);
  } catch (fault) {
    if (!(fault instanceof DatabaseFault)) throw fault;
    return before;
  }
}

function foundBefore({ ended }: Pick<AftercareContext, "ended">, code: Problem["code"]): readonly Problem[] {
  return ended.aftercare?.concerns.filter((one) => one.code === code) ?? [];
}

async function asked({ ended, database }: AftercareContext, at: Endpoint): Promise<Problem[]> {
  const { name } = ended.target;
  const retired = retiredName(ended);
  const { sessions } = await database.watchQuiet(at, { during: watchFor });
  const now = await database.counters(at);
  const all = [...new Set(sessions.map(({ user, application }) => `${user} (${application})`))];
  const who = all.slice(0, mostNamed).join(", ");
  return [...(who === "" ? [] : [problem("kept.sessions", { name, retired, who })]), ...written(ended, now)];
}

/** Where its server has restarted since, nobody can say more than was found before: a row that was written stays written. */
function written(ended: Migration, now: Counters): readonly Problem[] {
  const { stillQuiet } = proof.parse(ended.learned);
  const since = stillQuiet && compareCounters(stillQuiet, now);
  if (since?.verdict !== "changed") return foundBefore({ ended }, "kept.written");
  const { changes } = since;
  return [problem("kept.written", { name: ended.target.name, retired: retiredName(ended), changes })];
}
