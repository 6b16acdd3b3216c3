import { describe, expect, test } from "vitest";
import type { Migration } from "../../src/core/migration.ts";
import { aLife, approve, ask, type Life, moveAll, newest, press, settle } from "./life.ts";

/** Every change that the account made for the bot, as `step operation`, in order. */
function changesOf({ world }: Life): string[] {
  return world.account.ledger
    .filter(({ mutates, outcome, service }) => mutates && outcome === "ok" && service !== "sts")
    .map(({ callerArn, operation }) => `${callerArn.split("/").at(-1)?.split(".").at(-1)} ${operation}`)
    .sort();
}

/** What the migration keeps of it. */
function keptOf(migration: Migration | undefined): string[] {
  return Object.entries(migration?.steps ?? {})
    .flatMap(([key, { requests }]) => requests.map(({ operation }) => `${nameOfSession(key)} ${operation}`))
    .sort();
}

/** A session of STS takes no colon. */
const nameOfSession = (key: string) => key.split(".").at(-1)?.replaceAll(":", "-");

describe("the request ids that AWS gives", () => {
  test("are kept with the step whose change it accepted, one for each change", async () => {
    const life = aLife();
    const migration = await moveAll(life);
    expect(migration?.status).toBe("finished");
    expect(keptOf(migration)).toEqual(changesOf(life));
    expect(keptOf(migration).length).toBeGreaterThan(10);
    const restore = migration?.steps.restore;
    expect(restore?.requests).toEqual([
      {
        operation: "RestoreDBClusterToPointInTime",
        id: expect.stringMatching(/^[\w-]{36}$/),
        at: restore?.begunAt,
      },
    ]);
  });

  test("are kept of what is undone as well", async () => {
    const life = aLife();
    await ask(life, "UALICE", "start");
    await settle(life);
    await press(life, "UBOB", approve("begin"));
    await settle(life);
    await ask(life, "UALICE", "rollback");
    await settle(life);
    const migration = await newest(life);
    expect(migration?.status).toBe("rolled-back");
    expect(keptOf(migration)).toEqual(changesOf(life));
    expect(migration?.steps["undo:protect-source"]?.requests.length).toBeGreaterThan(0);
  });

  test("are kept of a run that was refused half-way, and of the one after it", async () => {
    const life = aLife();
    let refused = 0;
    life.world.account.faults = ({ operation }) =>
      operation === "ModifyDBCluster" && refused++ === 0 ? "throttle" : undefined;
    const migration = await moveAll(life);
    expect(migration?.status).toBe("finished");
    expect(refused).toBeGreaterThan(1);
    expect(keptOf(migration)).toEqual(changesOf(life));
    const operations = migration?.steps["protect-source"]?.requests.map(({ operation }) => operation) ?? [];
    expect(operations.filter((operation) => operation === "AddTagsToResource").length).toBeGreaterThan(3);
  });

  test("an answer that was lost leaves a change without one, and nothing is repeated for its sake", async () => {
    const life = aLife();
    life.world.account.faults = ({ operation }) =>
      operation === "RestoreDBClusterToPointInTime" ? "timeout-after" : undefined;
    const migration = await moveAll(life);
    expect(migration?.status).toBe("finished");
    expect(migration?.steps.restore?.requests).toEqual([]);
    expect(changesOf(life).filter((change) => change.startsWith("restore "))).toHaveLength(1);
  });
});
