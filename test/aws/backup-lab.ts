import { narrowedAuthority, ownAuthority, type Roles } from "../../src/aws/authority.ts";
import { createAccountClients, createChangeClients, createStsClient } from "../../src/aws/clients.ts";
import { createGateway } from "../../src/aws/cloud.ts";
import type { BackedUp, BackupTarget } from "../../src/core/backup.ts";
import type { Cloud } from "../../src/core/cloud.ts";
import { Account } from "../../src/sim/aws/account.ts";
import { Accounts } from "../../src/sim/aws/accounts.ts";
import { createBackupVault, putBackupVaultAccessPolicy } from "../../src/sim/aws/backup/vaults.ts";
import { addRole, roleArn, trust } from "../../src/sim/aws/iam/identities.ts";
import { accountPlugin, type Hold } from "../../src/sim/aws/middleware.ts";
import { joinOrganization } from "../../src/sim/aws/organization.ts";
import { addKey, furnish } from "../../src/sim/aws/seeds/furniture.ts";
import type { Cluster } from "../../src/sim/aws/state.ts";
import { giveRoles, workerKey, workerRole } from "../../src/sim/roles.ts";
import { laboratory, minute, region } from "../sim/aws/laboratory.ts";

export const elsewhere = "210987654321";
const root = (account: string) => `arn:aws:iam::${account}:root`;
const allow = (principal: string, actions: readonly string[]) => ({
  Effect: "Allow" as const,
  Principal: { AWS: principal },
  Action: actions,
  Resource: ["*"],
});
const policy = (...statements: readonly object[]) =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });

/** What a key's policy must say to the account that copies go to. */
export const forCopies = allow(root(elsewhere), [
  "kms:DescribeKey",
  "kms:CreateGrant",
  "kms:Decrypt",
  "kms:GenerateDataKey*",
  "kms:ReEncrypt*",
]);

/** Two accounts of one organisation between which AWS Backup may copy. With `narrowed`, every act under a role of its own. */
export function twoAccounts({ narrowed = false, hold }: { narrowed?: boolean; hold?: Hold } = {}) {
  const accounts = new Accounts();
  const lab = laboratory({ accounts });
  const { account, clock, data } = lab;
  const { accountId } = account.state;
  const other = new Account({ accountId: elsewhere, region, clock, data, random: () => 0.5, accounts });

  const key = account.alter((turn) =>
    addKey(turn, { policy: policy(allow(root(accountId), ["kms:*"]), forCopies) }),
  );
  const verify = "encrypt-db-verify";
  const otherKey = other.alter((turn) => {
    furnish(turn);
    joinOrganization(turn, { id: "o-example", crossAccountBackup: true });
    const made = addKey(turn, {});
    createBackupVault(turn, { BackupVaultName: "copies", EncryptionKeyArn: made.arn });
    turn.state = addRole(turn.state, verify, [
      { Effect: "Allow", Action: ["backup:*", "kms:*"], Resource: ["*"] },
    ]);
    turn.state = trust(turn.state, verify, [
      {
        Effect: "Allow",
        Principal: { AWS: narrowed ? roleArn({ accountId }, workerRole) : root(accountId) },
        Action: "sts:AssumeRole",
      },
    ]);
    return made;
  });
  const letIn = (...statements: readonly object[]) =>
    other.alter((turn) =>
      putBackupVaultAccessPolicy(turn, { BackupVaultName: "copies", Policy: policy(...statements) }),
    );
  letIn(allow(root(accountId), ["backup:CopyIntoBackupVault"]));

  const jobRole = "AWSBackup-encrypt-db";
  account.alter((turn) => {
    joinOrganization(turn, { id: "o-example", crossAccountBackup: true });
    createBackupVault(turn, { BackupVaultName: "encrypt-db", EncryptionKeyArn: key.arn });
    turn.state = addRole(turn.state, jobRole, [{ Effect: "Allow", Action: ["*"], Resource: ["*"] }]);
    turn.state = trust(turn.state, jobRole, [
      { Effect: "Allow", Principal: { Service: "backup.amazonaws.com" }, Action: "sts:AssumeRole" },
    ]);
  });
  const roles = narrowed ? giveRoles(account, [key.arn]) : undefined;

  const target: BackupTarget = {
    vault: "encrypt-db",
    roleArn: roleArn({ accountId }, jobRole),
    destinationVaultArn: `arn:aws:backup:${region}:${elsewhere}:backup-vault:copies`,
    verificationRoleArn: roleArn({ accountId: elsewhere }, verify),
    keepDays: 35,
  };
  const cloudFor = gatewayOf(account, clock.now, roles, hold);
  const act = (): Cloud =>
    cloudFor({
      effect: "destroys",
      migration: "m00001",
      actor: "m00001.back-up",
      approver: "UBOB",
      until: clock.now() + minute,
    });
  const cloud = cloudFor({ effect: "reads" });
  const calls = (operation: string, at = account) => at.ledger.filter((call) => call.operation === operation);
  return { ...lab, key, other, otherKey, target, letIn, act, cloud, calls };
}

function gatewayOf(account: Account, now: () => number, roles: Roles | undefined, hold?: Hold) {
  const options = {
    region,
    plugin: accountPlugin(account, hold),
    ...(roles && { credentials: { accessKeyId: workerKey, secretAccessKey: "secret" } }),
  };
  const clients = createAccountClients(options);
  if (!roles) return createGateway(clients, ownAuthority(createChangeClients(options), now));
  const clientsWith = (credentials: object) =>
    createChangeClients({ ...options, credentials: credentials as never });
  const sts = createStsClient(options);
  return createGateway(clients, narrowedAuthority({ sts, roles, now, clientsWith }));
}

export const backedUp = ({ id, resourceId }: Cluster): BackedUp => ({
  kind: "cluster",
  name: id,
  resourceId,
  arn: `arn:aws:rds:${region}:123456789012:cluster:${id}`,
});
