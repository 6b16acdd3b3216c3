import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateDBInstanceCommand,
  DescribeDBClustersCommand,
  ModifyDBClusterCommand,
  RDSClient,
  RestoreDBClusterToPointInTimeCommand,
} from "@aws-sdk/client-rds";
import pg from "pg";
import { expect, test } from "vitest";
import { until } from "../../src/sim/actors.ts";
import { connectionTo } from "../../src/sim/application/connection.ts";
import { checkLedgers } from "../../src/sim/check-ledgers.ts";
import { logins } from "../../src/sim/postgres/template.ts";
import { openWorld, type World } from "../../src/sim/world.ts";

const cluster = "orders-prod";
const second = 1_000;
const minute = 60 * second;

function rdsOf({ awsUrl }: World): RDSClient {
  return new RDSClient({
    region: "eu-west-1",
    endpoint: awsUrl,
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
  });
}

/** What the articles say: rename, take the time at which the name is gone, restore to a moment later, no fence. */
async function renameAndRestore(world: World, rds: RDSClient): Promise<number> {
  const { clock } = world.deps;
  await rds.send(
    new ModifyDBClusterCommand({
      DBClusterIdentifier: cluster,
      NewDBClusterIdentifier: `${cluster}-old`,
      ApplyImmediately: true,
    }),
  );
  while ((await statusOf(rds, `${cluster}-old`)) !== "available") await clock.sleep(2 * second);
  const restoreTo = Math.ceil(clock.now() / second) * second + second;
  // Meanwhile the application goes on, on the wall's time.
  await new Promise((resolve) => setTimeout(resolve, 4 * second));
  while ((await latestRestorable(rds, `${cluster}-old`)) <= restoreTo) await clock.sleep(10 * second);
  await rds.send(
    new RestoreDBClusterToPointInTimeCommand({
      SourceDBClusterIdentifier: `${cluster}-old`,
      DBClusterIdentifier: cluster,
      RestoreToTime: new Date(restoreTo),
      KmsKeyId: "alias/databases",
      DBSubnetGroupName: "production",
      VpcSecurityGroupIds: [
        Object.values(world.account.state.securityGroups).find(({ admits }) => admits.length === 2)?.id ?? "",
      ],
    }),
  );
  while ((await statusOf(rds, cluster)) !== "available") await clock.sleep(minute);
  await rds.send(
    new CreateDBInstanceCommand({
      DBInstanceIdentifier: `${cluster}-new`,
      DBClusterIdentifier: cluster,
      DBInstanceClass: "db.r6g.large",
      Engine: "aurora-postgresql",
    }),
  );
  const writer = () => Object.values(world.account.state.instances).find(({ id }) => id === `${cluster}-new`);
  while (writer()?.status !== "available") await clock.sleep(minute);
  // Resolvers remember for some seconds that the name was gone.
  await clock.sleep(10 * second);
  return restoreTo;
}

async function describe(rds: RDSClient, name: string) {
  const { DBClusters = [] } = await rds.send(
    new DescribeDBClustersCommand({ Filters: [{ Name: "db-cluster-id", Values: [name] }] }),
  );
  return DBClusters[0];
}

const statusOf = async (rds: RDSClient, name: string) => (await describe(rds, name))?.Status;
const latestRestorable = async (rds: RDSClient, name: string) =>
  (await describe(rds, name))?.LatestRestorableTime?.getTime() ?? 0;

/** Every row that the source changed after the restore time: what it holds with its commit, and what it no longer holds. */
async function changedAfter(world: World, restoreTo: number): Promise<number[]> {
  const wall = world.clock.wallOf(restoreTo);
  const source = Object.values(world.account.state.instances).find(({ id }) => id === `${cluster}-1`);
  const old = await rowsOf({
    host: "127.0.0.1",
    port: world.servers.portOf(source?.resourceId ?? ""),
    database: "orders",
    ...logins.application,
    ssl: { ca: world.servers.ca, checkServerIdentity: () => undefined },
  });
  const copy = await rowsOf(await connectionTo(world, cluster));
  const written = [...old].filter(([, { committed }]) => committed > wall).map(([id]) => id);
  const deleted = [...copy.keys()].filter((id) => !old.has(id));
  return [...written, ...deleted].sort((a, b) => a - b);
}

async function rowsOf(connection: pg.ClientConfig) {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string; at: number }>(
      "select id, extract(epoch from pg_xact_commit_timestamp(xmin))::float8 * 1000 as at from orders where id >= 1000000000",
    );
    return new Map(rows.map(({ id, at }) => [Number(id), { committed: at }]));
  } finally {
    await client.end();
  }
}

test("the procedure of the articles, a rename and no fence, loses exactly what was committed after its restore time", {
  timeout: 240_000,
}, async () => {
  const directory = mkdtempSync(join(tmpdir(), "encrypt-db-naive-"));
  chmodSync(directory, 0o755);
  const world = await openWorld({
    directory,
    served: [cluster],
    log: { info: () => {}, error: console.error },
  });
  const fleet = await world.startWriters(cluster, 4);
  try {
    await until("writes", () => (fleet.counts().acknowledged > 300 ? true : undefined));
    const restoreTo = await renameAndRestore(world, rdsOf(world));
    await fleet.stop();
    const verdict = await checkLedgers(fleet.ledgers, await connectionTo(world, cluster));

    expect(verdict.lost.length).toBeGreaterThan(20);
    expect(verdict.lost.toSorted((a, b) => a - b)).toEqual(await changedAfter(world, restoreTo));
    expect(verdict.acknowledged - verdict.found).toBeGreaterThanOrEqual(verdict.lost.length);
  } finally {
    await fleet.stop().catch(() => {});
    await world.close();
    rmSync(directory, { recursive: true, force: true });
  }
});
