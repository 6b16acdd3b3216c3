import { once } from "node:events";
import type { AddressInfo } from "node:net";
import dynalite from "dynalite";
import { createDynamoClient } from "../../src/aws/clients.ts";
import { createTable } from "../../src/sim/create-table.ts";

/** A DynamoDB of our own on a loopback port. */
export async function startDynamo() {
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  process.env.AWS_ACCESS_KEY_ID ??= "test";
  process.env.AWS_SECRET_ACCESS_KEY ??= "test";
  const endpoint = `http://127.0.0.1:${port}`;
  const client = createDynamoClient({ region: "eu-central-1", endpoint });
  let tables = 0;
  const lost: string[] = [];
  const sent: string[] = [];
  client.middlewareStack.add(
    (next, { commandName = "" }) =>
      async (args) => {
        sent.push(commandName);
        const answer = await next(args);
        if (lost[0] !== commandName) return answer;
        lost.shift();
        throw Object.assign(new Error("the answer never came"), { name: "TimeoutError" });
      },
    { step: "deserialize", priority: "high" },
  );

  const addTable = async (): Promise<string> => {
    tables += 1;
    const TableName = `encrypt-db-${tables}`;
    await createTable(client, TableName);
    return TableName;
  };
  const close = async (): Promise<void> => {
    client.destroy();
    server.close();
    await once(server, "close");
  };
  return {
    endpoint,
    client,
    addTable,
    close,
    /** The next call of that kind takes effect, and its answer never arrives. */
    loseReplyOf: (command: string) => lost.push(command),
    repliesToLose: () => lost.length,
    /** How many were sent, of one kind or of all. */
    calls: (command?: string) => sent.filter((name) => command === undefined || name === command).length,
  };
}
