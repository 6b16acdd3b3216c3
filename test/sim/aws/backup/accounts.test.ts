import {
  DescribeBackupVaultCommand,
  DescribeRecoveryPointCommand,
  ListBackupPlansCommand,
  ListRecoveryPointsByBackupVaultCommand,
  PutBackupVaultAccessPolicyCommand,
  StartBackupJobCommand,
} from "@aws-sdk/client-backup";
import { DescribeKeyCommand, DisableKeyCommand } from "@aws-sdk/client-kms";
import { DescribeDBClustersCommand, ModifyDBClusterCommand } from "@aws-sdk/client-rds";
import { AssumeRoleCommand, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { describe, expect, test } from "vitest";
import { addRole, giveKey, trust } from "../../../../src/sim/aws/iam/identities.ts";
import type { AccountState } from "../../../../src/sim/aws/state.ts";
import { otherAccountId, otherOwnerKey } from "../../../../src/sim/other-account.ts";
import { day, minute, region } from "../laboratory.ts";
import { here, type TwoAccounts, twoAccounts } from "./two-accounts.ts";

const hour = 60 * minute;
const copies = "encrypt-db-copies";
const verifyRole = `arn:aws:iam::${otherAccountId}:role/encrypt-db-verify`;
const readerKey = "AKIAREADER";

/** Clients of the role `reader`, which the other account trusts and which may take on any role. */
function reader(lab: TwoAccounts, Resource = "*") {
  lab.account.alter((turn) => {
    const may = [{ Effect: "Allow", Action: "sts:AssumeRole", Resource }] as const;
    turn.state = giveKey(turn.state, readerKey, "reader", may);
  });
  return lab.clientsOf(lab.account, readerKey);
}

const assume = (clients: ReturnType<TwoAccounts["clientsOf"]>, RoleArn = verifyRole) =>
  clients.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "look" }));

/** Clients that are pointed at the first account, as all are, with the key of a session in the other one. */
async function verifier(lab: TwoAccounts) {
  const { Credentials } = await assume(reader(lab));
  return lab.clientsOf(lab.account, Credentials?.AccessKeyId);
}

describe("a role of the other account", () => {
  test("is taken on by whom it trusts, and what is asked in its name the other account answers", async () => {
    const lab = twoAccounts();
    const { RecoveryPointArn } = await lab.backUp(lab.seed());
    const job = await lab.copy(RecoveryPointArn);
    const { backup, kms, sts } = await verifier(lab);
    expect((await sts.send(new GetCallerIdentityCommand({}))).Account).toBe(otherAccountId);
    const point = await backup.send(
      new DescribeRecoveryPointCommand({
        BackupVaultName: copies,
        RecoveryPointArn: job.DestinationRecoveryPointArn,
      }),
    );
    expect(point.Status).toBe("COMPLETED");
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: point.EncryptionKeyArn }));
    expect(KeyMetadata?.AWSAccountId).toBe(otherAccountId);
    const { RecoveryPoints } = await backup.send(
      new ListRecoveryPointsByBackupVaultCommand({ BackupVaultName: copies }),
    );
    expect(RecoveryPoints).toHaveLength(1);
  });

  test("looks and changes nothing, and sees nothing else", async () => {
    const lab = twoAccounts();
    const { backup, kms, rds } = await verifier(lab);
    const vault = new PutBackupVaultAccessPolicyCommand({ BackupVaultName: copies });
    await expect(backup.send(vault)).rejects.toMatchObject({ name: "AccessDeniedException" });
    await expect(backup.send(new ListBackupPlansCommand({}))).rejects.toMatchObject({
      name: "AccessDeniedException",
    });
    const keyArn = lab.other.state.backup.vaults[copies]?.keyArn;
    await expect(kms.send(new DisableKeyCommand({ KeyId: keyArn }))).rejects.toMatchObject({
      name: "AccessDeniedException",
    });
    await expect(rds.send(new DescribeDBClustersCommand({}))).rejects.toMatchObject({ Code: "AccessDenied" });
  });

  test("is refused to whom it does not trust, and to who may not take it on", async () => {
    const lab = twoAccounts();
    const elsewhere = reader(lab, `arn:aws:iam::${otherAccountId}:role/another`);
    await expect(assume(elsewhere)).rejects.toMatchObject({ Code: "AccessDenied" });
    const clients = reader(lab);
    await expect(assume(clients)).resolves.toBeDefined();
    await expect(assume(clients, "arn:aws:iam::111122223333:role/any")).rejects.toMatchObject({
      Code: "AccessDenied",
    });
    lab.other.alter((turn) => {
      const Principal = { AWS: `arn:aws:iam::${here}:role/somebody` };
      turn.state = trust(turn.state, "encrypt-db-verify", [
        { Effect: "Allow", Principal, Action: "sts:AssumeRole" },
      ]);
    });
    await expect(assume(clients)).rejects.toMatchObject({ Code: "AccessDenied" });
  });

  test("may trust a whole account; without a trust policy it trusts its own and no other", async () => {
    const lab = twoAccounts();
    const clients = reader(lab);
    lab.other.alter((turn) => {
      const Principal = { AWS: `arn:aws:iam::${here}:root` };
      turn.state = trust(turn.state, "encrypt-db-verify", [
        { Effect: "Allow", Principal, Action: "sts:AssumeRole" },
      ]);
    });
    await expect(assume(clients)).resolves.toBeDefined();
    lab.other.alter((turn) => {
      turn.state = { ...turn.state, trusts: {} };
    });
    await expect(assume(clients)).rejects.toMatchObject({ Code: "AccessDenied" });
  });

  test("gives keys that no other account gives, however many either has given", async () => {
    const lab = twoAccounts();
    for (const account of [lab.account, lab.other]) {
      account.alter((turn) => {
        turn.state = addRole({ ...turn.state, serial: 1_000 }, "own", []);
      });
    }
    const own = (clients: ReturnType<TwoAccounts["clientsOf"]>, accountId: string) =>
      assume(clients, `arn:aws:iam::${accountId}:role/own`);
    const first = await own(lab.at.here, here);
    const second = await own(lab.at.there, otherAccountId);
    expect(first.Credentials?.AccessKeyId).not.toBe(second.Credentials?.AccessKeyId);
  });

  test("is not what a key of the first account stands for: each key has one account", async () => {
    const lab = twoAccounts();
    const owner = lab.clientsOf(lab.account, otherOwnerKey);
    const vault = await owner.backup.send(new DescribeBackupVaultCommand({ BackupVaultName: copies }));
    expect(vault.BackupVaultArn).toContain(otherAccountId);
    await expect(
      lab.at.here.backup.send(new DescribeBackupVaultCommand({ BackupVaultName: copies })),
    ).rejects.toMatchObject({ name: "AccessDeniedException" });
  });
});

describe("IAM asks for AWS Backup's actions", () => {
  const roleArn = `arn:aws:iam::${here}:role/encrypt-db-AWSBackup`;
  const vault = `arn:aws:backup:${region}:${here}:backup-vault:encrypt-db`;
  const passing = (service: string) => ({
    Effect: "Allow" as const,
    Action: "iam:PassRole",
    Resource: roleArn,
    Condition: { StringEquals: { "iam:PassedToService": service } },
  });
  const starting = (Resource: string) => ({
    Effect: "Allow" as const,
    Action: "backup:StartBackupJob",
    Resource,
  });

  test.each([
    [
      "the vault's action and the role passed to AWS Backup",
      [starting(vault), passing("backup.amazonaws.com")],
      true,
    ],
    ["the action alone", [starting(vault)], false],
    ["the role passed to another service", [starting(vault), passing("rds.amazonaws.com")], false],
    ["the action on another vault", [starting(`${vault}-2`), passing("backup.amazonaws.com")], false],
  ])("with %s", async (_, statements, allowed) => {
    const lab = twoAccounts();
    const ResourceArn = lab.arnOf(lab.seed());
    lab.account.alter((turn) => {
      turn.state = giveKey(turn.state, "AKIASTARTER", "starter", statements);
    });
    const asked = lab
      .clientsOf(lab.account, "AKIASTARTER")
      .backup.send(
        new StartBackupJobCommand({ BackupVaultName: "encrypt-db", ResourceArn, IamRoleArn: roleArn }),
      );
    if (allowed) await expect(asked).resolves.toBeDefined();
    else await expect(asked).rejects.toMatchObject({ name: "AccessDeniedException" });
  });
});

test("what is listed under a name is what was backed up under it, also of the database that had it before", async () => {
  const lab = twoAccounts();
  const old = lab.seed();
  const first = await lab.backUp(old);
  await lab.rds.send(
    new ModifyDBClusterCommand({
      DBClusterIdentifier: "orders",
      NewDBClusterIdentifier: "orders-old",
      ApplyImmediately: true,
    }),
  );
  await lab.pass(hour);
  const replacement = lab.seed("orders");
  const second = await lab.backUp(replacement);
  const { RecoveryPoints = [] } = await lab.recoveryPoints(lab.arnOf(replacement));
  expect(RecoveryPoints.map(({ RecoveryPointArn }) => RecoveryPointArn)).toEqual([
    second.RecoveryPointArn,
    first.RecoveryPointArn,
  ]);
  const retired = await lab.recoveryPoints(lab.arnOf({ ...old, id: "orders-old" }));
  expect(retired.RecoveryPoints).toEqual([]);
});

describe("two accounts that were killed", () => {
  /** A backup by plan and a copy of it, in steps between which both may be killed. */
  async function lived(killed: boolean) {
    const saved: Record<string, AccountState> = {};
    const saving = (state: AccountState) => {
      saved[state.accountId] = JSON.parse(JSON.stringify(state));
    };
    let lab = twoAccounts({ save: saving }, saving);
    const orders = lab.seed();
    const { BackupJobId } = await lab.askForBackup(orders, { Lifecycle: { DeleteAfterDays: 2 } });
    await lab.pass(20 * minute);
    await lab.askForCopy((await lab.backupJob(BackupJobId)).RecoveryPointArn);
    for (let n = 0; n < 60; n++) {
      if (killed) lab = twoAccounts({ save: saving }, saving, { lab, saved });
      await lab.pass(n < 40 ? minute : 3 * hour);
    }
    return { here: lab.account.state, there: lab.other.state, data: lab.data };
  }

  test("go on where they were, to the same end", async () => {
    const straight = await lived(false);
    expect(await lived(true)).toEqual(straight);
    expect(Object.values(straight.there.backup.recoveryPoints)).toEqual([]);
    expect(Object.values(straight.here.backup.copyJobs)).toMatchObject([{ state: "COMPLETED" }]);
  });
});

test("a copy that had arrived when the account that it came from was killed arrives once", async () => {
  const saved: Record<string, AccountState> = {};
  const save = (state: AccountState) => {
    saved[state.accountId] = structuredClone(state);
  };
  const lab = twoAccounts({ save }, save);
  const { RecoveryPointArn } = await lab.backUp(lab.seed());
  await lab.askForCopy(RecoveryPointArn);
  const before = structuredClone(lab.account.state);
  await lab.pass(5 * minute);
  expect(Object.keys(lab.other.state.backup.recoveryPoints)).toHaveLength(1);

  const again = twoAccounts({ save }, save, { lab, saved: { ...saved, [here]: before } });
  await again.pass(hour);

  expect(Object.values(again.account.state.backup.copyJobs)).toMatchObject([{ state: "COMPLETED" }]);
  expect(Object.values(again.other.state.backup.recoveryPoints)).toMatchObject([{ status: "COMPLETED" }]);
  expect(Object.values(again.other.state.snapshots)).toHaveLength(1);
});

test("what is due in either account happens in one order of time, whichever is asked", async () => {
  const lab = twoAccounts();
  const { RecoveryPointArn } = await lab.backUp(lab.seed(), { Lifecycle: { DeleteAfterDays: 5 } });
  await lab.askForCopy(RecoveryPointArn, { Lifecycle: { DeleteAfterDays: 1 } });
  lab.clock.time += 2 * day;
  await lab.other.advance();
  expect(Object.values(lab.account.state.backup.copyJobs)).toMatchObject([{ state: "COMPLETED" }]);
  expect(lab.other.state.backup.recoveryPoints).toEqual({});
  expect(lab.other.nextEventAt()).toBe(lab.account.nextEventAt());
});
