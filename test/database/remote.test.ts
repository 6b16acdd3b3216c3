import { describe, expect, it } from "vitest";
import { DatabaseFault } from "../../src/core/database.ts";
import { operations, remoteDatabase } from "../../src/database/remote.ts";
import { createProbeHandler } from "../../src/lambda/probe.ts";
import { describeDatabase } from "../contracts/database-contract.ts";
import { memoryStage } from "../sim/memory-stage.ts";

/** What Lambda does to a payload on its way. */
const carried = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const at = { host: "writer", port: 5432, database: "orders" };

describeDatabase("A database behind the probe", async () => {
  const { stage } = await memoryStage();
  const handle = createProbeHandler(stage.database);
  const database = remoteDatabase(async (payload) => carried(await handle(carried(payload))));
  return { ...stage, database };
});

describe("The border to the probe", () => {
  it("reports a fault as it was, and the probe goes on", async () => {
    const { stage } = await memoryStage();
    const handle = createProbeHandler(stage.database);
    const answer = await handle({ operation: "mark", args: [at, "token"] });
    expect(answer).toEqual({
      fault: { layer: "query", code: "3F000", message: "the bot's own schema is absent" },
    });
  });

  it("lets nothing in that is not an operation with its arguments", async () => {
    const { stage } = await memoryStage();
    const handle = createProbeHandler(stage.database);
    const malformed = [
      undefined,
      "look",
      {},
      { operation: "toString", args: [at] },
      { operation: "look", args: [] },
      { operation: "look", args: [at, at] },
      { operation: "look", args: [{ ...at, port: "5432" }] },
      { operation: "mark", args: [at, 7] },
    ];
    for (const payload of malformed) await expect(handle(payload), JSON.stringify(payload)).rejects.toThrow();
  });

  it("throws on every operation when the probe does not answer: nothing was seen", async () => {
    const deaf: [string, () => Promise<unknown>][] = [
      ["rejects", () => Promise.reject(new Error("throttled by arn:aws:lambda"))],
      ["failed", async () => ({ errorType: "Error", errorMessage: "secret", trace: [] })],
      ["nothing", async () => undefined],
      ["neither", async () => ({})],
      ["another version", async () => ({ ok: { at: "yesterday" } })],
    ];
    for (const [how, invoke] of deaf) {
      const remote = remoteDatabase(invoke);
      for (const operation of Object.keys(operations) as (keyof typeof operations)[]) {
        const ask = remote[operation] as (...args: unknown[]) => Promise<unknown>;
        const fault = await ask(at, { known: null, during: 0, every: 1 }).catch((error: unknown) => error);
        expect(fault, `${how}: ${operation}`).toBeInstanceOf(DatabaseFault);
        expect(fault, `${how}: ${operation}`).toMatchObject({ code: "probe-unanswered" });
        expect((fault as Error).message).toBe("the probe did not answer");
      }
    }
  });
});
