import { execFile } from "node:child_process";
import { join } from "node:path";
import { CreateTableCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDynamoClient } from "../../src/aws/clients.ts";
import { keys, tableDefinition } from "../../src/aws/dynamo-items.ts";
import { createDynamoStore } from "../../src/aws/dynamo-store.ts";
import { realClock } from "../../src/compose/surroundings.ts";
import { databaseKey } from "../../src/core/cloud.ts";
import type { Migration } from "../../src/core/migration.ts";
import type { Store } from "../../src/engine/deps.ts";
import { verifyEvidence } from "../../src/evidence/verify.ts";
import { type AccountServer, listen } from "../../src/sim/aws/wire/server.ts";
import { newest } from "../engine/life.ts";
import { standingAt } from "../strategies/harness.ts";
import { type Office, openOffice, people, sessionOf, table } from "./office.ts";

/** The command as it is typed, in a process of its own, against AWS on a loopback port. */
const root = join(import.meta.dirname, "../..");
const name = "orders-prod";
let office: Office;
let aws: AccountServer;
let store: Store;
let client: ReturnType<typeof createDynamoClient>;
let migration: Migration;

beforeAll(async () => {
  const life = await standingAt({ step: "rename-source", when: "done" });
  const dynamo = dynalite({ createTableMs: 0 });
  const { account, store: kept } = life.world;
  aws = await listen(account, { dynamo: (request, response) => dynamo.emit("request", request, response) });
  office = openOffice(life, people, { clock: realClock, AWS_ENDPOINT_URL: aws.url });
  const credentials = { accessKeyId: "AKIABOB", secretAccessKey: "secret of bob" };
  client = createDynamoClient({ region: "eu-west-1", endpoint: aws.url, credentials });
  await client.send(new CreateTableCommand({ TableName: table, ...tableDefinition }));
  store = createDynamoStore(client, table);
  const found = await newest(office.life);
  const plan = found && (await kept.findPlan(databaseKey(found.target), found.planHash));
  if (!found || !plan) throw new Error("nothing is under way");
  migration = found;
  await store.create(migration, plan);
});

afterAll(async () => {
  client?.destroy();
  await aws?.close();
});

function type(
  args: readonly string[],
  given: Readonly<Record<string, string | undefined>> = {},
): Promise<{ code: number; out: string; err: string }> {
  const env = {
    PATH: process.env.PATH,
    AWS_REGION: "eu-west-1",
    AWS_ENDPOINT_URL: aws.url,
    AWS_ACCESS_KEY_ID: "AKIABOB",
    AWS_SECRET_ACCESS_KEY: "secret of bob",
    ...given,
  };
  return new Promise((resolve) => {
    const line = ["--import", "tsx", "src/operate.ts", ...args];
    const child = execFile(process.execPath, line, { cwd: root, env }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
    child.stdin?.end(`${name}\n`);
  });
}

test("status reaches the worker over the wire, and is answered to whoever is called what AWS says", async () => {
  const told = await type(["status", name]);
  expect(told).toMatchObject({ code: 0, out: expect.stringContaining("in its DOWNTIME") });
  const stranger = { AWS_ACCESS_KEY_ID: "AKIAEVE", AWS_SECRET_ACCESS_KEY: "secret of eve" };
  expect(await type(["rollback", name], stranger)).toMatchObject({
    code: 1,
    err: expect.stringContaining(sessionOf("eve")),
  });
});

test("a name that is piped in approves nothing", async () => {
  const told = await type(["discard", name]);
  expect(told).toMatchObject({ code: 1, err: expect.stringContaining("somebody must sit at the terminal") });
  expect(office.calls.at(-1)?.notice.kind).toBe("status");
});

test("a rollback from a process of its own begins", async () => {
  expect(await type(["rollback", name])).toMatchObject({
    code: 0,
    out: expect.stringContaining("is rolling back"),
  });
  expect(await newest(office.life)).toMatchObject({ direction: "back" });
});

test("what cannot be meant ends with 2 and says how it goes", async () => {
  expect(await type(["approve", name, "--yes"])).toMatchObject({
    code: 2,
    err: expect.stringContaining("sheet NAME"),
  });
  expect(await type(["status"], { AWS_REGION: undefined })).toMatchObject({
    code: 2,
    err: expect.stringContaining("AWS_REGION: is not set"),
  });
});

test("without credentials it says how to get some, and nothing of its inside", async () => {
  const none = {
    AWS_ACCESS_KEY_ID: undefined,
    AWS_SECRET_ACCESS_KEY: undefined,
    AWS_EC2_METADATA_DISABLED: "true",
    HOME: "/nonexistent",
  };
  const told = await type(["status"], none);
  expect(told).toMatchObject({ code: 1, err: expect.stringContaining("aws sso login") });
  expect(told.err).not.toMatch(/^\s+at /m);
});

test("with the table alone, the sheet and the status are read from what is stored", async () => {
  const sheet = await type(["sheet", name, "--table", table]);
  expect(sheet.code).toBe(0);
  expect(sheet.out).toContain(`# Carry on by hand: ${name}`);
  expect(sheet.out).toContain("aws rds restore-db-cluster-to-point-in-time");
  const status = await type(["status", "--table", table]);
  expect(status).toMatchObject({ code: 0, out: expect.stringContaining("in its DOWNTIME") });
  expect(await store.loadOpen(databaseKey(migration.target))).toEqual(migration);
});

test("with the table alone, the evidence is what is on record, as the file that is judged", async () => {
  const told = await type(["evidence", name, "--table", table]);
  expect(told).toMatchObject({ code: 0, err: "" });
  const { faults, unproved } = verifyEvidence(new TextEncoder().encode(told.out));
  expect(faults).toEqual([]);
  expect(unproved.map(({ code }) => code)).toContain("unproved.open");
  const gone = await type(["evidence", "none-prod", "--table", table]);
  expect(gone).toMatchObject({ code: 1, out: "", err: expect.stringContaining("none-prod") });
});

test("reading the table changes nothing, not even what the bot would tidy up", async () => {
  const database = databaseKey({ ...migration.target, name: "ended-prod" });
  const ended = {
    ...migration,
    target: { ...migration.target, name: "ended-prod" },
    status: "finished",
    endedAt: 1,
  };
  const plan = await store.findPlan(databaseKey(migration.target), migration.planHash);
  if (plan) await store.savePlan(database, plan);
  const { pk, sk } = keys.open(database);
  const Item = { pk: { S: pk }, sk: { S: sk }, body: { S: JSON.stringify(ended) } };
  await client.send(new PutItemCommand({ TableName: table, Item }));
  expect(await type(["status", "ended-prod", "--table", table])).toMatchObject({
    code: 0,
    out: expect.stringContaining("under the new key"),
  });
  expect(await store.lastPast(database)).toBeUndefined();
});

test("with the table alone the switch is thrown, in the name of whoever threw it", async () => {
  const told = await type(["halt", "the", "worker", "is", "dead", "--table", table]);
  expect(told).toMatchObject({ code: 0, out: expect.stringContaining("Halted") });
  expect(await store.findHalt()).toMatchObject({
    reason: "the worker is dead",
    by: { id: sessionOf("bob"), name: "bob@example.com (AWS)" },
  });
});

test("a table that is not there is said to be wrong, with the way to mend it", async () => {
  expect(await type(["status", "--table", "encrypt-bd"])).toMatchObject({
    code: 1,
    err: expect.stringMatching(/ResourceNotFoundException[\s\S]*check AWS_REGION/),
  });
});
