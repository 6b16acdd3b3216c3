import { describe, expect, test } from "vitest";
import type { BackupReadiness, BackupTarget, BackupVault } from "../../src/core/backup.ts";
import { namesFor, rehearsalNames } from "../../src/core/names.ts";
import { plain } from "../../src/core/note.ts";
import { explain } from "../../src/core/problem.ts";
import type { SurveyContext } from "../../src/core/strategy.ts";
import { weigh } from "../../src/engine/survey.ts";
import { putVault } from "../../src/sim/aws/backup/keeping.ts";
import { addRole, trust } from "../../src/sim/aws/iam/identities.ts";
import { joinOrganization, leaveOrganization } from "../../src/sim/aws/organization.ts";
import { canBeBackedUp } from "../../src/strategies/backup-preconditions.ts";
import { ask, type Life, lastNotice, moveAll, name, newest, say, settle } from "../engine/life.ts";
import { backedUpLife, changeKeyPolicy, changeOtherVault } from "./backups.ts";

const key = "arn:aws:kms:eu-west-1:111111111111:key/databases";
const there = "arn:aws:backup:eu-central-1:222222222222:backup-vault:copies";

const target: BackupTarget = {
  vault: "here",
  roleArn: "arn:aws:iam::111111111111:role/AWSBackup",
  destinationVaultArn: there,
  verificationRoleArn: "arn:aws:iam::222222222222:role/verify",
  keepDays: 35,
};

const vault: BackupVault = {
  name: "copies",
  arn: there,
  keyArn: "arn:aws:kms:eu-central-1:222222222222:key/copies",
  keyManager: "CUSTOMER",
  kind: "standard",
  minDays: null,
  maxDays: null,
};

const ready: BackupReadiness = {
  crossAccount: "enabled",
  optedIn: true,
  vault: { ...vault, name: "here" },
  destination: vault,
  copyIntoVault: "allowed",
  keyForDestination: "allowed",
};

const settings = { backupRetentionDays: 7, backupWindow: "01:00-01:30", maintenanceWindow: "" };

/** What is found where AWS Backup stands so, as it is said to people. */
function found(
  of: Partial<BackupReadiness>,
  {
    names = namesFor("m1", "orders"),
    to = target,
  }: { names?: SurveyContext["names"]; to?: BackupTarget } = {},
) {
  const source = {
    kind: "cluster",
    name: "orders",
    resourceId: "cluster-A",
    arn: "arn:aws:rds:eu-west-1:111111111111:cluster:orders",
    keyArn: null,
  } as const;
  const survey = {
    pinned: { source, keyArn: key, backup: to, settings, members: [] },
    observed: { backup: { ...ready, ...of } },
    keyArn: key,
    remarks: [],
  };
  const cx = {
    names,
    target: { account: "111111111111", region: "eu-west-1", kind: "cluster", name: "orders" },
  } as Partial<SurveyContext> as SurveyContext;
  const { findings } = weigh({ preconditions: canBeBackedUp } as never, survey as never, cx);
  return findings.map((one) => ({ code: one.code, severity: one.severity, fix: explain(one, plain).fix }));
}

test("where all is ready nothing is found", () => {
  expect(found({})).toEqual([]);
});

const copyInto =
  '{"Sid":"CopiesFromOtherAccount","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"backup:CopyIntoBackupVault","Resource":"*"}';
const useKey =
  '{"Sid":"CopiesIntoOtherAccount","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:root"},"Resource":"*","Action":["kms:DescribeKey","kms:Decrypt","kms:GenerateDataKey*","kms:ReEncrypt*"]}';
const grantKey =
  '{"Sid":"GrantsForCopiesIntoOtherAccount","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:root"},"Resource":"*","Action":"kms:CreateGrant","Condition":{"Bool":{"kms:GrantIsForAWSResource":"true"}}}';

describe("each thing that would let the copy fail blocks, and says what mends it", () => {
  test.each<[string, Partial<BackupReadiness>, readonly string[]]>([
    ["backup.no-organization", { crossAccount: "no-organization" }, ["invite-account-to-organization"]],
    [
      "backup.cross-account-off",
      { crossAccount: "disabled" },
      ["aws backup update-global-settings --global-settings isCrossAccountBackupEnabled=true"],
    ],
    [
      "backup.not-opted-in",
      { optedIn: false },
      ["aws backup update-region-settings --region eu-west-1 --resource-type-opt-in-preference Aurora=true"],
    ],
    [
      "backup.no-vault",
      { vault: null },
      ["aws backup create-backup-vault --region eu-west-1 --backup-vault-name here"],
    ],
    ["backup.vault-air-gapped", { vault: { ...vault, kind: "air-gapped" } }, ["standard vault"]],
    ["backup.keep-days", { vault: { ...vault, minDays: 90 } }, ["BACKUP_KEEP_DAYS"]],
    [
      "backup.no-destination",
      { destination: null },
      [
        "aws backup create-backup-vault --region eu-central-1 --backup-vault-name copies --encryption-key-arn",
      ],
    ],
    [
      "backup.destination-unreachable",
      { destination: "unreachable", copyIntoVault: "unread" },
      ["111111111111", "sts:AssumeRole", "`backup:DescribeRecoveryPoint` on the recovery points", there],
    ],
    ["backup.destination-air-gapped", { destination: { ...vault, kind: "air-gapped" } }, ["standard vault"]],
    [
      "backup.destination-aws-key",
      { destination: { ...vault, keyManager: "AWS" } },
      ["aws backup create-backup-vault --region eu-central-1"],
    ],
    ["backup.keep-days", { destination: { ...vault, maxDays: 7 } }, ["BACKUP_KEEP_DAYS"]],
    [
      "backup.vault-shut",
      { copyIntoVault: "refused" },
      [
        "222222222222",
        "put-backup-vault-access-policy --region eu-central-1 --backup-vault-name copies",
        copyInto,
      ],
    ],
    [
      "backup.key-shut",
      { keyForDestination: "refused" },
      [`aws kms put-key-policy --region eu-west-1 --key-id ${key}`, useKey, grantKey],
    ],
  ])("%s", (code, readiness, said) => {
    const [one, ...others] = found(readiness);
    expect(others).toEqual([]);
    expect(one).toMatchObject({ code, severity: "blocks" });
    for (const text of said) expect(one?.fix).toContain(text);
    const tried = found(readiness, { names: rehearsalNames("m1", "orders") });
    expect(
      tried.map(({ severity }) => severity),
      "in a rehearsal",
    ).toEqual(["warns"]);
  });

  test("backup.destination-default", () => {
    const to = { ...target, destinationVaultArn: there.replace("copies", "Default") };
    expect(found({}, { to })).toMatchObject([{ code: "backup.destination-default", severity: "blocks" }]);
  });
});

test.each<[string, Partial<BackupReadiness>]>([
  ["backup.cross-account-unread", { crossAccount: "unread" }],
  ["backup.destination-key-unread", { destination: { ...vault, keyManager: "unread" } }],
  ["backup.vault-unclear", { copyIntoVault: "unclear" }],
  ["backup.vault-unread", { copyIntoVault: "unread" }],
  ["backup.key-unclear", { keyForDestination: "unclear" }],
  ["backup.key-unread", { keyForDestination: "unread" }],
])("what could not be read or judged is a warning to be signed: %s", (code, readiness) => {
  expect(found(readiness)).toMatchObject([{ code, severity: "warns" }]);
});

test("a lifetime at the limits of a vault is within them", () => {
  const limited = { ...vault, minDays: 35, maxDays: 35 };
  expect(found({ vault: limited, destination: limited })).toEqual([]);
});

describe("in two accounts it is found before anything is made", () => {
  const organization = { id: "o-acmecorp01", crossAccountBackup: false };
  const scenes: readonly (readonly [string, (life: Life) => void])[] = [
    ["backup.no-organization", ({ world }) => world.account.alter((turn) => leaveOrganization(turn))],
    [
      "backup.cross-account-off",
      ({ world }) => world.account.alter((turn) => joinOrganization(turn, organization)),
    ],
    [
      "backup.not-opted-in",
      ({ world }) =>
        world.account.alter((turn) => {
          turn.state = { ...turn.state, backup: { ...turn.state.backup, optIn: { Aurora: false } } };
        }),
    ],
    [
      "backup.no-vault",
      ({ world }) =>
        world.account.alter((turn) => {
          turn.state = { ...turn.state, backup: { ...turn.state.backup, vaults: {} } };
        }),
    ],
    [
      "backup.destination-unreachable",
      ({ world }) =>
        world.other.alter((turn) => {
          turn.state = trust(addRole(turn.state, "encrypt-db-verify", []), "encrypt-db-verify", []);
        }),
    ],
    [
      "backup.vault-shut",
      (life) => changeOtherVault(life, { policy: '{"Version":"2012-10-17","Statement":[]}' }),
    ],
    ["backup.keep-days", (life) => changeOtherVault(life, { lock: { minDays: 365 } })],
    [
      "backup.key-shut",
      (life) => {
        const open = JSON.parse(changeKeyPolicy(life, "{}"));
        changeKeyPolicy(life, JSON.stringify({ ...open, Statement: open.Statement.slice(0, 1) }));
      },
    ],
  ];

  test.each(scenes)("%s", async (code, scene) => {
    const life = backedUpLife();
    scene(life);
    await ask(life, "UALICE", "start");
    await settle(life);
    const notice = lastNotice(life);
    expect(notice?.kind === "problems" && notice.problems.map((one) => one.code)).toEqual([code]);
    expect(await newest(life)).toBeUndefined();
  });

  test("a rehearsal is warned and goes on", async () => {
    const life = backedUpLife();
    changeOtherVault(life, { lock: { minDays: 365 } });
    await say(life, "UALICE", { verb: "rehearse", name, key: null, strategy: null });
    await settle(life);
    const findings = (await newest(life))?.findings ?? [];
    expect(findings.filter(({ code }) => code.startsWith("backup"))).toMatchObject([
      { code: "backup.keep-days", severity: "warns" },
    ]);
  });

  test("what breaks between the approvals stops the move before the fence", async () => {
    const life = backedUpLife();
    const { world } = life;
    const sleep = world.deps.clock.sleep;
    const breaking = {
      ...world.deps,
      clock: {
        ...world.deps.clock,
        sleep: (duration: number) => {
          world.account.alter((turn) => leaveOrganization(turn));
          return sleep(duration);
        },
      },
    };
    const migration = await moveAll(life, breaking);
    expect(migration).toMatchObject({ status: "stuck", downtimeBegan: null });
    expect(migration?.problem?.code).toBe("backup.no-organization");
  });
});

test("the vault of the other account is looked at as it is now", async () => {
  const life = backedUpLife();
  life.world.other.alter((turn) => {
    const found = turn.state.backup.vaults["encrypt-db-copies"];
    if (found) putVault(turn, { ...found, keyArn: "arn:aws:kms:eu-west-1:210987654321:key/unknown" });
  });
  await ask(life, "UALICE", "start");
  await settle(life);
  expect((await newest(life))?.findings.map(({ code }) => code)).toContain("backup.destination-key-unread");
});
