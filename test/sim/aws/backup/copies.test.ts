import {
  DescribeRecoveryPointCommand,
  ListCopyJobsCommand,
  ListRecoveryPointsByBackupVaultCommand,
  PutBackupVaultAccessPolicyCommand,
  PutBackupVaultLockConfigurationCommand,
} from "@aws-sdk/client-backup";
import { DisableKeyCommand } from "@aws-sdk/client-kms";
import {
  DescribeDBClusterSnapshotsCommand,
  DescribeDBSnapshotsCommand,
  RestoreDBClusterFromSnapshotCommand,
  RestoreDBInstanceFromDBSnapshotCommand,
} from "@aws-sdk/client-rds";
import { describe, expect, test } from "vitest";
import { addRole } from "../../../../src/sim/aws/iam/identities.ts";
import { clusterEndpoint } from "../../../../src/sim/aws/names.ts";
import { joinOrganization, leaveOrganization } from "../../../../src/sim/aws/organization.ts";
import { addVault } from "../../../../src/sim/aws/seeds/backup.ts";
import { addKey } from "../../../../src/sim/aws/seeds/furniture.ts";
import { managedKey } from "../../../../src/sim/aws/seeds/instances.ts";
import { otherAccountId } from "../../../../src/sim/other-account.ts";
import { day, minute, region } from "../laboratory.ts";
import { here, type TwoAccounts, twoAccounts } from "./two-accounts.ts";

const hour = 60 * minute;
const copies = "encrypt-db-copies";
const vaultThere = (name: string) => `arn:aws:backup:${region}:${otherAccountId}:backup-vault:${name}`;

/** The copy of a cluster's backup, and the job that made it. */
async function copied(lab: TwoAccounts) {
  const backup = await lab.backUp(lab.seed(), { Lifecycle: { DeleteAfterDays: 35 } });
  return { backup, job: await lab.copy(backup.RecoveryPointArn) };
}

const describeCopy = (lab: TwoAccounts, RecoveryPointArn: string | undefined) =>
  lab.at.there.backup.send(new DescribeRecoveryPointCommand({ BackupVaultName: copies, RecoveryPointArn }));

describe("a copy into the other account", () => {
  test("is created, runs and ends; the snapshot there is under the key of the vault there", async () => {
    const lab = twoAccounts();
    const backup = await lab.backUp(lab.seed(), { Lifecycle: { DeleteAfterDays: 35 } });
    const { CopyJobId } = await lab.askForCopy(backup.RecoveryPointArn);
    const states = [(await lab.copyJob(CopyJobId)).State];
    for (let n = 0; n < 60; n++) {
      await lab.pass(minute);
      const { State } = await lab.copyJob(CopyJobId);
      if (State !== states.at(-1)) states.push(State);
    }
    expect(states).toEqual(["CREATED", "RUNNING", "COMPLETED"]);

    const job = await lab.copyJob(CopyJobId);
    const name = `awsbackup:copyjob-${CopyJobId}`;
    const arn = `arn:aws:rds:${region}:${otherAccountId}:cluster-snapshot:${name}`;
    expect(job).toMatchObject({ MessageCategory: "SUCCESS", DestinationRecoveryPointArn: arn });
    const keyThere = lab.other.state.backup.vaults[copies]?.keyArn;
    const point = await describeCopy(lab, arn);
    expect(point).toMatchObject({
      Status: "COMPLETED",
      IsEncrypted: true,
      EncryptionKeyArn: keyThere,
      EncryptionKeyType: "CUSTOMER_MANAGED_KMS_KEY",
      SourceBackupVaultArn: `arn:aws:backup:${region}:${here}:backup-vault:encrypt-db`,
      ResourceArn: `arn:aws:rds:${region}:${here}:cluster:orders`,
      // "The creation date refers to when the source was created, not when the copy was created."
      CreationDate: backup.CreationDate && new Date(backup.CreationDate.getTime() + 2 * minute),
    });
    const { DBClusterSnapshots } = await lab.at.there.rds.send(new DescribeDBClusterSnapshotsCommand({}));
    expect(DBClusterSnapshots).toMatchObject([
      {
        DBClusterSnapshotIdentifier: name,
        SnapshotType: "awsbackup",
        Status: "available",
        KmsKeyId: keyThere,
      },
    ]);
  });

  test("is there, and unfinished, while it is made", async () => {
    const lab = twoAccounts();
    const backup = await lab.backUp(lab.seed());
    const job = await lab.copy(backup.RecoveryPointArn, {}, 10 * minute);
    expect(job.State).toBe("RUNNING");
    expect((await describeCopy(lab, job.DestinationRecoveryPointArn)).Status).toBe("CREATING");
  });

  test("lives as long as what it is a copy of, unless told otherwise", async () => {
    const lab = twoAccounts();
    const { backup, job } = await copied(lab);
    const expiry = async (arn: string | undefined) =>
      (await describeCopy(lab, arn)).CalculatedLifecycle?.DeleteAt?.getTime();
    const began = backup.CreationDate?.getTime() ?? 0;
    expect(await expiry(job.DestinationRecoveryPointArn)).toBe(began + 2 * minute + 35 * day);
    const shorter = await lab.copy(backup.RecoveryPointArn, { Lifecycle: { DeleteAfterDays: 7 } });
    expect(await expiry(shorter.DestinationRecoveryPointArn)).toBe(began + 2 * minute + 7 * day);
    const forever = await lab.copy(backup.RecoveryPointArn, { Lifecycle: { DeleteAfterDays: -1 } });
    expect(await expiry(forever.DestinationRecoveryPointArn)).toBe(began + 2 * minute + 35 * day);
  });

  test("is asked for once under one token", async () => {
    const lab = twoAccounts();
    const { RecoveryPointArn } = await lab.backUp(lab.seed());
    const first = await lab.askForCopy(RecoveryPointArn, { IdempotencyToken: "t" });
    const again = await lab.askForCopy(RecoveryPointArn, { IdempotencyToken: "t" });
    expect(again.CopyJobId).toBe(first.CopyJobId);
    await lab.pass(hour);
    expect(Object.keys(lab.other.state.backup.recoveryPoints)).toHaveLength(1);
    const { CopyJobs } = await lab.at.here.backup.send(
      new ListCopyJobsCommand({ BySourceRecoveryPointArn: RecoveryPointArn }),
    );
    expect(CopyJobs).toHaveLength(1);
  });

  test("of an instance outside Aurora that is not encrypted is encrypted, of a cluster it is not", async () => {
    const lab = twoAccounts();
    const none = { storageKey: { type: "none" } } as const;
    const ofInstance = await lab.copy((await lab.backUp(lab.seedInstance("ledger", none))).RecoveryPointArn);
    const ofCluster = await lab.copy((await lab.backUp(lab.seed("orders", none))).RecoveryPointArn);
    expect(await describeCopy(lab, ofInstance.DestinationRecoveryPointArn)).toMatchObject({
      IsEncrypted: true,
      EncryptionKeyArn: lab.other.state.backup.vaults[copies]?.keyArn,
    });
    expect(await describeCopy(lab, ofCluster.DestinationRecoveryPointArn)).toMatchObject({
      IsEncrypted: false,
    });
  });

  test("may stay CREATED for two hours, and may be completed with issues", async () => {
    const lab = twoAccounts();
    const { RecoveryPointArn } = await lab.backUp(lab.seed());
    lab.mishap({
      to: "copy",
      sits: 2 * hour,
      ends: { state: "COMPLETED", message: "Tags were not copied", category: "MISCELLANEOUS" },
    });
    const { CopyJobId, State } = await lab.copy(RecoveryPointArn, {}, 2 * hour);
    expect(State).toBe("CREATED");
    await lab.pass(hour);
    expect(await lab.copyJob(CopyJobId)).toMatchObject({
      State: "COMPLETED",
      StatusMessage: "Tags were not copied",
      MessageCategory: "MISCELLANEOUS",
    });
  });

  test("that fails on the way leaves nothing there", async () => {
    const lab = twoAccounts();
    const { RecoveryPointArn } = await lab.backUp(lab.seed());
    const ends = {
      state: "FAILED",
      message: "An internal error occurred.",
      category: "MISCELLANEOUS",
    } as const;
    lab.mishap({ to: "copy", ends });
    expect((await lab.copy(RecoveryPointArn)).State).toBe("FAILED");
    expect(lab.other.state.backup.recoveryPoints).toEqual({});
    expect(lab.other.state.snapshots).toEqual({});
  });
});

describe("what keeps a copy from the other account is found by the job", () => {
  const other = (lab: TwoAccounts, change: Parameters<TwoAccounts["other"]["alter"]>[0]) =>
    lab.other.alter(change);
  const failing: readonly (readonly [string, (lab: TwoAccounts) => unknown, RegExp, string?])[] = [
    [
      "the account is in no organization",
      ({ account }) => account.alter(leaveOrganization),
      /member of the same organization/,
    ],
    [
      "the other account is in no organization",
      (lab) => other(lab, leaveOrganization),
      /member of the same organization/,
    ],
    [
      "the other account is in another organization",
      (lab) => other(lab, (turn) => joinOrganization(turn, { id: "o-else", crossAccountBackup: true })),
      /member of the same organization/,
    ],
    [
      "the organization has not enabled it",
      ({ account }) =>
        account.alter((turn) => joinOrganization(turn, { id: "o-acmecorp01", crossAccountBackup: false })),
      /Cross-account copy feature is not enabled/,
    ],
    [
      "the vault has no policy",
      (lab) => lab.at.there.backup.send(new PutBackupVaultAccessPolicyCommand({ BackupVaultName: copies })),
      /^Access Denied trying to call AWS Backup service$/,
    ],
    [
      "the vault's policy lets in somebody else",
      (lab) => lab.at.there.backup.send(policy({ AWS: "arn:aws:iam::111122223333:root" })),
      /^Access Denied/,
    ],
    [
      "the vault's policy lets in another organization",
      (lab) => lab.at.there.backup.send(policy("*", { StringEquals: { "aws:PrincipalOrgID": "o-else" } })),
      /^Access Denied/,
    ],
    ["the vault is not there", () => undefined, /^Access Denied/, "absent"],
    [
      "the role may not copy into vaults",
      ({ account }) =>
        account.alter((turn) => {
          turn.state = addRole(turn.state, "encrypt-db-AWSBackup", []);
        }),
      /does not have permission to perform backup:CopyIntoBackupVault/,
    ],
    [
      "the vault is called Default",
      (lab) => other(lab, (turn) => addVault(turn, { ...vaultOf(lab), name: "Default" })),
      /default Backup vault/i,
      "Default",
    ],
    [
      "the vault is under a key that AWS manages",
      (lab) =>
        other(lab, (turn) => {
          const { arn } = addKey(turn, { alias: "alias/aws/backup", manager: "AWS" });
          addVault(turn, { ...vaultOf(lab), keyArn: arn });
        }),
      /default Backup service managed key/,
    ],
    [
      "the vault's key is disabled",
      (lab) => lab.at.there.kms.send(new DisableKeyCommand({ KeyId: vaultOf(lab).keyArn })),
      /KMS key is either disabled/,
    ],
    [
      "the database's key is disabled by then",
      (lab) => lab.kms.send(new DisableKeyCommand({ KeyId: lab.key.arn })),
      /KMS key is either disabled/,
    ],
    [
      "the vault's lock wants a longer life",
      (lab) =>
        lab.at.there.backup.send(
          new PutBackupVaultLockConfigurationCommand({ BackupVaultName: copies, MinRetentionDays: 100 }),
        ),
      /not within the range specified for the target Backup Vault/,
    ],
  ];
  const vaultOf = (lab: TwoAccounts) => {
    const vault = lab.other.state.backup.vaults[copies];
    if (vault === undefined) throw new Error("there is no vault");
    return vault;
  };
  const policy = (Principal: unknown, Condition?: object) =>
    new PutBackupVaultAccessPolicyCommand({
      BackupVaultName: copies,
      Policy: JSON.stringify({
        Statement: [
          { Effect: "Allow", Principal, Action: "backup:CopyIntoBackupVault", Resource: "*", Condition },
        ],
      }),
    });

  const each = failing.map(([name, breaks, says, vault = copies]) => ({ name, breaks, says, vault }));
  test.each(each)("$name", async ({ breaks, says, vault }) => {
    const lab = twoAccounts({ durations: { noticeKey: day } });
    const backup = await lab.backUp(lab.seed(), { Lifecycle: { DeleteAfterDays: 35 } });
    await breaks(lab);
    const job = await lab.copy(backup.RecoveryPointArn, { DestinationBackupVaultArn: vaultThere(vault) });
    expect([job.State, job.StatusMessage]).toEqual(["FAILED", expect.stringMatching(says)]);
    expect(job.DestinationRecoveryPointArn).toBeUndefined();
    expect(lab.other.state.backup.recoveryPoints).toEqual({});
  });

  test("the vault's policy may name the organization, the account or the role", async () => {
    for (const allows of [
      policy("*", { StringEquals: { "aws:PrincipalOrgID": "o-acmecorp01" } }),
      policy({ AWS: here }),
      policy({ AWS: `arn:aws:iam::${here}:role/encrypt-db-AWSBackup` }),
    ]) {
      const lab = twoAccounts();
      await lab.at.there.backup.send(allows);
      const { RecoveryPointArn } = await lab.backUp(lab.seed());
      expect((await lab.copy(RecoveryPointArn)).State).toBe("COMPLETED");
    }
  });

  test.each([
    ["aws/rds", (lab: TwoAccounts) => lab.account.alter(managedKey)],
    ["a key that AWS owns", () => ({ type: "sse-rds" }) as const],
  ])("the database is under %s", async (_, key) => {
    const lab = twoAccounts();
    const { RecoveryPointArn } = await lab.backUp(lab.seed("orders", { storageKey: key(lab) }));
    const job = await lab.copy(RecoveryPointArn);
    expect([job.State, job.StatusMessage]).toEqual(["FAILED", expect.stringMatching(/can't be shared/)]);
  });

  test.each([
    ["says nothing of the other account", []],
    [
      "lets it read and make no grants",
      ["kms:DescribeKey", "kms:Decrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
    ],
    ["lets it make grants and not read", ["kms:CreateGrant", "kms:DescribeKey"]],
  ])("the policy of the database's key %s", async (_, Action) => {
    const lab = twoAccounts();
    const Principal = { AWS: `arn:aws:iam::${otherAccountId}:root` };
    const policy = JSON.stringify({
      Statement: Action.length === 0 ? [] : [{ Effect: "Allow", Principal, Action, Resource: "*" }],
    });
    const { arn } = lab.account.alter((turn) => addKey(turn, { policy }));
    const { RecoveryPointArn } = await lab.backUp(
      lab.seed("orders", { storageKey: { type: "sse-kms", arn } }),
    );
    const job = await lab.copy(RecoveryPointArn);
    expect([job.State, job.StatusMessage]).toEqual([
      "FAILED",
      expect.stringMatching(/access to KMS key is denied/),
    ]);
  });
});

describe("what the call itself refuses to copy", () => {
  test("a recovery point that is not there, or not yet", async () => {
    const lab = twoAccounts();
    const absent = `arn:aws:rds:${region}:${here}:cluster-snapshot:awsbackup:job-absent`;
    await expect(lab.askForCopy(absent)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    const { RecoveryPointArn } = await lab.backUp(lab.seed(), {}, 3 * minute);
    await expect(lab.askForCopy(RecoveryPointArn)).rejects.toMatchObject({ name: "InvalidRequestException" });
  });

  test("anything to what is no vault", async () => {
    const lab = twoAccounts();
    const { RecoveryPointArn } = await lab.backUp(lab.seed());
    await expect(
      lab.askForCopy(RecoveryPointArn, { DestinationBackupVaultArn: "encrypt-db-copies" }),
    ).rejects.toMatchObject({ name: "InvalidParameterValueException" });
  });
});

describe("in the other account a copy is restored", () => {
  test("to a cluster that holds what the cluster held when its backup was made", async () => {
    const lab = twoAccounts();
    const { job } = await copied(lab);
    const orders = lab.cluster("orders");
    lab.data.write(orders?.resourceId ?? "", { at: lab.clock.now(), id: "2", value: "later" });
    await lab.at.there.rds.send(
      new RestoreDBClusterFromSnapshotCommand({
        DBClusterIdentifier: "orders",
        SnapshotIdentifier: job.DestinationRecoveryPointArn,
        Engine: "aurora-postgresql",
      }),
    );
    await lab.pass(hour);
    const [restored] = Object.values(lab.other.state.clusters);
    expect(restored).toMatchObject({
      id: "orders",
      status: "available",
      storageKey: { type: "sse-kms", arn: lab.other.state.backup.vaults[copies]?.keyArn },
    });
    expect(lab.data.volumes.get(restored?.resourceId ?? "")?.map(({ value }) => value)).toEqual(["first"]);
    expect(restored?.resourceId).not.toBe(orders?.resourceId);
    expect(clusterEndpoint(lab.other.state, "orders")).not.toBe(clusterEndpoint(lab.account.state, "orders"));
    // Who may come in is that account's to say: nobody, by its default group.
    expect(restored?.settings.VpcSecurityGroups).toMatchObject([
      { VpcSecurityGroupId: expect.stringMatching(/^sg-default/) },
    ]);
  });

  test("to an instance outside Aurora", async () => {
    const lab = twoAccounts();
    const backup = await lab.backUp(lab.seedInstance());
    const job = await lab.copy(backup.RecoveryPointArn);
    const { DBSnapshots } = await lab.at.there.rds.send(new DescribeDBSnapshotsCommand({}));
    expect(DBSnapshots).toMatchObject([{ SnapshotType: "awsbackup", DBInstanceIdentifier: "ledger" }]);
    await lab.at.there.rds.send(
      new RestoreDBInstanceFromDBSnapshotCommand({
        DBInstanceIdentifier: "ledger",
        DBSnapshotIdentifier: job.DestinationRecoveryPointArn,
      }),
    );
    await lab.pass(hour);
    const [restored] = Object.values(lab.other.state.instances);
    expect(restored).toMatchObject({ status: expect.stringMatching(/^(available|storage-)/) });
    expect(lab.data.volumes.get(restored?.resourceId ?? "")?.map(({ value }) => value)).toEqual(["first"]);
  });

  test("also when the backup that it is a copy of, and the database, are long gone", async () => {
    const lab = twoAccounts();
    const backup = await lab.backUp(lab.seed(), { Lifecycle: { DeleteAfterDays: 1 } });
    const job = await lab.copy(backup.RecoveryPointArn, { Lifecycle: { DeleteAfterDays: 35 } });
    await lab.pass(2 * day);
    expect(lab.account.state.snapshots).toEqual({});
    await lab.at.there.rds.send(
      new RestoreDBClusterFromSnapshotCommand({
        DBClusterIdentifier: "orders",
        SnapshotIdentifier: job.DestinationRecoveryPointArn,
        Engine: "aurora-postgresql",
      }),
    );
    await lab.pass(hour);
    const [restored] = Object.values(lab.other.state.clusters);
    expect(lab.data.volumes.get(restored?.resourceId ?? "")).toHaveLength(1);
  });
});

test("recovery points expire in each account, their snapshots with them, and what they held once no copy is left", async () => {
  const lab = twoAccounts();
  const backup = await lab.backUp(lab.seed(), { Lifecycle: { DeleteAfterDays: 3 } });
  await lab.copy(backup.RecoveryPointArn, { Lifecycle: { DeleteAfterDays: 10 } });
  const there = async () =>
    (await lab.at.there.backup.send(new ListRecoveryPointsByBackupVaultCommand({ BackupVaultName: copies })))
      .RecoveryPoints?.length;
  await lab.pass(3 * day + hour);
  expect([Object.keys(lab.account.state.backup.recoveryPoints).length, await there()]).toEqual([0, 1]);
  expect(lab.account.state.snapshots).toEqual({});
  expect(lab.data.snapshots.size).toBe(1);
  await lab.pass(7 * day);
  expect(await there()).toBe(0);
  expect(lab.other.state.snapshots).toEqual({});
  expect(lab.data.snapshots.size).toBe(0);
});
