import { join } from "node:path";
import { CreateTableCommand, DynamoDBClient, ResourceInUseException } from "@aws-sdk/client-dynamodb";
import { tableDefinition } from "../aws/dynamo-items.ts";
import { ordersTable } from "./application/settings.ts";
import { Account, type AccountOptions } from "./aws/account.ts";
import { Accounts } from "./aws/accounts.ts";
import { roleArn } from "./aws/iam/identities.ts";
import { databases, isInstance } from "./aws/named.ts";
import type { AccountState } from "./aws/state.ts";
import { instancesOn } from "./aws/turn.ts";
import { type Jump, WorldClock } from "./clock.ts";
import { seedAccount } from "./demo-databases.ts";
import { openOtherAccount } from "./other-account.ts";
import type { Installation } from "./postgres/installation.ts";
import { openPostgresServers, type PostgresServers } from "./postgres/servers.ts";
import { showOffset } from "./postgres/world-time.ts";
import { workerRole } from "./roles.ts";
import { saved, savedLines } from "./saved.ts";
import { withoutServers } from "./served.ts";

export const accountId = "123456789012";
export const region = "eu-west-1";
export const table = "encrypt-db";

export function openClock(directory: string): WorldClock {
  const jumps = savedLines<Jump>(join(directory, "jumps.jsonl"));
  return new WorldClock({
    jumps: jumps.read(),
    save: (jump) => {
      jumps.add(jump);
      showOffset(directory, jump.offset);
    },
  });
}

/**
 * Opens the account in a directory, seeded at the first time, with a server for each database in `served`, and the account that
 * copies of backups go to.
 */
export async function openCloud(
  directory: string,
  clock: WorldClock,
  options: Pick<AccountOptions, "durations" | "heard"> & {
    readonly served: readonly string[];
    readonly installation?: Installation | undefined;
  },
): Promise<{ account: Account; other: Account; servers: PostgresServers }> {
  const { served, installation, ...given } = options;
  const accounts = new Accounts();
  const file = saved<AccountState>(join(directory, "account.json"));
  const seeding = saved<Seeding>(join(directory, "seeding.json"));
  const before = file.read();
  let names = (_instance: string): readonly string[] => [];
  let unserved: readonly string[] = seeding.read()?.unserved ?? [];
  const servers = await openPostgresServers({
    directory,
    clock,
    installation,
    certificateNames: (instance) => names(instance),
  });
  const data = withoutServers(servers.data, (volume) => unserved.includes(volume));
  const place = { ...given, region, clock, data, accounts };
  const account = new Account({ ...place, accountId, save: file.write, ...(before && { state: before }) });
  const other = openOther(directory, place);
  names = (instance) => [account, other].flatMap((one) => one.certificateNames(instance));
  if (!before) account.alter(seedAccount);
  if (seeding.read()?.complete) return { account, other, servers };
  const owners = databases(account.state).filter((one) => !isInstance(one) || one.replicaOf === undefined);
  unserved = owners.filter(({ id }) => !served.includes(id)).map(({ resourceId }) => resourceId);
  seeding.write({ unserved, complete: false });
  for (const { id, resourceId: volume } of owners) {
    if (!served.includes(id)) continue;
    await servers.createVolume(volume, { database: "orders", sql: ordersTable });
    for (const { resourceId, writer } of instancesOn(account.state, volume)) {
      await servers.data.startInstance({ id: resourceId, volume, writer });
    }
  }
  seeding.write({ unserved, complete: true });
  return { account, other, servers };
}

function openOther(directory: string, place: Omit<AccountOptions, "accountId">): Account {
  const file = saved<AccountState>(join(directory, "other-account.json"));
  const state = file.read();
  return openOtherAccount({
    ...place,
    source: accountId,
    trusted: roleArn({ accountId }, workerRole),
    save: file.write,
    ...(state && { state }),
  });
}

/** Which databases have no server, by resource id, and whether the others have got theirs. */
interface Seeding {
  readonly unserved: readonly string[];
  readonly complete: boolean;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The table that holds the migrations, as a deployment makes it. */
export async function createTable(endpoint: string, credentials: Credentials): Promise<void> {
  const client = new DynamoDBClient({ region, endpoint, credentials });
  try {
    await client.send(new CreateTableCommand({ TableName: table, ...tableDefinition }));
  } catch (fault) {
    if (!(fault instanceof ResourceInUseException)) throw fault;
  } finally {
    client.destroy();
  }
}
