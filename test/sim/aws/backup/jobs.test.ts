import {
  DescribeBackupVaultCommand,
  DescribeRecoveryPointCommand,
  ListBackupJobsCommand,
  ListRecoveryPointsByResourceCommand,
  PutBackupVaultLockConfigurationCommand,
  StopBackupJobCommand,
  UpdateRegionSettingsCommand,
} from "@aws-sdk/client-backup";
import { DisableKeyCommand } from "@aws-sdk/client-kms";
import {
  DeleteDBClusterSnapshotCommand,
  DeleteDBSnapshotCommand,
  DescribeDBClusterSnapshotsCommand,
  DescribeDBSnapshotsCommand,
  ModifyDBClusterCommand,
} from "@aws-sdk/client-rds";
import { describe, expect, test } from "vitest";
import { addRole, trust } from "../../../../src/sim/aws/iam/identities.ts";
import { addVault } from "../../../../src/sim/aws/seeds/backup.ts";
import { put } from "../../../../src/sim/aws/turn.ts";
import { day, minute, region, start } from "../laboratory.ts";
import { here, twoAccounts } from "./two-accounts.ts";

const hour = 60 * minute;

describe("a backup on demand", () => {
  test("is created, waits, runs and ends, and is a snapshot of RDS under the cluster's own key", async () => {
    const lab = twoAccounts();
    const orders = lab.seed();
    const { BackupJobId, RecoveryPointArn } = await lab.askForBackup(orders);
    expect(RecoveryPointArn).toBeUndefined();
    const states = [(await lab.backupJob(BackupJobId)).State];
    for (let n = 0; n < 20; n++) {
      await lab.pass(30_000);
      const { State } = await lab.backupJob(BackupJobId);
      if (State !== states.at(-1)) states.push(State);
    }
    expect(states).toEqual(["CREATED", "PENDING", "RUNNING", "COMPLETED"]);

    const name = `awsbackup:job-${BackupJobId}`;
    const job = await lab.backupJob(BackupJobId);
    expect(job).toMatchObject({
      MessageCategory: "SUCCESS",
      RecoveryPointArn: `arn:aws:rds:${region}:${here}:cluster-snapshot:${name}`,
      ResourceArn: lab.arnOf(orders),
      ResourceType: "Aurora",
      EncryptionKeyArn: lab.key.arn,
    });
    expect(job.StatusMessage).toBeUndefined();
    expect(job.BackupSizeInBytes).toBeUndefined();
    const { DBClusterSnapshots } = await lab.rds.send(
      new DescribeDBClusterSnapshotsCommand({ DBClusterIdentifier: "orders" }),
    );
    expect(DBClusterSnapshots).toMatchObject([
      {
        DBClusterSnapshotIdentifier: name,
        SnapshotType: "awsbackup",
        Status: "available",
        KmsKeyId: lab.key.arn,
        DbClusterResourceId: orders.resourceId,
      },
    ]);
  });

  test("of an instance outside Aurora is a snapshot of it, with a size of nothing", async () => {
    const lab = twoAccounts();
    const job = await lab.backUp(lab.seedInstance());
    expect(job).toMatchObject({ State: "COMPLETED", ResourceType: "RDS", BackupSizeInBytes: 0 });
    expect(job.RecoveryPointArn).toContain(":snapshot:awsbackup:job-");
    const { DBSnapshots } = await lab.rds.send(
      new DescribeDBSnapshotsCommand({ SnapshotType: "awsbackup", DBInstanceIdentifier: "ledger" }),
    );
    expect(DBSnapshots).toMatchObject([{ SnapshotType: "awsbackup", Status: "available" }]);
    expect(lab.instance("ledger")?.status).toBe("available");
  });

  test("is asked for once under one token", async () => {
    const lab = twoAccounts();
    const orders = lab.seed();
    const first = await lab.askForBackup(orders, { IdempotencyToken: "t" });
    await lab.pass(20 * minute);
    const again = await lab.askForBackup(orders, { IdempotencyToken: "t" });
    expect(again.BackupJobId).toBe(first.BackupJobId);
    const other = await lab.askForBackup(orders, { IdempotencyToken: "u" });
    expect(other.BackupJobId).not.toBe(first.BackupJobId);
    await expect(
      lab.askForBackup(orders, { IdempotencyToken: "t", Lifecycle: { DeleteAfterDays: 3 } }),
    ).rejects.toMatchObject({ name: "InvalidParameterValueException" });
  });

  test("can't be stopped, and its snapshot can't be deleted with RDS", async () => {
    const lab = twoAccounts();
    const { BackupJobId } = await lab.askForBackup(lab.seed());
    await expect(lab.at.here.backup.send(new StopBackupJobCommand({ BackupJobId }))).rejects.toMatchObject({
      name: "InvalidRequestException",
      message: /not supported for Aurora/,
    });
    const ofInstance = await lab.backUp(lab.seedInstance());
    const cluster = new DeleteDBClusterSnapshotCommand({
      DBClusterSnapshotIdentifier: `awsbackup:job-${BackupJobId}`,
    });
    await expect(lab.rds.send(cluster)).rejects.toMatchObject({ message: /managed by AWS Backup/ });
    const instance = new DeleteDBSnapshotCommand({
      DBSnapshotIdentifier: `awsbackup:job-${ofInstance.BackupJobId}`,
    });
    await expect(lab.rds.send(instance)).rejects.toMatchObject({ message: /managed by AWS Backup/ });
  });
});
