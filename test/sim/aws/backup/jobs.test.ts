import {
  DescribeBackupVaultCommand,
  DescribeGlobalSettingsCommand,
  ListBackupJobsCommand,
  PutBackupVaultLockConfigurationCommand,
  StopBackupJobCommand,
  UpdateRegionSettingsCommand,
} from "@aws-sdk/client-backup";
import { DisableKeyCommand } from "@aws-sdk/client-kms";
import {
  CreateDBClusterSnapshotCommand,
  DeleteDBClusterSnapshotCommand,
  DeleteDBSnapshotCommand,
  DescribeDBClusterSnapshotsCommand,
  DescribeDBSnapshotsCommand,
  ModifyDBClusterCommand,
} from "@aws-sdk/client-rds";
import { describe, expect, test } from "vitest";
import { addRole, trust } from "../../../../src/sim/aws/iam/identities.ts";
import { leaveOrganization } from "../../../../src/sim/aws/organization.ts";
import { addBackupRole } from "../../../../src/sim/aws/seeds/backup.ts";
import type { Cluster } from "../../../../src/sim/aws/state.ts";
import { put } from "../../../../src/sim/aws/turn.ts";
import { day, minute, region, start } from "../laboratory.ts";
import { here, type TwoAccounts, twoAccounts } from "./two-accounts.ts";

const hour = 60 * minute;

const clockAt = (at: number) => new Date(at).toISOString().slice(11, 16);

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

  test("does not count toward the quota of manual snapshots", async () => {
    const lab = twoAccounts();
    await lab.backUp(lab.seed());
    lab.account.alter((turn) => {
      turn.state = { ...turn.state, quotas: { ...turn.state.quotas, ManualClusterSnapshots: 1 } };
    });
    const take = (DBClusterSnapshotIdentifier: string) =>
      lab.rds.send(
        new CreateDBClusterSnapshotCommand({ DBClusterIdentifier: "orders", DBClusterSnapshotIdentifier }),
      );
    await expect(take("first")).resolves.toBeDefined();
    await expect(take("second")).rejects.toMatchObject({ name: "SnapshotQuotaExceededFault" });
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
      message: expect.stringMatching(/not supported for Aurora/),
    });
    const ofInstance = await lab.backUp(lab.seedInstance());
    const cluster = new DeleteDBClusterSnapshotCommand({
      DBClusterSnapshotIdentifier: `awsbackup:job-${BackupJobId}`,
    });
    await expect(lab.rds.send(cluster)).rejects.toMatchObject({
      message: expect.stringMatching(/managed by AWS Backup/),
    });
    const instance = new DeleteDBSnapshotCommand({
      DBSnapshotIdentifier: `awsbackup:job-${ofInstance.BackupJobId}`,
    });
    await expect(lab.rds.send(instance)).rejects.toMatchObject({
      message: expect.stringMatching(/managed by AWS Backup/),
    });
  });
});

describe("what is wrong is found by the job and not by the call", () => {
  const failed = async (lab: TwoAccounts, more: Parameters<TwoAccounts["backUp"]>[1] = {}) => {
    const { State, StatusMessage, MessageCategory } = await lab.backUp(lab.seed(), more);
    return { State, StatusMessage, MessageCategory };
  };

  test("a role that does not exist, or that does not trust AWS Backup", async () => {
    const lab = twoAccounts();
    const absent = `arn:aws:iam::${here}:role/AWSBackup-absent`;
    expect(await failed(lab, { IamRoleArn: absent })).toEqual({
      State: "FAILED",
      StatusMessage: `IAM Role ${absent} cannot be assumed by AWS Backup`,
      MessageCategory: "AccessDenied",
    });
    lab.account.alter((turn) => {
      turn.state = addRole(turn.state, "AWSBackup-closed", []);
      turn.state = trust(turn.state, "AWSBackup-closed", [
        { Effect: "Allow", Principal: { Service: "rds.amazonaws.com" }, Action: "sts:AssumeRole" },
      ]);
    });
    const closed = `arn:aws:iam::${here}:role/AWSBackup-closed`;
    expect((await lab.backUp(lab.seed("more"), { IamRoleArn: closed })).StatusMessage).toMatch(
      /cannot be assumed/,
    );
  });

  test("a role without AWSBackup in its name", async () => {
    const lab = twoAccounts();
    const IamRoleArn = lab.account.alter((turn) => addBackupRole(turn, "backups"));
    expect(await failed(lab, { IamRoleArn })).toMatchObject({
      State: "FAILED",
      StatusMessage: expect.stringMatching(/does not have permission/),
    });
    const below = lab.account.alter((turn) => addBackupRole(turn, "AWSBackup/backups"));
    expect((await lab.backUp(lab.seed("more"), { IamRoleArn: below })).State).toBe("FAILED");
  });

  test("a role that may make no snapshots", async () => {
    const lab = twoAccounts();
    lab.account.alter((turn) => {
      turn.state = addRole(turn.state, "encrypt-db-AWSBackup", []);
    });
    expect(await failed(lab)).toMatchObject({
      State: "FAILED",
      StatusMessage: expect.stringMatching(/does not have permission to perform rds:CreateDBClusterSnapshot/),
      MessageCategory: "AccessDenied",
    });
  });

  test("a key that is disabled", async () => {
    const lab = twoAccounts({ durations: { noticeKey: day } });
    await lab.kms.send(new DisableKeyCommand({ KeyId: lab.key.arn }));
    expect(await failed(lab)).toMatchObject({
      State: "FAILED",
      StatusMessage: expect.stringMatching(/KMS key is either disabled/),
    });
  });

  test("a lifetime that the vault's lock does not take", async () => {
    const lab = twoAccounts();
    await lab.at.here.backup.send(
      new PutBackupVaultLockConfigurationCommand({
        BackupVaultName: lab.target.vault,
        MinRetentionDays: 10,
        MaxRetentionDays: 100,
      }),
    );
    expect(await failed(lab, { Lifecycle: { DeleteAfterDays: 9 } })).toMatchObject({
      State: "FAILED",
      StatusMessage: expect.stringMatching(/not within the range/),
    });
    const forever = await lab.backUp(lab.seed("more"));
    expect(forever.State).toBe("FAILED");
    const fitting = await lab.backUp(lab.seed("other"), { Lifecycle: { DeleteAfterDays: 10 } });
    expect(fitting.State).toBe("COMPLETED");
  });

  test("another job that runs for the same database", async () => {
    const lab = twoAccounts();
    const orders = lab.seed();
    const first = await lab.askForBackup(orders);
    const second = await lab.backUp(orders);
    expect((await lab.backupJob(first.BackupJobId)).State).toBe("COMPLETED");
    expect(second).toMatchObject({
      State: "FAILED",
      StatusMessage: expect.stringMatching(/running job for the same resource/),
    });
  });

  test.each([
    ["an hour before its backup window", "backup", 59 * minute, "FAILED"],
    ["more than an hour before its backup window", "backup", 70 * minute, "COMPLETED"],
    ["in its backup window", "backup", -20 * minute, "FAILED"],
    ["after its backup window", "backup", -40 * minute, "COMPLETED"],
    ["an hour before its maintenance window", "maintenance", 59 * minute, "FAILED"],
    ["in its maintenance window", "maintenance", -20 * minute, "FAILED"],
    ["a day before its maintenance window", "maintenance", day, "COMPLETED"],
  ] as const)("a database %s", async (_, kind, ahead, ends) => {
    const lab = twoAccounts();
    const opens = start + ahead;
    const window = `${clockAt(opens)}-${clockAt(opens + 30 * minute)}`;
    const weekday = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"][new Date(opens).getUTCDay()];
    const [from, until] = window.split("-");
    const settings =
      kind === "backup"
        ? { PreferredBackupWindow: window }
        : { PreferredMaintenanceWindow: `${weekday}:${from}-${weekday}:${until}` };
    const job = await lab.backUp(lab.seed("orders", { settings }));
    expect(job.State).toBe(ends);
    if (ends === "FAILED") expect(job.StatusMessage).toMatch(/inside or too close to the .+ window/);
  });

  test("a database that is renamed away, whose name nothing has by then", async () => {
    const lab = twoAccounts();
    const { BackupJobId } = await lab.askForBackup(lab.seed());
    lab.account.alter((turn) =>
      put(turn, "clusters", { ...(lab.cluster("orders") as Cluster), id: "orders-old" }),
    );
    await lab.pass(10 * minute);
    expect(await lab.backupJob(BackupJobId)).toMatchObject({
      State: "FAILED",
      StatusMessage: expect.stringMatching(/Could not find resource/),
    });
  });
});

describe("a database that is not ready", () => {
  test("is tried again until it is", async () => {
    const lab = twoAccounts();
    const orders = lab.seed("orders", { status: "modifying" });
    const { BackupJobId } = await lab.askForBackup(orders);
    await lab.pass(hour);
    expect((await lab.backupJob(BackupJobId)).State).toBe("PENDING");
    lab.account.alter((turn) => put(turn, "clusters", { ...orders, status: "available" }));
    await lab.pass(hour);
    expect((await lab.backupJob(BackupJobId)).State).toBe("COMPLETED");
  });

  test("is given up when the start window is over", async () => {
    const lab = twoAccounts();
    const { BackupJobId } = await lab.askForBackup(lab.seed("orders", { status: "stopped" }), {
      StartWindowMinutes: 60,
    });
    await lab.pass(59 * minute);
    expect((await lab.backupJob(BackupJobId)).State).toBe("PENDING");
    await lab.pass(2 * minute);
    expect(await lab.backupJob(BackupJobId)).toMatchObject({
      State: "EXPIRED",
      StatusMessage: "Backup job expired before completion.",
    });
  });

  test("is given up as well where the job itself was kept waiting for so long", async () => {
    const lab = twoAccounts();
    lab.mishap({ to: "backup", sits: 3 * hour });
    const { BackupJobId } = await lab.askForBackup(lab.seed(), { StartWindowMinutes: 60 });
    await lab.pass(59 * minute);
    expect((await lab.backupJob(BackupJobId)).State).toBe("CREATED");
    await lab.pass(minute);
    expect((await lab.backupJob(BackupJobId)).State).toBe("EXPIRED");
  });

  test("is one without a restorable time, too", async () => {
    const lab = twoAccounts();
    const { restorableFrom: _, ...orders } = lab.seed();
    lab.account.alter((turn) => put(turn, "clusters", orders));
    expect((await lab.backUp(orders, {}, hour)).State).toBe("PENDING");
  });
});

describe("what a job can come to all the same", () => {
  test.each([
    [
      {
        state: "COMPLETED",
        message: "We are unable to copy resource tags to your backup",
        category: "MISCELLANEOUS",
      },
    ],
    [{ state: "PARTIAL", message: "Part of it", category: "MISCELLANEOUS" }],
    [{ state: "FAILED", message: "An internal error occurred.", category: "MISCELLANEOUS" }],
  ] as const)("%o", async (ends) => {
    const lab = twoAccounts();
    lab.mishap({ to: "backup", ends });
    const job = await lab.backUp(lab.seed());
    expect([job.State, job.StatusMessage, job.MessageCategory]).toEqual([
      ends.state,
      ends.message,
      ends.category,
    ]);
    const { RecoveryPoints = [] } = await lab.recoveryPoints(lab.arnOf(lab.cluster("orders") as Cluster));
    expect(RecoveryPoints.map(({ Status }) => Status)).toEqual(ends.state === "FAILED" ? [] : [ends.state]);
    expect((await lab.backUp(lab.seed("more"))).MessageCategory).toBe("SUCCESS");
  });

  test("it stays CREATED", async () => {
    const lab = twoAccounts();
    lab.mishap({ to: "backup", sits: 2 * hour });
    const job = await lab.backUp(lab.seed(), {}, 2 * hour);
    expect(job.State).toBe("CREATED");
    await lab.pass(hour);
    expect((await lab.backupJob(job.BackupJobId)).State).toBe("COMPLETED");
  });
});

describe("what the call itself refuses", () => {
  test.each([
    [
      "a database that is not there",
      { ResourceArn: `arn:aws:rds:${region}:${here}:cluster:absent` },
      "ResourceNotFoundException",
    ],
    [
      "another account's",
      { ResourceArn: `arn:aws:rds:${region}:210987654321:cluster:orders` },
      "ResourceNotFoundException",
    ],
    [
      "a member of a cluster",
      { ResourceArn: `arn:aws:rds:${region}:${here}:db:orders-1` },
      "ResourceNotFoundException",
    ],
    ["a vault that is not there", { BackupVaultName: "absent" }, "ResourceNotFoundException"],
    ["a start window of less than an hour", { StartWindowMinutes: 59 }, "InvalidParameterValueException"],
    ["a lifetime of nothing", { Lifecycle: { DeleteAfterDays: 0 } }, "InvalidParameterValueException"],
    [
      "cold storage for less than 90 days",
      { Lifecycle: { MoveToColdStorageAfterDays: 10, DeleteAfterDays: 99 } },
      "InvalidParameterValueException",
    ],
    ["no role", { IamRoleArn: undefined as never }, "MissingParameterValueException"],
  ])("%s", async (_, more, name) => {
    const lab = twoAccounts();
    await expect(lab.askForBackup(lab.seed(), more)).rejects.toMatchObject({ name });
  });

  test("a kind of database that the account has not opted in to", async () => {
    const lab = twoAccounts();
    await lab.at.here.backup.send(
      new UpdateRegionSettingsCommand({ ResourceTypeOptInPreference: { Aurora: false } }),
    );
    await expect(lab.askForBackup(lab.seed())).rejects.toMatchObject({ name: "InvalidRequestException" });
    expect((await lab.backUp(lab.seedInstance())).State).toBe("COMPLETED");
  });

  test("settings of an organization that the account is not in", async () => {
    const lab = twoAccounts();
    const ask = () => lab.at.here.backup.send(new DescribeGlobalSettingsCommand({}));
    expect((await ask()).GlobalSettings).toEqual({ isCrossAccountBackupEnabled: "true" });
    lab.account.alter(leaveOrganization);
    await expect(ask()).rejects.toMatchObject({ name: "InvalidRequestException" });
  });

  test("a look at a vault that does not exist, as if it might not be looked at", async () => {
    const lab = twoAccounts();
    await expect(
      lab.at.here.backup.send(new DescribeBackupVaultCommand({ BackupVaultName: "absent" })),
    ).rejects.toMatchObject({ name: "AccessDeniedException" });
  });
});

test("jobs are listed by the ARN that they were asked for with, the newest first, and for thirty days", async () => {
  const lab = twoAccounts();
  const orders = lab.seed();
  const first = await lab.backUp(orders);
  await lab.rds.send(
    new ModifyDBClusterCommand({
      DBClusterIdentifier: "orders",
      NewDBClusterIdentifier: "orders-old",
      ApplyImmediately: true,
    }),
  );
  await lab.pass(hour);
  const renamed = lab.cluster("orders-old") as Cluster;
  const second = await lab.backUp(renamed);
  const third = await lab.backUp(renamed);
  const listed = async (ByResourceArn: string) => {
    const { BackupJobs = [] } = await lab.at.here.backup.send(new ListBackupJobsCommand({ ByResourceArn }));
    return BackupJobs.map(({ BackupJobId }) => BackupJobId);
  };
  expect(await listed(lab.arnOf(orders))).toEqual([first.BackupJobId]);
  expect(await listed(lab.arnOf(renamed))).toEqual([third.BackupJobId, second.BackupJobId]);
  await lab.pass(31 * day);
  const last = await lab.backUp(renamed, {}, 3 * hour);
  expect(await listed(lab.arnOf(renamed))).toEqual([last.BackupJobId]);
});
