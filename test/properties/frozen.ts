import { operations } from "../../src/sim/aws/operations.ts";
import { seeded } from "../../src/sim/fast-world.ts";
import { executorAround, Killed } from "../engine/executor.ts";
import { aLife, approve, ask, type Life, newest, press, settle } from "../engine/life.ts";
import { seen } from "../strategies/harness.ts";

/**
 * An executor freezes when a change leaves it, as a machine does that is paused or swapped out, and the change reaches AWS much
 * later: while another executor goes on, once a rollback has given the name back, or when the replacement has taken it.
 */
interface Frozen {
  /** What is wrong in the end. */
  readonly harm: readonly string[];
  /** What was held back, and what AWS made of it. */
  readonly call: string;
  readonly outcome: string;
}

interface Choice {
  /** Which of the changes is held back, from 1. */
  readonly change: number;
  /** Whether the other executor goes on to the end or takes everything back; or the way back itself is what freezes. */
  readonly way: "on" | "back" | "frozen on the way back";
  /** How many changes the other has made when the held one comes through; Infinity: all. */
  readonly after: number;
  /** Whether the frozen executor goes on when it wakes, or is ended after this one call. */
  readonly survives: boolean;
}

const changes = new Set([...operations.rds].filter(([, { mutates }]) => mutates).map(([name]) => name));

function choose(seed: number): Choice {
  const random = seeded(seed);
  const pick = <T>(...from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const way = pick("on", "back", "frozen on the way back" as const);
  return {
    way: way as Choice["way"],
    change: 1 + Math.floor(random() * (way === "frozen on the way back" ? 8 : 15)),
    after: pick(Number.POSITIVE_INFINITY, 1 + Math.floor(random() * 12)),
    survives: random() < 0.5,
  };
}

/** Lives through one seed. Undefined where there was no such change to hold back. */
export async function frozenBySeed(
  seed: number,
  options: { readonly unnarrowed?: true } = {},
): Promise<Frozen | undefined> {
  const choice = choose(seed);
  const life = aLife({ hurry: 60_000, random: seeded(seed), ...options });
  const before = seen(life);
  await ask(life, "UALICE", "start");
  await settle(life);
  if (choice.way === "frozen on the way back") {
    await goOn(life, life.world.deps, 4 + Math.floor(seeded(seed + 1)() * 8));
    await ask(life, "UBOB", "rollback");
  }
  const frozen = freezing(life, choice);
  const running = goOn(life, frozen.deps).catch(ended);
  await Promise.race([frozen.isHeld, running]);
  if (frozen.call() === undefined) {
    await running;
    return undefined;
  }
  if (choice.way === "back") await ask(life, "UBOB", "rollback");
  const other = life.world.executor(after(choice.after, frozen.thaw));
  await goOn(life, other);
  await frozen.thaw();
  await running;
  await goOn(life, life.world.executor());
  const { call = "", outcome } = { call: frozen.call(), outcome: frozen.outcome() };
  return { harm: await harm(life, before), call, outcome };
}

/** Goes on to the end, with everybody agreeing at once; or until `enough` changes were made. */
async function goOn(life: Life, deps = life.world.deps, enough = Number.POSITIVE_INFINITY): Promise<void> {
  const made = () => life.world.account.ledger.filter(({ mutates }) => mutates).length;
  for (const gate of [null, "begin", "cutover"]) {
    const migration = await newest(life);
    if (!migration || migration.endedAt !== null || made() >= enough) return;
    const waits = gate !== null && !migration.steps[gate]?.doneAt && migration.direction === "forward";
    if (waits) await press(life, "UBOB", approve(gate));
    await settle(life, { deps, enough: () => made() >= enough });
  }
}

function freezing(life: Life, { change, survives }: Choice) {
  let [made, held, outcome] = [0, undefined as string | undefined, "never came through"];
  let dead = false;
  const [isHeld, tell] = signal();
  const [thawed, release] = signal();
  const [cameThrough, end] = signal();
  const deps = life.world.executor(async (operation) => {
    if (!changes.has(operation) || ++made !== change) return;
    held = operation;
    tell();
    await thawed;
    const before = life.world.account.ledger.length;
    // The call itself is made by whoever awaits this; its line in the ledger is the first one after it.
    setImmediate(() => {
      void life.world.account.advance().then(() => {
        outcome = life.world.account.ledger[before]?.outcome ?? "was not sent";
        dead = !survives;
        end();
      });
    });
  });
  return {
    deps: executorAround(deps, async (_, call) => {
      if (dead) throw new Killed();
      return call();
    }),
    isHeld,
    call: () => held,
    outcome: () => outcome,
    thaw: async () => {
      release();
      await cameThrough;
    },
  };
}

/** Once so many changes have left a process, and before the next one does. */
function after(count: number, happens: () => Promise<void>) {
  let made = 0;
  return async (operation: string) => {
    if (changes.has(operation) && ++made === count) await happens();
  };
}

function signal(): [Promise<void>, () => void] {
  let give = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return [given, give];
}

function ended(fault: unknown): void {
  if (!(fault instanceof Killed)) throw fault;
}

/** What a migration comes to when nobody freezes. */
const undisturbed = once(async (): Promise<unknown> => {
  const life = aLife({ hurry: 60_000 });
  await ask(life, "UALICE", "start");
  await settle(life);
  await goOn(life);
  return seen(life);
});

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

async function harm(life: Life, before: unknown): Promise<string[]> {
  const end = await newest(life);
  // Whatever was accepted takes its time.
  await life.world.deps.clock.sleep(15 * 60_000);
  const isOver = end?.status === "finished" || end?.status === "rolled-back";
  if (!isOver) return [`it is ${end?.status} (${end?.problem?.code})`];
  const wanted = end.status === "finished" ? await undisturbed() : before;
  const isAsWanted = JSON.stringify(seen(life)) === JSON.stringify(wanted);
  return isAsWanted ? [] : [`it is ${end.status}, and the databases are not as they should be`];
}
