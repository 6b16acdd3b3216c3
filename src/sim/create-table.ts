import { CreateTableCommand, DescribeTableCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { tableDefinition } from "../aws/dynamo-items.ts";

/** Makes the product's table and waits until it can be written to. Throws `ResourceInUseException` where there is one. */
export async function createTable(
  client: DynamoDBClient,
  name: string,
  definition = tableDefinition,
): Promise<void> {
  await client.send(new CreateTableCommand({ TableName: name, ...definition }));
  for (;;) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
    if (Table?.TableStatus === "ACTIVE") return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
