import { describe, expect, test } from "vitest";
import type { Figures, Log } from "../../src/engine/deps.ts";
import { poll } from "../../src/engine/poll.ts";
import type { InjectedFault, PendingCall } from "../../src/sim/aws/account.ts";
import { aLife, approve, ask, database, type Life, moveAll, newest, press, settle } from "./life.ts";

interface Line {
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

function recording(): { lines: Line[]; log: Log } {
  const lines: Line[] = [];
  const write = (event: string, fields: Line["fields"]) => lines.push({ event, fields });
  return { lines, log: { info: write, error: write } };
}

/** Every `nth` call suffers. */
function everyNth(nth: number, fault: InjectedFault, which: (call: PendingCall) => boolean = () => true) {
  let calls = 0;
  return (call: PendingCall) => (which(call) && calls++ % nth === nth - 1 ? fault : undefined);
}

describe("the log of a migration", () => {
  test("holds its whole journal, and every line carries the migration and its database", async () => {
    const { lines, log } = recording();
    const life = aLife({ log, hurry: 15_000 });
    const moved = await moveAll(life);

    expect(moved?.status).toBe("finished");
    const journal = moved ? await life.world.store.journalAfter(moved, 0) : [];
    const told = lines.filter(({ event }) => event === "journal").map(({ fields }) => fields);
    expect(journal.length).toBeGreaterThan(20);
    expect(told.map(({ seq, what }) => ({ seq, what }))).toEqual(
      journal.map(({ seq, what }) => ({ seq, what: what.code })),
    );
    const strays = lines.filter(
      ({ fields }) => fields.migration !== moved?.id || fields.database !== database,
    );
    expect(strays).toEqual([]);
  });

  test("says what AWS and Slack did to it, under its id as well", async () => {
    const { lines, log } = recording();
    const life = aLife({ log, hurry: 15_000 });
    await ask(life, "UALICE", "start");
    await settle(life);
    const changes = everyNth(7, "timeout-after", ({ mutates }) => mutates);
    const looks = everyNth(40, "throttle", ({ mutates }) => !mutates);
    life.world.account.faults = (call) => changes(call) ?? looks(call);
    let posts = 0;
    life.world.channel.faults = () => (posts++ % 5 === 4 ? "unanswered" : undefined);
    for (const gate of ["begin", "cutover"]) {
      // The first may meet a fault.
      await press(life, "UBOB", approve(gate));
      await press(life, "UBOB", approve(gate));
      await settle(life);
    }

    const moved = await newest(life);
    expect(moved?.status).toBe("finished");
    const events = new Set(lines.map(({ event }) => event));
    expect([...events]).toEqual(
      expect.arrayContaining(["journal", "not-now", "thread-behind", "unanswered", "request-failed"]),
    );
    const strays = lines.filter(
      ({ fields }) => fields.migration !== moved?.id || fields.database !== database,
    );
    expect(strays).toEqual([]);
  });

  test("keeps the error of a step that AWS refuses, of which Slack shows only the words", async () => {
    const { lines, log } = recording();
    const life = aLife({ log, hurry: 15_000 });
    await ask(life, "UALICE", "start");
    await settle(life);
    life.world.account.faults = everyNth(1, { code: "AccessDenied", status: 403 }, ({ mutates }) => mutates);
    await press(life, "UBOB", approve("begin"));
    expect((await settle(life))?.status).toBe("stuck");

    const refused = lines.filter(({ event }) => event === "blocked");
    expect(refused).toMatchObject([
      {
        fields: {
          migration: (await newest(life))?.id,
          database,
          during: "act",
          fault: { code: "AccessDenied" },
        },
      },
    ]);
    expect(refused[0]?.fields.fault).toBeInstanceOf(Error);
  });

  test("says of a request that failed which database it was about", async () => {
    const { lines, log } = recording();
    const life = aLife({ log });
    const { deps } = life.world;
    const findHalt = () => Promise.reject(new Error("the table is not there"));
    await ask(life, "UALICE", "start");
    await poll({ ...deps, store: { ...deps.store, findHalt } });

    expect(lines).toMatchObject([
      { event: "request-failed", fields: { database, fault: expect.any(Error) } },
    ]);
  });
});

describe("a scheduled run counts", () => {
  async function counted(life: Life, run: Parameters<typeof poll>[1] = { beats: true }): Promise<Figures[]> {
    life.world.counted.length = 0;
    await poll(life.world.deps, run);
    return life.world.counted;
  }

  test("itself, and nothing where nothing is open", async () => {
    expect(await counted(aLife())).toEqual([{ PollerRan: 1, MigrationsOpen: 0, MigrationsStuck: 0 }]);
  });

  test("what is open while people are waited for", async () => {
    const life = aLife();
    await ask(life, "UALICE", "start");
    await settle(life);
    expect(await counted(life)).toEqual([{ PollerRan: 1, MigrationsOpen: 1, MigrationsStuck: 0 }]);
  });

  test("what is stuck for as long as it is, and not a minute longer", async () => {
    const life = aLife({ hurry: 15_000 });
    await ask(life, "UALICE", "start");
    await settle(life);
    life.world.account.faults = everyNth(1, { code: "AccessDenied", status: 403 }, ({ mutates }) => mutates);
    await press(life, "UBOB", approve("begin"));
    await settle(life);
    // Its root message is edited every few seconds at most, and it rests once that shows everything.
    await life.world.deps.clock.sleep(60_000);

    const stuck = [{ PollerRan: 1, MigrationsOpen: 1, MigrationsStuck: 1 }];
    expect(await counted(life)).toEqual(stuck);
    // From here on nothing is due, and somebody must still do something.
    expect((await life.world.store.agenda(life.world.clock.now())).migrations).toEqual([]);
    expect(await counted(life)).toEqual(stuck);

    life.world.account.faults = undefined;
    await ask(life, "UALICE", "retry");
    expect(await counted(life)).toMatchObject([{ MigrationsStuck: 0 }]);
  });

  test("what is stuck once, also while its thread is behind", async () => {
    const life = aLife({ hurry: 15_000 });
    await ask(life, "UALICE", "start");
    await settle(life);
    life.world.account.faults = everyNth(1, { code: "AccessDenied", status: 403 }, ({ mutates }) => mutates);
    await press(life, "UBOB", approve("begin"));
    life.world.channel.faults = () => "unanswered";
    await settle(life);

    expect((await life.world.store.agenda(life.world.clock.now())).migrations).toHaveLength(1);
    expect(await counted(life)).toEqual([{ PollerRan: 1, MigrationsOpen: 1, MigrationsStuck: 1 }]);
  });

  test("that it failed, and then not that it ran", async () => {
    const life = aLife();
    const { deps } = life.world;
    const agenda = () => Promise.reject(new Error("the table is not there"));
    const run = poll({ ...deps, store: { ...deps.store, agenda } }, { beats: true });
    await expect(run).rejects.toThrow("the table is not there");
    expect(life.world.counted).toEqual([{ PollerFailed: 1 }]);
  });

  test("and a wake counts nothing: it is no sign that the schedule lives", async () => {
    expect(await counted(aLife(), { woken: true })).toEqual([]);
  });
});
