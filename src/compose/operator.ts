import { randomUUID } from "node:crypto";
import { type Caller, signFor, whoAmI } from "../aws/caller.ts";
import { createDynamoClient, createLambdaClient } from "../aws/clients.ts";
import { createDynamoReader, createDynamoStore } from "../aws/dynamo-store.ts";
import { calling } from "../aws/faults.ts";
import { call, wake } from "../aws/functions.ts";
import type { OperatorConfig } from "../config.ts";
import { CloudFault } from "../core/cloud.ts";
import { minutes } from "../core/time.ts";
import type { Where } from "../operate/arguments.ts";
import { asking } from "../operate/asking.ts";
import { type Counterpart, OperateFault } from "../operate/operate.ts";
import type { Call } from "../operate/protocol.ts";
import { askingTable } from "../operate/table.ts";
import { clientOptions, realClock, type Surroundings } from "./surroundings.ts";

/** What an operator's terminal talks to, with the credentials of whoever sits there. */
export function composeOperator(
  config: OperatorConfig,
  around: Pick<Surroundings, "clock" | "aws"> = {},
): (where: Where) => Counterpart {
  const clients = clientOptions(config, around);
  const { now } = around.clock ?? realClock;
  const { AWS_REGION: region, TABLE_NAME: table, WORKER_FUNCTION: worker } = config;
  let known: Promise<Caller> | undefined;
  const caller = () => {
    known ??= whoAmI(clients);
    return known;
  };
  const askBot = (way: Pick<Parameters<typeof asking>[0], "send" | "wake">) =>
    asking({
      region,
      table,
      account: async () => config.AWS_ACCOUNT_ID ?? (await caller()).account,
      sign: (purpose) => signFor(purpose, clients, now()),
      newId: randomUUID,
      ...way,
    });

  function ask(where: Where): Counterpart["ask"] {
    switch (where.is) {
      case "worker":
        return askBot(throughLambda());
      case "process":
        return askBot({ send: (sent) => post(where.url, sent), wake: async () => {} });
      case "table":
        return throughTable(where.table);
    }
  }

  function throughLambda() {
    const lambda = createLambdaClient(clients);
    return {
      send: (sent: Call) => call(lambda, worker, { operate: sent }),
      // It was done, whatever becomes of the wake.
      wake: () => wake(lambda, worker).catch(unlessCloud),
    };
  }

  function throughTable(name: string): Counterpart["ask"] {
    const client = createDynamoClient(clients);
    const { setHalt } = createDynamoStore(client, name);
    const reading = { store: createDynamoReader(client, name), clock: { now } };
    const askTable = askingTable({ reading, region, setHalt, caller });
    return (question) => calling("the table", () => askTable(question));
  }

  return (where) => ({ ask: ask(where), worker });
}

function unlessCloud(fault: unknown): void {
  if (!(fault instanceof CloudFault)) throw fault;
}

/** To a process of `npm run serve`. */
async function post(url: URL, sent: Call): Promise<unknown> {
  const address = new URL("/operate", url);
  const failed = (what: string) =>
    new OperateFault(
      `${address} ${what}; what was asked may have been done.\nWhat to do: look with status. Where no process of \`npm run serve\` is left, use --table.`,
    );
  try {
    const response = await fetch(address, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(sent),
      // A redirect would carry the signature to somebody else.
      redirect: "error",
      signal: AbortSignal.timeout(minutes(5)),
    });
    if (!response.ok) throw failed(`answered ${response.status}`);
    return await response.json();
  } catch (fault) {
    throw fault instanceof OperateFault ? fault : failed("did not answer");
  }
}
