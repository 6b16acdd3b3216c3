import { describe, expect, test } from "vitest";
import { roleTag } from "../../src/core/names.ts";
import { exitCodeOf } from "../../src/doctor/check.ts";
import { change as changeBackups, putVault, vaultArn, vaultNamed } from "../../src/sim/aws/backup/keeping.ts";
import type { Vault } from "../../src/sim/aws/backup/state.ts";
import { addRole, trust } from "../../src/sim/aws/iam/identities.ts";
import { joinOrganization, leaveOrganization } from "../../src/sim/aws/organization.ts";
import type { Turn } from "../../src/sim/aws/turn.ts";
import { otherAccountId } from "../../src/sim/other-account.ts";
import { accountId, lookOver } from "./deployed.ts";
import {
  all,
  expectFound,
  type Fault,
  key,
  notWorking,
  otherTrusts,
  type Plant,
  policyOf,
  set,
  wholeAccount,
  without,
} from "./plants.ts";

const here =
  (to: (turn: Turn) => void): Plant =>
  ({ world }) =>
    world.account.alter(to);

const copiesVault =
  (change: (vault: Vault, turn: Turn) => Vault): Plant =>
  ({ world }) =>
    world.other.alter((turn) => putVault(turn, change(vaultNamed(turn, "encrypt-db-copies"), turn)));

const underManagedKey = copiesVault((vault, { state }) => ({
  ...vault,
  keyArn: Object.values(state.keys).find(({ manager }) => manager === "AWS")?.arn ?? "",
}));

const destination = (name: string) =>
  set("BACKUP_DESTINATION_VAULT_ARN", vaultArn({ accountId: otherAccountId, region: "eu-west-1" }, name));

const none = [
  "BACKUP_VAULT",
  "BACKUP_ROLE_ARN",
  "BACKUP_DESTINATION_VAULT_ARN",
  "BACKUP_VERIFICATION_ROLE_ARN",
];

const faults: readonly Fault[] = [
  [
    "no other account",
    without(...none),
    "note",
    /BACKUP_DESTINATION_VAULT_ARN is not set/,
    /npm run deploy:destination/,
  ],
  [
    "an account of no organization",
    here(leaveOrganization),
    "error",
    /belongs to no organization/,
    /invite-account-to-organization/,
  ],
  [
    "an organization that lets no backup out",
    here((turn) => joinOrganization(turn, { id: "o-1", crossAccountBackup: false })),
    "error",
    /does not let AWS Backup copy/,
    /aws backup update-global-settings/,
  ],
  [
    "a Region in which AWS Backup takes on no instances",
    here((turn) => changeBackups(turn, { optIn: { Aurora: true, RDS: false } })),
    "error",
    /does not take on databases of RDS for PostgreSQL's kind/,
    /--resource-type-opt-in-preference RDS=true/,
  ],
  [
    "a vault of one's own that is not there",
    set("BACKUP_VAULT", "absent"),
    "error",
    /no backup vault absent/,
    /create-backup-vault/,
  ],
  [
    "a vault of the other account that is not there",
    destination("absent"),
    "error",
    /vault absent of account 210987654321/,
    /backup:DescribeBackupVault/,
  ],
  [
    "the vault that an account is born with",
    all(destination("Default"), ({ world }) =>
      world.other.alter((turn) =>
        putVault(turn, { ...vaultNamed(turn, "encrypt-db-copies"), name: "Default" }),
      ),
    ),
    "error",
    /is the vault Default/,
    /Make another one there/,
  ],
  [
    "a vault whose policy lets nobody in",
    copiesVault(({ policy: _, ...vault }) => vault),
    "error",
    /policy of the vault encrypt-db-copies does not let account 123456789012 copy/,
    /put-backup-vault-access-policy.*123456789012:root.*backup:CopyIntoBackupVault/,
  ],
  [
    "a vault under a key that the worker may not look at",
    underManagedKey,
    "warning",
    /Whose key the vault encrypt-db-copies of account 210987654321 is under could not be read/,
    /kms:DescribeKey/,
  ],
  [
    "a vault under a key that AWS manages",
    all(underManagedKey, ({ world }) =>
      world.other.alter((turn) => {
        const everything = { Effect: "Allow", Action: ["backup:*", "kms:*"], Resource: "*" } as const;
        turn.state = addRole(turn.state, "encrypt-db-verify", [everything]);
      }),
    ),
    "error",
    /encrypt-db-copies of account 210987654321 is under a key that AWS manages/,
    /Make another one there/,
  ],
  [
    "a vault that keeps for longer than is wanted",
    copiesVault((vault) => ({ ...vault, lock: { minDays: 90 } })),
    "error",
    /kept for 35 days, and the vault encrypt-db-copies takes only 90 days or more/,
    /BACKUP_KEEP_DAYS/,
  ],
  [
    "a role that lets the worker look at nothing there",
    otherTrusts(),
    "error",
    /cannot look at the vault encrypt-db-copies/,
    /trust policy must let the worker's role/,
  ],
  [
    "a key that the other account may not use",
    key({ policy: JSON.stringify({ Statement: [wholeAccount] }) }),
    "error",
    /does not let account 210987654321 use it/,
    /put-key-policy.*kms:ReEncrypt\*.*kms:GrantIsForAWSResource/,
  ],
  [
    "a key whose policy has conditions of its own for the other account",
    key({
      policy: JSON.stringify({
        Statement: [
          wholeAccount,
          {
            Effect: "Allow",
            Principal: { AWS: `arn:aws:iam::${otherAccountId}:root` },
            Action: "kms:*",
            Resource: "*",
            Condition: { StringLike: { "aws:PrincipalTag/team": "db*" } },
          },
        ],
      }),
    }),
    "warning",
    /lets account 210987654321 use it depends on conditions/,
    /get-key-policy/,
  ],
  [
    "a role of AWS Backup that is not there",
    set("BACKUP_ROLE_ARN", `arn:aws:iam::${accountId}:role/absent-AWSBackup`),
    "error",
    /no role .*absent-AWSBackup/,
    notWorking,
  ],
  [
    "a role of AWS Backup that AWS Backup may not take on",
    ({ change }) =>
      change((before) =>
        trust(before, "encrypt-db-AWSBackup", [
          { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
        ]),
      ),
    "error",
    /encrypt-db-AWSBackup does not let backup\.amazonaws\.com sts:AssumeRole/,
    /update-assume-role-policy --role-name encrypt-db-AWSBackup/,
  ],
  [
    "a role that may not give AWS Backup its role",
    policyOf("change", (had) => had.filter((one) => !("Sid" in one) || one.Sid !== "PassBackupRole")),
    "error",
    /encrypt-db-change may not iam:PassRole/,
    notWorking,
  ],
  [
    "a worker that may not look into the other account",
    policyOf("worker", (had) => had.filter((one) => !("Sid" in one) || one.Sid !== "LookElsewhere")),
    "error",
    /encrypt-db-worker may not sts:AssumeRole/,
    notWorking,
  ],
  [
    "a role that may delete backups",
    policyOf("change", (had) => [...had, { Effect: "Allow", Action: "backup:*", Resource: "*" }]),
    "error",
    /encrypt-db-change may backup:DeleteRecoveryPoint, backup:DeleteBackupVault where it must not/,
    /permissions\.ts/,
  ],
  [
    "a role that may delete what was retired, and not condemned",
    policyOf("destroy", (had) => [
      ...had,
      {
        Effect: "Allow",
        Action: "rds:DeleteDBCluster",
        Resource: "*",
        Condition: { StringEquals: { [`aws:ResourceTag/${roleTag}`]: "retired" } },
      },
    ]),
    "error",
    /encrypt-db-destroy may rds:DeleteDBCluster where it must not/,
    /permissions\.ts/,
  ],
];

describe("of the copies in the other account", () => {
  test.each(faults)("%s is found", expectFound);
});

test("a worker that was deployed before it knew of another account is told to be deployed anew", async () => {
  const { results } = await lookOver(({ world }) => {
    world.account.functions.set("worker", async () => null);
  });
  expect(results).toContainEqual(
    expect.objectContaining({ unchecked: expect.stringMatching(/deploy it anew/) }),
  );
  expect(exitCodeOf(results)).toBe(1);
});

test("what AWS does not tell the worker is not taken for sound", async () => {
  const { results } = await lookOver(({ world }) => {
    world.account.faults = ({ operation }) =>
      operation === "DescribeRegionSettings"
        ? { code: "ServiceUnavailableException", status: 503 }
        : undefined;
  });
  expect(results).toContainEqual(
    expect.objectContaining({
      unchecked: expect.stringMatching(/^DescribeRegionSettings, ServiceUnavailable/),
    }),
  );
  expect(exitCodeOf(results)).toBe(1);
});
