import { afterAll, beforeAll } from "vitest";
import { createDynamoStore } from "../../src/aws/dynamo-store.ts";
import { storeContract } from "../contracts/store-contract.ts";
import { startDynamo } from "./dynamo.ts";

let dynamo: Awaited<ReturnType<typeof startDynamo>>;
beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.close());

storeContract("the store in DynamoDB", async () => createDynamoStore(dynamo.client, await dynamo.addTable()));
