import { describe, expect, test } from "vitest";
import { noTransfer, type Transfer, type TransferJob } from "../../src/core/transfer.ts";
import type { Deps } from "../../src/engine/deps.ts";
import {
  aLife,
  approve,
  ask,
  type Life,
  lastNotice,
  moveAll,
  newest,
  press,
  serving,
  settle,
  turnJob,
} from "../engine/life.ts";
import { rollBack, seen, standingAt } from "./harness.ts";

const of = "rds-dump-restore";

function aDumpLife(): Life {
  return aLife({ hurry: 60_000, of });
}

/** The same executor with another transfer. */
function withTransfer({ world }: Life, change: Partial<Transfer>): Deps {
  return { ...world.deps, transfer: { ...world.transfer, ...change } };
}

async function problemAfter(life: Life, act: () => Promise<unknown>): Promise<string | undefined> {
  await act();
  return (await settle(life, { deps: life.world.executor() }))?.problem?.code;
}

/** Commits to the source past every fence. */
function writeToSource({ world, source }: Life): void {
  const writer = world.servers.instances().find(({ volume }) => volume === source.resourceId);
  world.servers.commit(writer?.id ?? "", { kind: "put", key: "past the fence", value: "row" });
}

describe("a dump that dies", () => {
  test("is stuck and says so, and another try goes on to the end", async () => {
    const life = await standingAt({ step: "transfer", when: "under way" }, of);
    expect(await problemAfter(life, async () => life.world.transfer.killAll())).toBe("transfer.ended");
    await ask(life, "UBOB", "retry");
    expect((await settle(life, { deps: life.world.executor() }))?.status).toBe("finished");
    expect(life.clients.missingFrom(serving(life).resourceId)).toEqual([]);
  });

  test("leaves nothing on the target, and the source serves again after a rollback", async () => {
    const life = await standingAt({ step: "transfer", when: "under way" }, of);
    await problemAfter(life, async () => life.world.transfer.killAll());
    const { learned } = (await newest(life)) ?? {};
    const { replacement } = learned as { replacement: { resourceId: string } };
    expect(life.world.servers.volume(replacement.resourceId).rows.size).toBe(0);
    expect((await rollBack(life))?.status).toBe("rolled-back");
    expect(seen(life)).toEqual(seen(aLife({ of })));
  });
});

describe("what is written past the fence", () => {
  test("while it is dumped makes the compared contents differ", async () => {
    const life = await standingAt({ step: "transfer", when: "under way" }, of);
    expect(await problemAfter(life, async () => writeToSource(life))).toBe("transfer.content-differs");
    expect((await newest(life))?.steps["rename-source"]).toBeUndefined();
  });

  test("after it was compared shows in the counters of the source", async () => {
    const life = await standingAt({ step: "transfer", when: "done" }, of);
    expect(await problemAfter(life, async () => writeToSource(life))).toBe("proof.written-after-quiet");
    expect((await newest(life))?.steps["rename-source"]).toBeUndefined();
  });

  test("before the dump, after the marker, shows in them as well", async () => {
    const life = await standingAt({ step: "mark", when: "done" }, of);
    expect(await problemAfter(life, async () => writeToSource(life))).toBe("proof.written-after-quiet");
  });
});

test("a transfer that says that it is done is not believed without the marker", async () => {
  const life = await standingAt({ step: "mark", when: "done" }, of);
  const jobs: TransferJob[] = [];
  const deps = withTransfer(life, {
    start: async (job) => void jobs.push(job),
    look: async () =>
      jobs.length === 0
        ? { state: "not-started" }
        : {
            state: "done",
            report: { databases: [], roles: 0, logins: [], notCarried: [], spoolBytesFree: 0 },
          },
  });
  expect((await settle(life, { deps }))?.problem?.code).toBe("transfer.marker-missing");
});

test("a rollback ends a dump that is under way, and does not wait for its end", async () => {
  const life = await standingAt({ step: "transfer", when: "under way" }, of);
  const stopped: string[] = [];
  const deps = withTransfer(life, {
    stop: async (job) => {
      stopped.push(job.work);
      await life.world.transfer.stop(job);
    },
  });
  expect((await rollBack(life, deps))?.status).toBe("rolled-back");
  expect(stopped).toEqual(["move"]);
});

test("what will differ on purpose is told before anybody approves the cutover", async () => {
  const life = await standingAt({ step: "prepare-transfer", when: "done" }, of);
  const migration = await settle(life, { deps: life.world.executor() });
  if (!migration) throw new Error("there is no migration");
  const journal = await life.world.store.journalAfter(migration, 0);
  const told = journal.find(({ what }) => what.code === "event.prepared");
  expect(told?.what.params.differs).toBe("REPLICATION of etl");
  expect(migration.steps["fence-network"]).toBeUndefined();
});

test("roles whose owners set their passwords are those that the approved tag names", async () => {
  const life = aDumpLife();
  const { account } = life.world;
  account.alter(({ state }) => {
    const source = state.instances[life.source.resourceId];
    source?.settings.TagList.push({ Key: "encrypt-db:passwords-by-owner", Value: "app  etl" });
  });
  const told = new Set<string>();
  const deps = withTransfer(life, {
    start: (job) => {
      told.add(`${job.work} ${job.passwordsByOwner.join()}`);
      return life.world.transfer.start(job);
    },
  });
  expect((await moveAll(life, deps))?.status).toBe("finished");
  expect([...told]).toEqual(["prepare app,etl", "move app,etl"]);
});

describe("is refused before anything is made", () => {
  async function refusedFor(life: Life, deps: Deps = life.world.deps): Promise<string | undefined> {
    await ask(life, "UALICE", "start");
    await settle(life, { deps });
    expect(await newest(life)).toBeUndefined();
    const notice = lastNotice(life);
    return notice?.kind === "problems" ? notice.problems[0]?.code : undefined;
  }

  test("where nobody has set up transfers", async () => {
    const life = aDumpLife();
    expect(await refusedFor(life, withTransfer(life, noTransfer))).toBe("transfer.not-configured");
  });

  test("where something writes inside it without a client", async () => {
    const life = aDumpLife();
    turnJob(life, true);
    expect(await refusedFor(life)).toBe("transfer.writers");
  });
});

test("is not taken unless somebody asks for it", async () => {
  const life = { ...aDumpLife(), by: null };
  await ask(life, "UALICE", "start");
  await settle(life);
  expect((await newest(life))?.strategy.id).toBe("rds-snapshot-copy");
});

test("begins nothing at the source before the trial has held", async () => {
  const life = aDumpLife();
  const failing = withTransfer(life, {
    look: async () => ({
      state: "failed",
      problem: { code: "transfer.extension", params: { extension: "x", database: "orders" } },
    }),
  });
  await ask(life, "UALICE", "start");
  await settle(life, { deps: failing });
  await press(life, "UBOB", approve("begin"));
  const stuck = await settle(life, { deps: failing });
  expect(stuck).toMatchObject({
    status: "stuck",
    problem: { code: "transfer.extension" },
    downtimeBegan: null,
  });
});
