import { putVault } from "../backup/keeping.ts";
import type { Vault } from "../backup/state.ts";
import type { TrustStatement } from "../iam/identities.ts";
import { addRole, roleArn, trust } from "../iam/identities.ts";
import type { Turn } from "../turn.ts";

const standardVault = (turn: Turn, name: string, keyArn: string): Vault => ({
  name,
  type: "BACKUP_VAULT",
  keyArn,
  createdAt: turn.now,
  tags: {},
});

export function addVault(turn: Turn, vault: Pick<Vault, "name" | "keyArn"> & Partial<Vault>): void {
  putVault(turn, { ...standardVault(turn, vault.name, vault.keyArn), ...vault });
}

const workedAsByBackup: TrustStatement = {
  Effect: "Allow",
  Principal: { Service: "backup.amazonaws.com" },
  Action: "sts:AssumeRole",
};

/** A role with as much of AWSBackupServiceRolePolicyForBackup as databases need. */
export function addBackupRole(turn: Turn, name: string): string {
  turn.state = addRole(turn.state, name, [
    {
      Effect: "Allow",
      Action: [
        "rds:CreateDBSnapshot",
        "rds:CreateDBClusterSnapshot",
        "rds:CopyDBSnapshot",
        "rds:CopyDBClusterSnapshot",
        "rds:AddTagsToResource",
        "rds:DescribeDBSnapshots",
        "rds:DescribeDBClusterSnapshots",
        "rds:DescribeDBInstances",
        "rds:DescribeDBClusters",
      ],
      Resource: "*",
    },
    { Effect: "Allow", Action: "backup:CopyIntoBackupVault", Resource: "arn:aws:backup:*:*:backup-vault:*" },
  ]);
  turn.state = trust(turn.state, name, [workedAsByBackup]);
  return roleArn(turn.state, name);
}

const allow = (Sid: string, accountId: string, more: object) => ({
  Sid,
  Effect: "Allow",
  Principal: { AWS: `arn:aws:iam::${accountId}:root` },
  ...more,
});

/** A key's policy that lets another account make copies of what is under the key. Source: AWS Backup Developer Guide, Encryption. */
export function policyLettingCopies(owner: string, destination: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      allow("Enable IAM User Permissions", owner, { Action: "kms:*", Resource: "*" }),
      allow("Use by the account of the copies", destination, {
        Action: ["kms:DescribeKey", "kms:Decrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
        Resource: "*",
      }),
      allow("Grants for the account of the copies", destination, {
        Action: "kms:CreateGrant",
        Resource: "*",
        Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
      }),
    ],
  });
}

/** A vault's policy that lets another account copy into it: nothing else can be allowed to one. */
export function policyLettingCopiesIn(source: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      allow("CopiesOfTheDatabases", source, { Action: "backup:CopyIntoBackupVault", Resource: "*" }),
    ],
  });
}
