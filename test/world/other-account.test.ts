import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  BackupClient,
  ListBackupJobsCommand,
  ListCopyJobsCommand,
  StartBackupJobCommand,
  StartCopyJobCommand,
} from "@aws-sdk/client-backup";
import { CreateDBInstanceCommand, RDSClient, RestoreDBClusterFromSnapshotCommand } from "@aws-sdk/client-rds";
import pg from "pg";
import { expect, test } from "vitest";
import { connectionTo } from "../../src/sim/application/connection.ts";
import { databasesGroup } from "../../src/sim/aws/seeds/furniture.ts";
import { backupTarget, otherOwnerKey } from "../../src/sim/other-account.ts";
import { openStage, type Stage } from "../../src/sim/stage.ts";

const minute = 60_000;

const name = "billing-prod";

/** Turns the clock until something is so; a copy or a restore takes what it takes. */
async function until(stage: Stage, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let n = 0; n < 120 && !(await isSo()); n++) {
    stage.clock.jump(minute);
    await stage.account.advance();
  }
  expect(await isSo()).toBe(true);
}

function clientsOf({ awsUrl: endpoint }: Stage, accessKeyId: string) {
  const all = { region: "eu-west-1", endpoint, credentials: { accessKeyId, secretAccessKey: "world" } };
  return { rds: new RDSClient(all), backup: new BackupClient(all) };
}

async function query(stage: Stage, sql: string): Promise<unknown[]> {
  const client = new pg.Client(await connectionTo(stage, name));
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Backs the cluster up and copies the backup; the name of the snapshot that the copy is. */
async function backedUpAndCopied(stage: Stage): Promise<string> {
  const { backup } = clientsOf(stage, "AKIAOWNER");
  const { vault, roleArn, destinationVaultArn } = backupTarget(stage.account.state);
  const ResourceArn = `arn:aws:rds:eu-west-1:123456789012:cluster:${name}`;
  await backup.send(new StartBackupJobCommand({ BackupVaultName: vault, ResourceArn, IamRoleArn: roleArn }));
  const job = async () =>
    (await backup.send(new ListBackupJobsCommand({ ByResourceArn: ResourceArn }))).BackupJobs?.[0];
  await until(stage, async () => (await job())?.State === "COMPLETED");
  await backup.send(
    new StartCopyJobCommand({
      RecoveryPointArn: (await job())?.RecoveryPointArn,
      SourceBackupVaultName: vault,
      DestinationBackupVaultArn: destinationVaultArn,
      IamRoleArn: roleArn,
    }),
  );
  const copy = async () =>
    (await backup.send(new ListCopyJobsCommand({ ByResourceArn: ResourceArn }))).CopyJobs?.[0];
  await until(stage, async () => (await copy())?.State === "COMPLETED");
  return (await copy())?.DestinationRecoveryPointArn ?? "";
}

/** Into a cluster of the same name, with one member and in a group that lets the application in. */
async function restored(stage: Stage, SnapshotIdentifier: string): Promise<void> {
  const { rds } = clientsOf(stage, otherOwnerKey);
  await rds.send(
    new RestoreDBClusterFromSnapshotCommand({
      DBClusterIdentifier: name,
      SnapshotIdentifier,
      Engine: "aurora-postgresql",
      VpcSecurityGroupIds: [databasesGroup],
    }),
  );
  const cluster = () => Object.values(stage.other.state.clusters)[0];
  await until(stage, () => cluster()?.status === "available");
  await rds.send(
    new CreateDBInstanceCommand({
      DBInstanceIdentifier: `${name}-1`,
      DBClusterIdentifier: name,
      DBInstanceClass: "db.r6g.large",
      Engine: "aurora-postgresql",
    }),
  );
  await until(stage, () => Object.values(stage.other.state.instances)[0]?.status === "available");
}

test("rows of one account are there in a database that the other account restores of its copy", async () => {
  const directory = mkdtempSync(join(tmpdir(), "encrypt-db-other-"));
  chmodSync(directory, 0o755);
  const stage = await openStage({
    directory,
    served: [name],
    deliver: async () => ({ statusCode: 200, body: "" }),
    log: { info: () => {}, error: () => {} },
  });
  try {
    const insert = (note: string) =>
      query(stage, `create table if not exists kept (note text); insert into kept values ('${note}')`);
    await insert("before the backup");
    const copy = await backedUpAndCopied(stage);
    await insert("after the backup");

    await restored(stage, copy);

    const there = { ...stage, account: stage.other };
    expect(await query(there, "select note from kept")).toEqual([{ note: "before the backup" }]);
    expect(await query(stage, "select note from kept")).toHaveLength(2);
    const [here] = Object.values(stage.account.state.clusters).filter(({ id }) => id === name);
    const [other] = Object.values(stage.other.state.clusters);
    expect(other?.storageKey).not.toEqual(here?.storageKey);
    expect((await connectionTo(there, name)).ssl).not.toEqual((await connectionTo(stage, name)).ssl);
  } finally {
    await stage.close();
    rmSync(directory, { recursive: true });
  }
}, 120_000);
