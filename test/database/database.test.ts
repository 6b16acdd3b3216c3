import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Operation, operations, remoteDatabase } from "../../src/database/remote.ts";
import { createProbeHandler } from "../../src/lambda/probe.ts";
import { describeDatabase } from "../contracts/database-contract.ts";
import { openRealServers, type RealServers } from "./real-servers.ts";

let real: RealServers;
beforeAll(async () => {
  real = await openRealServers();
});
afterAll(() => real.close());

describeDatabase("A real database", async () => ({ ...real.stage, database: real.database }));

describe("What a real server answers", () => {
  it("crosses the border to the probe, operation by operation", async () => {
    const { writer } = real.stage;
    const asked: Operation[] = [];
    const handle = createProbeHandler(real.database);
    const remote = remoteDatabase(async (payload) => {
      asked.push((payload as { operation: Operation }).operation);
      return JSON.parse(JSON.stringify(await handle(JSON.parse(JSON.stringify(payload)))));
    });
    const known = await remote.look(writer);
    await remote.watch(writer, { known, during: 0, every: 100 });
    await remote.introduce(writer, "cluster-A");
    await remote.silence(writer);
    expect(await remote.writers(writer)).toEqual([]);
    await remote.restoreWriters(writer);
    await remote.readOn(writer, "token", { budget: 60_000 });
    expect(await remote.readSoFar(writer, "token")).toEqual(await real.database.readSoFar(writer, "token"));
    expect(await remote.readSoFar(writer, "other")).toBeUndefined();
    await remote.mark(writer, "token");
    expect(await remote.findMarker(writer, "token")).toMatchObject({ token: "token" });
    expect(await remote.findMarker(writer, "other")).toBeUndefined();
    await remote.heartbeat(writer);
    expect(await remote.counters(writer)).toEqual(await real.database.counters(writer));
    expect(await remote.catalogue(writer)).toEqual(await real.database.catalogue(writer));
    expect(await remote.inventory(writer)).toEqual(await real.database.inventory(writer));
    const everything = { depth: "whole", budget: 1_000, from: null } as const;
    expect(await remote.contents(writer, everything)).toEqual(
      await real.database.contents(writer, everything),
    );
    expect(await remote.watchQuiet(writer, { during: 0 })).toMatchObject({ sessions: [] });
    expect(await remote.endSessions(writer)).toBe(0);
    await remote.forget(writer);
    expect(new Set(asked)).toEqual(new Set(Object.keys(operations)));
  });
});
