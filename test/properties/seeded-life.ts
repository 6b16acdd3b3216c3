import { currentOf } from "../../src/core/course.ts";
import { isUnbroken } from "../../src/core/journal.ts";
import type { Migration } from "../../src/core/migration.ts";
import type { Terms } from "../../src/core/terms.ts";
import { minutes } from "../../src/core/time.ts";
import type { Deps } from "../../src/engine/deps.ts";
import { poll } from "../../src/engine/poll.ts";
import { seeded } from "../../src/sim/fast-world.ts";
import { findStrategy } from "../../src/strategies/index.ts";
import { executorAround } from "../engine/executor.ts";
import { aLife, approve, ask, newest, press, settle } from "../engine/life.ts";
import { pictureOf } from "../engine/picture.ts";
import { violations } from "./checker.ts";
import { awsFaults, exposed, pick, type Random, slackFaults, type Weather, weatherOf } from "./faults.ts";
import { tamper } from "./tampering.ts";
import { type Watched, witness } from "./witness.ts";

/** One life that follows from its seed alone. */
interface SeededLife extends Watched {
  readonly random: Random;
  readonly weather: Weather;
  readonly tampers: boolean;
  readonly before: ReturnType<typeof pictureOf>;
}

const roundsOfTrouble = 40;

/** Lives it, and gives what was wrong with it, how it ended and what happened on the way. */
export async function liveBySeed(seed: number) {
  const life = born(seed);
  await trouble(life);
  const end = await calm(life);
  return { wrong: [...violations(witness(life)), ...(await wrongAtTheEnd(life, end))], end, life };
}

function born(seed: number): SeededLife {
  const random = seeded(seed);
  const life = aLife({ hurry: 120_000, random, backup: seed % 2 === 0 });
  const weather = weatherOf(random);
  const { account, channel } = life.world;
  account.faults = awsFaults(random, weather);
  channel.faults = slackFaults(random, weather);
  const before = pictureOf(account.state, life.world.servers, life.source.resourceId);
  return { ...life, random, weather, clicks: [], tampering: [], tampers: random() < 0.25, before };
}

function mortal({ world, random, weather }: SeededLife) {
  const { wrap, isDead } = exposed(random, weather);
  return { deps: executorAround(world.executor(), wrap), isDead };
}

/** Rounds in which people click, others tamper, and one or two executors poll and may die. */
async function trouble(life: SeededLife): Promise<void> {
  let executors = [mortal(life)];
  for (let round = 0; round < roundsOfTrouble; round++) {
    await somebodyActs(life);
    somebodyTampers(life);
    const pause = await Promise.all(executors.map(({ deps }) => pollOnce(deps)));
    const migration = await newest(life);
    if (migration && migration.endedAt !== null) return;
    await life.world.deps.clock.sleep(Math.min(...pause));
    executors = executors.filter(({ isDead }) => !isDead());
    if (executors.length === 0 || (executors.length === 1 && life.random() < 0.1))
      executors.push(mortal(life));
  }
}

/** A run that fails is followed by another one a minute later. */
async function pollOnce(deps: Deps): Promise<number> {
  try {
    return (await poll(deps)).lookAgainIn;
  } catch {
    return 60_000;
  }
}

async function somebodyActs(life: SeededLife): Promise<void> {
  const { random } = life;
  const migration = await newest(life);
  if (!migration) return ask(life, "UALICE", "start");
  if (migration.endedAt !== null) return;
  const gate = gateOf(migration);
  const luck = random();
  if (gate !== undefined && luck < 0.7)
    return click(life, pick(random, ["UBOB", "UBOB", "UCAROL", "UALICE"]), gate);
  if (gate !== undefined && luck < 0.72) return press(life, "UCAROL", { does: "reject", gate });
  if (migration.status === "stuck" && luck < 0.5)
    return ask(life, "UBOB", pick(random, ["retry", "rollback"]));
  if (migration.status === "paused") return ask(life, "UALICE", "resume");
  if (luck > 0.99) return ask(life, "UALICE", "pause");
  if (luck > 0.98) return ask(life, "UBOB", "rollback");
}

async function click(life: SeededLife, user: string, gate: string): Promise<void> {
  await clickOn(life, user, gate, termsOf(life));
}

async function clickOn(life: SeededLife, user: string, gate: string, terms: Partial<Terms>): Promise<void> {
  const now = life.world.clock.now();
  const from = gate === "cutover" ? (terms.notBefore ?? now) : now;
  life.clicks.push({ at: now, from, user, gate });
  await press(life, user, approve(gate, terms));
  if (life.random() < 0.2) await press(life, user, approve(gate, terms));
}

/** The opening is agreed to with the cutover in half of all lives; some begin later, and some are late. */
function termsOf({ random, world }: SeededLife): Partial<Terms> {
  return {
    opening: pick(random, ["automatic", "ask"] as const),
    whenLate: pick(random, ["offer", "roll-back"] as const),
    longestDowntime: minutes(pick(random, [50, 60, 90])),
    notBefore: random() < 0.15 ? world.clock.now() + minutes(20) : null,
  };
}

function gateOf(migration: Migration): string | undefined {
  const strategy = findStrategy(migration.strategy.id);
  const current = strategy && migration.status === "open" ? currentOf(strategy, migration) : undefined;
  return current?.step.gate && migration.direction === "forward" ? current.key : undefined;
}

function somebodyTampers(life: SeededLife): void {
  if (!life.tampers || life.tampering.length > 0 || life.random() > 0.1) return;
  const done = tamper(life, life.random);
  if (done) life.tampering.push(done);
}

/** Nothing fails any more, and everybody does what is asked of them: it must come to an end, or say what is wrong. */
async function calm(life: SeededLife): Promise<Migration | undefined> {
  life.world.account.faults = undefined;
  life.world.channel.faults = undefined;
  const deps = life.world.executor();
  for (let help = 0; help < 8; help++) {
    const migration = await settle(life, { deps });
    if (migration && migration.endedAt !== null) break;
    if (!migration) {
      await ask(life, "UALICE", "start");
      continue;
    }
    const gate = gateOf(migration);
    // A cutover that waits for its time is approved for now.
    if (gate !== undefined) await clickOn(life, "UBOB", gate, {});
    else if (migration.status === "paused") await ask(life, "UALICE", "resume");
    else if (migration.status === "stuck") await ask(life, "UBOB", help % 2 === 0 ? "retry" : "rollback");
    else await ask(life, "UBOB", "resume");
  }
  await life.world.deps.clock.sleep(60_000);
  return settle(life, { deps });
}

/** What the records and the thread must look like once all is over. */
async function wrongAtTheEnd(life: SeededLife, end: Migration | undefined): Promise<string[]> {
  const { world, tampering } = life;
  if (!end) return ["nothing was ever started"];
  const wrong: string[] = [];
  const journal = await world.store.journalAfter(end, 0);
  if (!isUnbroken(journal)) wrong.push("the journal's chain is broken");
  const spoken = journal.filter((entry) => world.channel.speaksOf(entry)).map(({ seq }) => seq);
  const posted = world.channel.roots.map(({ replies }) => replies.map(({ seq }) => seq));
  if (JSON.stringify(posted) !== JSON.stringify([spoken])) {
    wrong.push(`the thread is ${JSON.stringify(posted)} and should be [${JSON.stringify(spoken)}]`);
  }
  if (end.endedAt === null && tampering.length === 0)
    wrong.push(`it ended as ${end.status} (${end.problem?.code})`);
  if (end.status === "rolled-back" && tampering.length === 0) {
    const after = pictureOf(world.account.state, world.servers, life.source.resourceId);
    if (JSON.stringify(after) !== JSON.stringify(life.before))
      wrong.push("the rollback left something behind");
  }
  if (end.status === "stuck") wrong.push(...(await movesWhenStuck(life)));
  return wrong;
}

async function movesWhenStuck({ world }: SeededLife): Promise<string[]> {
  const changes = () => world.account.ledger.filter(({ mutates }) => mutates).length;
  const before = changes();
  for (let again = 0; again < 3; again++) {
    await world.deps.clock.sleep(60_000);
    await poll(world.executor());
  }
  return changes() === before ? [] : ["it went on changing things when it was stuck"];
}
