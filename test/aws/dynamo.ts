import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { CreateTableCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { createDynamoClient } from "../../src/aws/clients.ts";
import { tableDefinition } from "../../src/aws/dynamo-items.ts";

/** A DynamoDB of our own on a loopback port. */
export async function startDynamo() {
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  process.env.AWS_ACCESS_KEY_ID ??= "test";
  process.env.AWS_SECRET_ACCESS_KEY ??= "test";
  const client = createDynamoClient({ region: "eu-central-1", endpoint: `http://127.0.0.1:${port}` });
  let tables = 0;

  const addTable = async (): Promise<string> => {
    tables += 1;
    const TableName = `encrypt-db-${tables}`;
    await client.send(new CreateTableCommand({ TableName, ...tableDefinition }));
    return TableName;
  };
  const close = async (): Promise<void> => {
    client.destroy();
    server.close();
    await once(server, "close");
  };
  return { client, addTable, close } satisfies { client: DynamoDBClient; addTable: unknown; close: unknown };
}
