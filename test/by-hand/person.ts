import { DatabaseFault, type Endpoint } from "../../src/core/database.ts";
import { AwsFault } from "../../src/sim/aws/fault.ts";
import { type Life, newest } from "../engine/life.ts";
import { awsCall } from "./aws-command.ts";
import { query, rowsOf } from "./query.ts";
import { type Check, type ReadSheet, type ReadStep, read } from "./reading.ts";
import { expanded, statementsIn, wordsOf } from "./shell-words.ts";

const lookEvery = 10_000;
const patience = 3 * 3_600_000;

/** Somebody who does what a sheet says and nothing else. */
export async function aPerson(life: Life) {
  // What the sheet asks to be exported before the copy is looked at.
  const variables: Record<string, string> = { OTHER_ACCOUNT: "a-profile-for-it" };
  const shell = await aShell(life, variables);
  return {
    /** Carries these steps out, one after the other. Throws where one is not done within three hours. */
    async carryOut(sheet: string, which: (of: ReadSheet) => readonly ReadStep[]): Promise<void> {
      const steps = read(sheet);
      shell.prepare(steps.preparation);
      await life.world.deps.clock.sleep(Math.max(0, steps.notBefore - life.world.clock.now()));
      for (const step of which(steps)) await carryOutOne(life, shell, variables, step);
    },
  };
}

type Shell = Awaited<ReturnType<typeof aShell>>;

async function carryOutOne(
  life: Life,
  shell: Shell,
  variables: Record<string, string>,
  step: ReadStep,
): Promise<void> {
  if (step.done.length === 0 || (await holdAll(shell, variables, step.done))) return;
  if (step.instead && (await hasFailed(shell, step.first))) {
    for (const command of step.instead) await untilAccepted(life, shell, command);
    return;
  }
  await until(life, step, () => holdAll(shell, variables, step.first));
  for (const command of step.run) await untilAccepted(life, shell, command);
  await until(life, step, async () => {
    if (await holdAll(shell, variables, step.done)) return true;
    // What was told to a database only takes effect at once or must be told again.
    if (step.run.every((command) => command.startsWith("db_"))) {
      for (const command of step.run) await shell.type(command).catch(orThrow);
    }
    return false;
  });
}

async function until({ world }: Life, step: ReadStep, holds: () => Promise<boolean>): Promise<void> {
  const end = world.clock.now() + patience;
  while (!(await holds())) {
    if (world.clock.now() > end) throw new Error(`never done: ${step.title}`);
    await world.deps.clock.sleep(lookEvery);
  }
}

/** AWS refuses what it cannot do yet. */
async function untilAccepted({ world }: Life, shell: Shell, command: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await shell.type(command);
      return;
    } catch (fault) {
      if (!(fault instanceof AwsFault) || attempt > 100) throw fault;
      if (/AlreadyExists|NotFound/.test(fault.code)) return;
      await world.deps.clock.sleep(lookEvery);
    }
  }
}

async function hasFailed(shell: Shell, checks: readonly Check[]): Promise<boolean> {
  const shown = await Promise.all(checks.map(({ typed }) => shell.type(typed)));
  return shown.flat().some((row) => /fail|error|incompatible/.test(row));
}

async function holdAll(
  shell: Shell,
  variables: Record<string, string>,
  checks: readonly Check[],
): Promise<boolean> {
  for (const check of checks) {
    if (!(await holds(shell, variables, check).catch(orThrow))) return false;
  }
  return true;
}

async function holds(shell: Shell, variables: Record<string, string>, check: Check): Promise<boolean> {
  const shown = await shell.type(check.typed);
  if ("keptAs" in check) {
    variables[check.keptAs] = shown.join("\n");
    return shown.length > 0;
  }
  if ("after" in check) return shown.length === 1 && isAfter(shown[0], expanded(check.after, variables));
  if ("not" in check) return shown.length === 1 && shown[0] !== check.not;
  if ("given" in check) return shown.length > 0 && !shown.includes("None");
  if ("equal" in check) return sameRows(shown, await shell.type(check.equal));
  const wanted = check.must.flatMap((row) => expanded(row, variables).split("\n"));
  return sameRows(shown, wanted);
}

function isAfter(shown: string | undefined, than: string): boolean {
  return new Date(shown ?? "").getTime() > new Date(than).getTime();
}

function sameRows(a: readonly string[], b: readonly string[]): boolean {
  return [...a].sort().join("\n") === [...b].sort().join("\n");
}

/** A database or a service that does not answer shows nothing: it is looked at again. */
function orThrow(fault: unknown): false {
  if (fault instanceof DatabaseFault || fault instanceof AwsFault) return false;
  throw fault;
}

/** A shell in which `aws`, `getent` and the functions of the sheet are the world's. */
async function aShell(life: Life, variables: Record<string, string>) {
  const { world } = life;
  const migration = await newest(life);
  const pinned = migration?.pinned as { database: string; settings: { port: number } };
  const at = (host: string): Endpoint => ({ host, port: pinned.settings.port, database: pinned.database });
  let preparation = "";

  async function aws(words: readonly string[]): Promise<string[]> {
    const call = awsCall(words);
    if (call.region !== world.environment.region) throw new Error(`another Region: ${call.region}`);
    const whose = call.profile === "" ? world.account : world.other;
    const answer = await whose.handle(call.service, call.operation, call.input);
    if (call.query === "") return [];
    const result = query(call.query, answer);
    return call.output === "json" ? [JSON.stringify(result)] : rowsOf(result);
  }

  /** A function that the preparation defines by a command of the CLI. */
  function settings([name = "", ...args]: readonly string[]): Promise<string[]> {
    const [, body = ""] =
      new RegExp(`^${name}\\(\\) \\{[^\\n]*\\n([\\s\\S]*?)\\n\\}$`, "m").exec(preparation) ?? [];
    const given = Object.fromEntries(args.map((arg, index) => [String(index + 1), arg]));
    return aws(statementsIn(body).flatMap((statement) => wordsOf(statement, given)));
  }

  async function type(command: string): Promise<string[]> {
    const words = wordsOf(command, variables);
    const [program = "", host = "", argument = ""] = words;
    if (program === "aws") return aws(words);
    if (program.startsWith("rds_")) return settings(words);
    if (program === "getent") return world.account.resolve(argument) ? [argument] : [];
    if (!preparation.includes(`${program}() {`)) throw new Error(`${program} is no command`);
    return askDatabase(life, program, at(host), argument);
  }
  return {
    type,
    prepare: (block: string) => {
      preparation = block;
    },
  };
}

async function askDatabase(
  { world }: Life,
  program: string,
  at: Endpoint,
  argument: string,
): Promise<string[]> {
  const { database } = world.deps;
  const look = async () => {
    const { sight } = await database.look(at);
    if (sight.state === "unreachable") throw new DatabaseFault(sight.layer, "unreachable", sight.reason);
    return sight;
  };
  const seconds = (time: number) => new Date(time).toISOString().replace(/\.\d+Z/, "Z");
  const answers: Readonly<Record<string, () => Promise<unknown>>> = {
    db_identity: async () => [(await look()).answersAs ?? ""],
    db_own_schema: async () => [(await look()).answersAs === null ? "0" : "1"],
    db_takes_writes: async () => [(await look()).writable ? "t" : "f"],
    db_foreign_sessions: async () => [`${(await database.watchQuiet(at, { during: 0 })).sessions.length}`],
    db_prepared_transactions: async () => (await database.watchQuiet(at, { during: 0 })).preparedTransactions,
    db_changes: async () =>
      (await database.counters(at)).databases.map(({ name, changes }) => `${name}|${changes}`),
    db_marker: async () => [(await database.findMarker(at, argument)) ? "1" : "0"],
    db_clock: async () => [seconds(world.clock.now())],
    db_restore_time: async () => [seconds(Math.floor(world.clock.now() / 1_000) * 1_000 + 2_000)],
    db_relations: async () => (await database.catalogue(at)).databases.map(({ relations }) => `${relations}`),
    db_writers: async () =>
      (await database.writers(at))
        .filter(({ on }) => on)
        .map(({ kind, database: where, id }) => `${kind}|${where}|${id}`),
    db_contents: async () =>
      (await database.contents(at, { depth: "sample", budget: 60_000, from: null })).tables.map((table) =>
        JSON.stringify(table),
      ),
    db_whole_contents: async () =>
      (await database.contents(at, { depth: "whole", budget: 60_000, from: null })).tables.map((table) =>
        JSON.stringify(table),
      ),
    db_silence: () => database.silence(at),
    db_restore_writers: () => database.restoreWriters(at),
    db_introduce: () => database.introduce(at, argument),
    db_mark: () => database.mark(at, argument),
    db_heartbeat: () => database.heartbeat(at),
    db_end_sessions: () => database.endSessions(at),
    db_forget: () => database.forget(at),
  };
  const answer = answers[program];
  if (!answer) throw new Error(`nobody knows ${program}`);
  const shown = await answer();
  return Array.isArray(shown) ? shown : [];
}
