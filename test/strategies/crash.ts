import { expect } from "vitest";
import { killedAt } from "../engine/executor.ts";
import { aLife, approve, ask, database, type Life, newest, press, serving, settle } from "../engine/life.ts";
import { pictureOf } from "../engine/picture.ts";

const twoMinutes = 120_000;

const looks =
  /\.(find\w*|membersOf|attachmentsOf|attachedTo|quotas|look|watch|watchQuiet|inventory|counters|catalogue|contents|writers|readSoFar|unready|orderable|rightOnKey|offersVersion|certificateValidUntil|backupReadiness|backupJobsOf|copyJobsOf|copiesOf|listBackupPlans|load\w*|last\w*|agenda|listOpen|journalAfter|pendingRequests|currentEpoch|lookUp|sleep)$/;

/** False for what only looks: dying after it is dying before the next call. */
export function hasEffect(what: string): boolean {
  return !looks.test(what);
}

/** A life in which the executor dies at its `n`th await and another one goes on. Gives what it awaited, and how it ended. */
export async function lifeWithDeathAt(n: number, when: "before" | "after", of: string) {
  const life = aLife({ hurry: twoMinutes, of, backup: true });
  const doomed = killedAt(life.world.executor(), n, when);
  const survivor = life.world.executor();
  await ask(life, "UALICE", "start");
  for (const gate of ["begin", "cutover"]) {
    await goOn(life, doomed, survivor);
    if (await life.world.store.loadOpen(database)) await press(life, "UBOB", approve(gate));
  }
  await goOn(life, doomed, survivor);
  return { ...(await ending(life)), seen: doomed.seen };
}

async function goOn(life: Life, doomed: ReturnType<typeof killedAt>, survivor: Life["world"]["deps"]) {
  if (!doomed.isDead()) {
    try {
      await settle(life, { deps: doomed.deps });
    } catch (fault) {
      if (!doomed.isDead()) throw fault;
    }
  }
  if (doomed.isDead()) await settle(life, { deps: survivor });
}

async function ending(life: Life) {
  const { world, source, clients } = life;
  const migration = await newest(life);
  const thread = world.channel.roots.flatMap(({ replies }) => replies.map(({ seq }) => seq));
  return {
    status: migration?.status,
    problem: migration?.problem ?? null,
    picture: pictureOf(world.account.state, world.servers, source.resourceId),
    lost: clients.missingFrom(serving(life).resourceId),
    backups: backupsOf(life),
    roots: world.channel.roots.length,
    threadInOrder: thread.every((seq, index) => index === 0 || seq > (thread[index - 1] ?? 0)),
  };
}

/** Neither a job nor a copy nor a plan more than without a death. */
function backupsOf({ world }: Life) {
  const { backupJobs, copyJobs, plans } = world.account.state.backup;
  return {
    jobs: Object.values(backupJobs).map(({ state }) => state),
    copies: Object.values(copyJobs).map(({ state }) => state),
    arrived: Object.values(world.other.state.backup.recoveryPoints).map(({ status }) => status),
    selected: Object.values(plans).map(({ selections }) => Object.keys(selections).length),
  };
}

/** Asserts that dying there, and another going on, ends as if nobody had died. */
export async function expectSameEnd(
  undisturbed: Awaited<ReturnType<typeof lifeWithDeathAt>>,
  n: number,
  when: "before" | "after",
  of: string,
): Promise<void> {
  const { seen: _all, ...wanted } = undisturbed;
  const { seen, ...end } = await lifeWithDeathAt(n, when, of);
  expect(end, `died ${when} await ${n}, ${seen[n - 1]}`).toEqual(wanted);
}
