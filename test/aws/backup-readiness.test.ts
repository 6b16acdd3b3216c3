import { describe, expect, test } from "vitest";
import type { BackupTarget } from "../../src/core/backup.ts";
import { updateRegionSettings } from "../../src/sim/aws/backup/settings.ts";
import { createBackupVault, putBackupVaultLockConfiguration } from "../../src/sim/aws/backup/vaults.ts";
import { trust } from "../../src/sim/aws/iam/identities.ts";
import { joinOrganization, leaveOrganization } from "../../src/sim/aws/organization.ts";
import { addKey } from "../../src/sim/aws/seeds/furniture.ts";
import { elsewhere, forCopies, twoAccounts } from "./backup-lab.ts";

const readiness = (
  { cloud, target, key }: ReturnType<typeof twoAccounts>,
  instead: Partial<BackupTarget> & { kind?: "instance"; keyArn?: string } = {},
) => {
  const { kind = "cluster", keyArn = key.arn, ...changed } = instead;
  return cloud.backupReadiness({ ...target, ...changed }, { kind, keyArn });
};

test("everything that a copy needs is found where it is there", async () => {
  const lab = twoAccounts();
  expect(await readiness(lab)).toEqual({
    crossAccount: "enabled",
    optedIn: true,
    vault: {
      name: "encrypt-db",
      arn: "arn:aws:backup:eu-central-1:123456789012:backup-vault:encrypt-db",
      keyArn: lab.key.arn,
      keyManager: "CUSTOMER",
      kind: "standard",
      minDays: null,
      maxDays: null,
    },
    destination: {
      name: "copies",
      arn: lab.target.destinationVaultArn,
      keyArn: lab.otherKey.arn,
      keyManager: "CUSTOMER",
      kind: "standard",
      minDays: null,
      maxDays: null,
    },
    copyIntoVault: "allowed",
    keyForDestination: "allowed",
  });
});

describe("the organisation", () => {
  test("does not let backups leave the account", async () => {
    const lab = twoAccounts();
    lab.account.alter((turn) => joinOrganization(turn, { id: "o-example", crossAccountBackup: false }));
    expect(await readiness(lab)).toMatchObject({ crossAccount: "disabled" });
  });

  test("is none", async () => {
    const lab = twoAccounts();
    lab.account.alter(leaveOrganization);
    expect(await readiness(lab)).toMatchObject({ crossAccount: "no-organization" });
  });
});

test("AWS Backup may take on clusters and no instances", async () => {
  const lab = twoAccounts();
  lab.account.alter((turn) =>
    updateRegionSettings(turn, { ResourceTypeOptInPreference: { Aurora: true, RDS: false } }),
  );
  expect(await readiness(lab)).toMatchObject({ optedIn: true });
  expect(await readiness(lab, { kind: "instance" })).toMatchObject({ optedIn: false });
});

describe("the account's own vault", () => {
  test("is not there, which AWS answers as if it were forbidden", async () => {
    const lab = twoAccounts();
    expect(await readiness(lab, { vault: "missing" })).toMatchObject({
      vault: null,
      destination: { name: "copies" },
    });
  });

  test("is under the key that AWS manages, and keeps backups for so long", async () => {
    const lab = twoAccounts();
    lab.account.alter((turn) => {
      createBackupVault(turn, { BackupVaultName: "plain" });
      putBackupVaultLockConfiguration(turn, {
        BackupVaultName: "plain",
        MinRetentionDays: 7,
        MaxRetentionDays: 90,
      });
    });
    const { vault } = await readiness(lab, { vault: "plain" });
    expect(vault).toMatchObject({ keyManager: "AWS", minDays: 7, maxDays: 90 });
  });
});

describe("the other account", () => {
  test("does not let the bot in", async () => {
    const lab = twoAccounts();
    lab.other.alter((turn) => {
      turn.state = trust(turn.state, "encrypt-db-verify", []);
    });
    expect(await readiness(lab)).toMatchObject({ destination: "unreachable", copyIntoVault: "unread" });
  });

  test("knows no such role", async () => {
    const lab = twoAccounts();
    const verificationRoleArn = `arn:aws:iam::${elsewhere}:role/other`;
    expect(await readiness(lab, { verificationRoleArn })).toMatchObject({ destination: "unreachable" });
  });

  test("has no such vault, which AWS answers as if it were forbidden", async () => {
    const lab = twoAccounts();
    const destinationVaultArn = lab.target.destinationVaultArn.replace("copies", "missing");
    expect(await readiness(lab, { destinationVaultArn })).toMatchObject({
      destination: "unreachable",
      copyIntoVault: "unread",
    });
  });

  test.each([
    ["is let in by the organisation's id alone, which is not judged", "unclear", { AWS: "*" }, orgId()],
    ["lets only somebody of it in, who may be the one or not", "unclear", ofRole("other"), {}],
    ["lets another account in", "refused", { AWS: "arn:aws:iam::999999999999:root" }, {}],
    ["lets everybody in", "allowed", "*", {}],
  ])("%s", async (_, copyIntoVault, Principal, Condition) => {
    const lab = twoAccounts();
    lab.letIn({
      Effect: "Allow",
      Principal,
      Action: "backup:CopyIntoBackupVault",
      Resource: "*",
      Condition,
    });
    expect(await readiness(lab)).toMatchObject({ copyIntoVault });
  });

  test("has a vault without a policy, which lets nobody in", async () => {
    const lab = twoAccounts();
    lab.other.alter((turn) => createBackupVault(turn, { BackupVaultName: "shut" }));
    const destinationVaultArn = lab.target.destinationVaultArn.replace("copies", "shut");
    expect(await readiness(lab, { destinationVaultArn })).toMatchObject({
      destination: { keyManager: "AWS" },
      copyIntoVault: "refused",
    });
  });
});

describe("the database's key", () => {
  const under = async (statements: readonly object[]) => {
    const lab = twoAccounts();
    const { arn } = lab.account.alter((turn) =>
      addKey(turn, { policy: JSON.stringify({ Statement: statements }) }),
    );
    return (await readiness(lab, { keyArn: arn })).keyForDestination;
  };
  const linked = `arn:aws:iam::${elsewhere}:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup`;

  test.each([
    ["lets the other account copy what is under it", "allowed", [forCopies]],
    ["lets AWS Backup there do so", "allowed", [{ ...forCopies, Principal: { AWS: linked } }]],
    [
      "gives grants to services alone, as AWS shows it",
      "allowed",
      [
        {
          ...forCopies,
          Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
          Action: "kms:CreateGrant",
        },
        without("kms:CreateGrant"),
      ],
    ],
    ["lets it do all but one thing", "refused", [without("kms:ReEncrypt*")]],
    ["lets a person there do so", "refused", [{ ...forCopies, Principal: ofRole("admin", elsewhere) }]],
    ["says nothing to the other account", "refused", []],
    [
      "lets it in through a service, of which nobody knows whether it is the one",
      "unclear",
      [{ ...forCopies, Condition: { StringEquals: { "kms:ViaService": "rds.eu-central-1.amazonaws.com" } } }],
    ],
  ])("%s", async (_, keyForDestination, statements) => {
    expect(await under(statements)).toBe(keyForDestination);
  });
});

test.each([
  ["the organisation's settings", "DescribeGlobalSettings", { crossAccount: "unread" }],
  ["the policy of the key", "GetKeyPolicy", { keyForDestination: "unread" }],
  ["the policy of the vault there", "GetBackupVaultAccessPolicy", { copyIntoVault: "unread" }],
  ["keys", "DescribeKey", { vault: { keyManager: "unread" }, destination: { keyManager: "unread" } }],
])("whoever may not read %s says so", async (_, operation, unread) => {
  const lab = twoAccounts();
  for (const account of [lab.account, lab.other]) {
    account.faults = (call) =>
      call.operation === operation ? { code: "AccessDeniedException", status: 400 } : undefined;
  }
  expect(await readiness(lab)).toMatchObject(unread);
});

test.each([
  ["timeout-before", "unanswered"],
  ["throttle", "throttled"],
] as const)("what came of neither account's answer is no fact: %s", async (fault, kind) => {
  for (const where of ["account", "other"] as const) {
    const lab = twoAccounts();
    lab[where].faults = () => fault;
    await expect(readiness(lab)).rejects.toMatchObject({ kind });
  }
});

function orgId() {
  return { StringEquals: { "aws:PrincipalOrgID": "o-example" } };
}

function ofRole(name: string, account = "123456789012") {
  return { AWS: `arn:aws:iam::${account}:role/${name}` };
}

function without(action: string) {
  return { ...forCopies, Action: forCopies.Action.filter((one) => one !== action) };
}
