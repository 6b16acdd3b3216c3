import { describe, expect, test } from "vitest";
import type { Migration } from "../../src/core/migration.ts";
import { put } from "../../src/sim/aws/turn.ts";
import { aLife, approve, ask, type Life, moveAll, newest, press, settle } from "../engine/life.ts";
import { stoppingWhen } from "../engine/stopping.ts";

/** The owner asks for every row to be compared. */
function askForAll({ world, source }: Life): void {
  world.account.alter((turn) => {
    const found = turn.state.clusters[source.resourceId];
    if (!found) throw new Error("the source is gone");
    const TagList = [...found.settings.TagList, { Key: "encrypt-db:compare", Value: "whole" }];
    put(turn, "clusters", { ...found, settings: { ...found.settings, TagList } });
  });
}

/** Moves it, and takes a row out of the replacement as soon as it serves; what came of it. */
async function withARowMissing(life: Life, after: string): Promise<Migration | undefined> {
  const { world, source } = life;
  const stopping = stoppingWhen(world.deps, ({ steps }) => Boolean(steps[after]?.doneAt));
  await moveAll(life, stopping.deps).catch((fault) => {
    if (!stopping.hasStopped()) throw fault;
  });
  const instance = world.servers.instances().find(({ volume }) => volume !== source.resourceId);
  if (!instance) throw new Error(`the replacement has no instance when ${after} is done`);
  world.servers.commit(instance.id, { kind: "remove", key: "first" });
  await settle(life, { deps: world.executor() });
  return newest(life);
}

describe("contents that differ", () => {
  test("stop the migration before the opening, although marker and catalogue are right", async () => {
    const end = await withARowMissing(aLife({ hurry: 15_000 }), "create-writer");
    expect(end?.status).toBe("stuck");
    expect(end?.problem?.code).toBe("verify.contents-differ");
    expect(end?.problem?.params.differences).toMatch(/^public\.rows in \w+ has \d+ rows for \d+$/);
  });

  test("stop it also where only the whole comparison sees them", async () => {
    const life = aLife({ hurry: 15_000 });
    askForAll(life);
    const end = await withARowMissing(life, "verify-contents");
    expect(end?.problem?.code).toBe("verify.contents-differ");
    expect(end?.steps["verify-whole"]?.doneAt ?? null).toBeNull();
  });
});

describe("the comparison of every row", () => {
  const stepOf = (migration: Migration | undefined) => migration?.steps["verify-whole"];

  test("is made where the owner has asked for it, and before the opening", async () => {
    const life = aLife({ hurry: 15_000 });
    askForAll(life);
    const migration = await moveAll(life);
    expect(migration?.status).toBe("finished");
    expect(stepOf(migration)?.evidence[0]?.claim.code).toBe("saw.contents-equal");
    expect(stepOf(migration)?.doneAt).toBeLessThanOrEqual(migration?.steps.open?.begunAt ?? 0);
  });

  test("is left out where nobody has", async () => {
    const migration = await moveAll(aLife({ hurry: 15_000 }));
    expect(migration?.status).toBe("finished");
    expect(stepOf(migration)?.doneAt ?? null).toBeNull();
  });

  test("that is asked for after the approval makes another plan", async () => {
    const life = aLife({ hurry: 15_000 });
    await ask(life, "UALICE", "start");
    await settle(life);
    const before = (await newest(life))?.planHash;
    askForAll(life);
    await press(life, "UBOB", approve("begin"));
    await settle(life);
    expect((await newest(life))?.planHash).not.toBe(before);
  });
});
