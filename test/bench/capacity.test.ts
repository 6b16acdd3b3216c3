import { afterAll, beforeAll, expect, test } from "vitest";
import { createDynamoClient } from "../../src/aws/clients.ts";
import { createDynamoStore } from "../../src/aws/dynamo-store.ts";
import type { Store } from "../../src/engine/deps.ts";
import { startDynamo } from "../aws/dynamo.ts";
import { meterCapacity, type Units } from "./capacity.ts";

let dynamo: Awaited<ReturnType<typeof startDynamo>>;
let store: Store;
let units: Units;

beforeAll(async () => {
  dynamo = await startDynamo();
  const client = createDynamoClient({ region: "eu-central-1", endpoint: dynamo.endpoint });
  units = meterCapacity(client, dynamo.client);
  store = createDynamoStore(client, await dynamo.addTable());
});

afterAll(() => dynamo.close());

async function costOf(what: () => Promise<unknown>): Promise<Units> {
  const before = { ...units };
  await what();
  return { writes: units.writes - before.writes, reads: units.reads - before.reads };
}

const request = (responseUrl: string) => ({
  id: `1.2.${responseUrl.length}`,
  at: 1_000,
  user: "UALICE",
  team: "T0ENCRYPT",
  channel: "C0DATABASE",
  responseUrl,
  kind: "command" as const,
  command: { verb: "help" as const },
});

test("a request is written once, and once into each of two indexes", async () => {
  expect(await costOf(() => store.putRequest(request("")))).toEqual({ writes: 3, reads: 0 });
});

test("a write whose condition does not hold is paid for, and the look at whose it was", async () => {
  expect(await costOf(() => store.putRequest(request("")))).toEqual({ writes: 1, reads: 1 });
});

test("an item of more than three kilobytes takes four units, and its index entries one each", async () => {
  expect(await costOf(() => store.putRequest(request("x".repeat(3_100))))).toEqual({ writes: 6, reads: 0 });
});

test("what an index of keys leads to is read item by item", async () => {
  expect(await costOf(() => store.pendingRequests())).toEqual({ writes: 0, reads: 3 });
});

test("whoever takes it out of both indexes pays for that", async () => {
  expect(await costOf(() => store.removeRequest("1.2.0"))).toEqual({ writes: 3, reads: 0 });
});

test("the agenda is half a unit, and so is an empty one", async () => {
  expect(await costOf(() => store.agenda(0))).toEqual({ writes: 0, reads: 0.5 });
});
