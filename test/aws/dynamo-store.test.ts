import { GetItemCommand, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDynamoStore } from "../../src/aws/dynamo-store.ts";
import { databaseKey } from "../../src/core/cloud.ts";
import { StoredOtherwise } from "../../src/engine/deps.ts";
import { aMigration, aPlan, aRequest, later } from "../contracts/migrations.ts";
import { storeContract } from "../contracts/store-contract.ts";
import { startDynamo } from "./dynamo.ts";

let dynamo: Awaited<ReturnType<typeof startDynamo>>;
beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.close());

storeContract("the store in DynamoDB", async () => createDynamoStore(dynamo.client, await dynamo.addTable()));

describe("the store in DynamoDB, when things go wrong", () => {
  const database = "123456789012/eu-central-1/orders";

  it("says that a write was its own when the reply was lost and the SDK sent it again", async () => {
    const store = createDynamoStore(dynamo.client, await dynamo.addTable());
    const migration = aMigration("m1");
    await store.savePlan(database, aPlan("hash-of-m1"));

    dynamo.loseReplyOf("PutItemCommand");
    expect(await store.create(migration, aPlan("hash-of-m1"))).toBe(true);
    dynamo.loseReplyOf("PutItemCommand");
    expect(await store.save(later(migration))).toBe(true);
    dynamo.loseReplyOf("PutItemCommand");
    expect(await store.putRequest(aRequest("r1", 1))).toBe(true);

    expect(dynamo.repliesToLose()).toBe(0);
    expect((await store.loadOpen(database))?.revision).toBe(2);
  });

  it("goes on where it was stopped between an end and its move to the past", async () => {
    const table = await dynamo.addTable();
    const store = createDynamoStore(dynamo.client, table);
    const before = aMigration("m1");
    await store.create(before, aPlan("hash-of-m1"));
    const key = { pk: { S: database }, sk: { S: "open" } };
    const ended = later(before, 1, { status: "finished", endedAt: 2_000 });
    const stopped = async () => {
      const { Item } = await dynamo.client.send(new GetItemCommand({ TableName: table, Key: key }));
      const body = { S: JSON.stringify(ended) };
      const revision = { N: String(ended.revision) };
      await dynamo.client.send(new PutItemCommand({ TableName: table, Item: { ...Item, revision, body } }));
    };

    await stopped();
    expect((await store.agenda(0)).migrations).toEqual([{ database, migration: "m1" }]);
    expect(await store.loadOpen(database)).toBeUndefined();
    expect(await store.findPast(database, "m1")).toEqual(ended);

    await store.create(aMigration("m1"), aPlan("hash-of-m1"));
    await stopped();
    expect(await store.create(aMigration("m2"), aPlan("hash-of-m2"))).toBe(true);
  });

  it("keeps every item small, however long a migration takes", async () => {
    const table = await dynamo.addTable();
    const store = createDynamoStore(dynamo.client, table);
    let migration = aMigration("m1");
    await store.create(migration, aPlan("hash-of-m1"));
    for (let count = 1; count <= 8; count += 1) {
      migration = later(migration, 50);
      expect(await store.save(migration)).toBe(true);
    }

    const { Items = [] } = await dynamo.client.send(new ScanCommand({ TableName: table }));
    expect(Items.length).toBeGreaterThan(380);
    for (const item of Items) expect(JSON.stringify(item).length).toBeLessThan(20_000);
  });

  it("writes each journal entry out once, also for a caller who never loads again", async () => {
    const store = createDynamoStore(dynamo.client, await dynamo.addTable());
    let migration = aMigration("m1");
    await store.create(migration, aPlan("hash-of-m1"));
    const before = dynamo.calls("PutItemCommand");
    for (let count = 1; count <= 10; count += 1) {
      migration = later(migration, 10);
      await store.save(migration);
    }

    expect(dynamo.calls("PutItemCommand") - before).toBe(10 + 80);
  });

  it("costs an idle run one look at one index", async () => {
    const store = createDynamoStore(dynamo.client, await dynamo.addTable());
    const migration = aMigration("m1");
    await store.create(migration, aPlan("hash-of-m1"));
    await store.rest(migration);
    const before = dynamo.calls();

    expect(await store.agenda(0)).toMatchObject({ migrations: [], requests: false, open: 1 });
    expect(dynamo.calls() - before).toBe(1);
  });
});

describe("what another version of the product stored", () => {
  it("is refused where it is asked for, and keeps nobody else from their work", async () => {
    const table = await dynamo.addTable();
    const store = createDynamoStore(dynamo.client, table);
    const readable = aMigration("m1");
    await store.create(readable, aPlan("hash-of-m1"));
    const target = { ...readable.target, name: "invoices" };
    const other = { ...aMigration("m2", { target }), shards: 3 };
    await store.create(other, aPlan("hash-of-m2"));
    await store.putRequest(aRequest("known", 1));
    await store.putRequest({ ...aRequest("unknown", 2), kind: "dance" } as never);

    await expect(store.loadOpen(databaseKey(target))).rejects.toBeInstanceOf(StoredOtherwise);
    expect((await store.listOpen()).map(({ id }) => id)).toEqual(["m1"]);
    expect((await store.pendingRequests()).map(({ id }) => id)).toEqual(["known"]);
    expect((await store.agenda(0)).migrations.map(({ migration }) => migration).sort()).toEqual(["m1", "m2"]);
  });
});
