import { databaseKey } from "../core/cloud.ts";
import type { Migration } from "../core/migration.ts";
import { readRetired } from "../core/names.ts";
import { type Problem, problem } from "../core/problem.ts";
import { purposeOf } from "../core/purpose.ts";
import { note } from "../core/sentences.ts";
import { type Pack, textOf } from "../evidence/format.ts";
import { makePack } from "../evidence/pack.ts";
import { pageOf } from "../evidence/page.ts";
import { ChannelFault, type Deps, type MigrationView, type PostedFile, type Reading } from "./deps.ts";
import type { Notice } from "./request.ts";
import { about } from "./told.ts";

/** As much as it takes to make a pack. */
export type Packing = Pick<Reading, "store" | "environment"> & Pick<Deps, "withoutSecrets">;

/** Whether the pack of a migration is kept and posted as soon as it has ended: where something was done to a database. */
export function leavesEvidence(migration: Migration): boolean {
  const { status } = migration;
  const isOver = status === "finished" || status === "rolled-back" || status === "closed";
  return isOver && purposeOf(migration) !== "rehearsal";
}

/**
 * The pack of the open migration of a database, or of the last one. The name of a retired source means the move that retired it,
 * whatever was done since.
 */
export async function evidenceOf(
  deps: Packing,
  name: string,
): Promise<{ readonly migration: Migration; readonly pack: Pack } | { readonly problem: Problem }> {
  const migration = await migrationMeant(deps, name);
  if (!migration) return { problem: problem("evidence.no-migration", { name }) };
  const pack = await packNow(deps, migration);
  if (pack) return { migration, pack };
  return {
    problem: problem("evidence.plan-gone", { name: migration.target.name, migration: migration.id }),
  };
}

async function migrationMeant(
  { store, environment: { account, region } }: Packing,
  name: string,
): Promise<Migration | undefined> {
  const database = databaseKey({ account, region, name });
  const found = (await store.loadOpen(database)) ?? (await store.lastPast(database));
  const retired = readRetired(name);
  if (found || !retired) return found;
  return store.findPast(databaseKey({ account, region, name: retired.database }), retired.migration);
}

async function packNow(
  { store, withoutSecrets }: Pick<Packing, "store" | "withoutSecrets">,
  migration: Migration,
): Promise<Pack | undefined> {
  const plan = await store.findPlan(databaseKey(migration.target), migration.planHash);
  const journal = await store.journalAfter(migration, 0);
  return plan && makePack({ migration, plan, journal }, withoutSecrets);
}

/** The pack as it was when somebody first kept it, after the end: whoever posts it later posts the same seal. */
async function keptPack(deps: Deps, { migration }: MigrationView): Promise<Pack | undefined> {
  const database = databaseKey(migration.target);
  const pack = await packNow(deps, migration);
  if (!pack || (await deps.store.keepEvidence(database, migration.id, textOf(pack)))) return pack;
  const kept = await deps.store.findEvidence(database, migration.id);
  return kept === undefined ? undefined : packFrom(kept);
}

/** Of one that this product has made and kept. */
function packFrom(text: string): Pack {
  return JSON.parse(text) as Pack;
}

/** Puts the pack of an ended migration into its thread, unless it is there: the answer to an earlier post may have been lost. */
export async function postKept(
  deps: Deps,
  view: MigrationView,
  thread: { readonly channel: string; readonly ts: string },
): Promise<void> {
  const pack = await keptPack(deps, view);
  if (pack) await putInto(deps, thread, pack);
  else deps.log.error("evidence-without-plan", about(view.migration));
}

async function putInto(
  { channel: slack }: Deps,
  { channel, ts }: { readonly channel: string; readonly ts: string },
  pack: Pack,
): Promise<void> {
  const files = filesOf(pack);
  const there = await slack.findFiles(channel, ts);
  if (files.every(({ name }) => there.includes(name))) return;
  const { migration } = pack.sections;
  const said = note("evidence.posted", {
    migration: migration.id,
    name: migration.target.name,
    seq: migration.journalHead.seq,
    seal: pack.seal,
  });
  await slack.postFiles(channel, ts, files, said);
}

/** The names hold the seal, by which they are found again. */
function filesOf(pack: Pack): readonly [PostedFile, PostedFile] {
  const { migration } = pack.sections;
  const stem = `encrypt-db-${migration.target.name}-${migration.id}-${pack.seal.slice(0, 12)}`;
  const file = `${stem}.json`;
  const title = `Evidence of ${migration.target.name}, migration ${migration.id}`;
  return [
    { name: `${stem}.html`, title: `${title}: to read`, text: pageOf(pack, file) },
    { name: file, title: `${title}: to verify`, text: textOf(pack) },
  ];
}

/** A pack as things stand now: for Slack into the migration's thread, for an operator the file itself. */
export async function serveEvidence(deps: Deps, name: string, isFromSlack: boolean): Promise<Notice> {
  const found = await evidenceOf(deps, name);
  if ("problem" in found) return { kind: "problems", problems: [found.problem] };
  const { migration, pack } = found;
  const notice: Notice = { kind: "evidence", name, seal: pack.seal, text: textOf(pack) };
  if (!isFromSlack) return notice;
  const thread = await deps.store.loadThread(databaseKey(migration.target), migration.id);
  if (!thread || thread.ts === null) {
    return { kind: "problems", problems: [problem("evidence.no-thread", { name })] };
  }
  try {
    await putInto(deps, { channel: thread.channel, ts: thread.ts }, pack);
    return notice;
  } catch (fault) {
    if (!(fault instanceof ChannelFault)) throw fault;
    deps.log.info("evidence-not-posted", { ...about(migration), fault: fault.message });
    return { kind: "problems", problems: [problem("evidence.not-posted", { name })] };
  }
}
