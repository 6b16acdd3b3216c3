import { describe, expect, it } from "vitest";
import { createLambdaClient } from "../../src/aws/clients.ts";
import { call, wake } from "../../src/aws/functions.ts";
import { accountPlugin } from "../../src/sim/aws/middleware.ts";
import { laboratory } from "../sim/aws/laboratory.ts";

function deployed() {
  const { account } = laboratory();
  const client = createLambdaClient({ region: "eu-central-1", plugin: accountPlugin(account) });
  return { client, functions: account.functions };
}

describe("a function", () => {
  it("is called with JSON and answers with JSON", async () => {
    const { client, functions } = deployed();
    functions.set("probe", async (payload) => ({ heard: payload, also: null }));

    expect(await call(client, "probe", { look: ["ä", 1] })).toEqual({
      heard: { look: ["ä", 1] },
      also: null,
    });
  });

  it("that fails may have done what it was asked", async () => {
    const { client, functions } = deployed();
    functions.set("probe", async () => {
      throw new Error("out of time");
    });

    await expect(call(client, "probe", {})).rejects.toMatchObject({
      name: "CloudFault",
      kind: "unanswered",
      message: expect.stringContaining("out of time"),
    });
  });

  it("that is not there is refused", async () => {
    const { client } = deployed();

    await expect(call(client, "probe", {})).rejects.toMatchObject({ kind: "refused" });
  });

  it("is woken without being waited for, and is told nothing", async () => {
    const { client, functions } = deployed();
    const heard = new Promise((resolve) => functions.set("worker", async (payload) => resolve(payload)));

    await wake(client, "worker");
    expect(await heard).toBeNull();
  });
});
