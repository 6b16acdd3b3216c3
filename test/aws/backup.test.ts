import { describe, expect, test } from "vitest";
import type { BackedUp } from "../../src/core/backup.ts";
import type { Plan, Selection } from "../../src/sim/aws/backup/state.ts";
import { trust } from "../../src/sim/aws/iam/identities.ts";
import { day, minute } from "../sim/aws/laboratory.ts";
import { backedUp, twoAccounts } from "./backup-lab.ts";

const hour = 60 * minute;
const tags = { "encrypt-db:migration": "m00001" };
type Lab = ReturnType<typeof twoAccounts>;

const cluster = ({ seed, key }: Lab) =>
  backedUp(seed({ id: "orders", storageKey: { type: "sse-kms", arn: key.arn } }));

/** Backed up, and the recovery point of it. */
async function madeOf({ act, cloud, target, pass, clock }: Lab, of: BackedUp, token = "first") {
  const since = clock.time;
  await act().startBackup(of, target, token, tags);
  await pass(hour);
  const [job] = await cloud.backupJobsOf(of.arn, target.vault, since);
  return job?.recoveryPointArn ?? "";
}

describe("a backup", () => {
  test("is a job that is on demand, and then a recovery point under the database's own key", async () => {
    const lab = twoAccounts();
    const of = cluster(lab);
    const since = lab.clock.time;
    await lab.act().startBackup(of, lab.target, "first", tags);
    const [begun] = await lab.cloud.backupJobsOf(of.arn, "encrypt-db", since);
    expect(begun).toMatchObject({ state: "CREATED", onDemand: true, createdAt: since, message: null });

    await lab.pass(hour);
    const [ended] = await lab.cloud.backupJobsOf(of.arn, "encrypt-db", since);
    expect(ended).toMatchObject({
      id: begun?.id,
      state: "COMPLETED",
      messageCategory: "SUCCESS",
      percent: 100,
    });
    const arn = ended?.recoveryPointArn ?? "";
    const point = await lab.cloud.findRecoveryPoint("encrypt-db", arn);
    expect(point).toEqual({
      arn,
      status: expect.stringMatching(/^(COMPLETED|AVAILABLE)$/),
      vaultArn: "arn:aws:backup:eu-central-1:123456789012:backup-vault:encrypt-db",
      resourceArn: of.arn,
      encrypted: true,
      keyArn: lab.key.arn,
      createdAt: expect.any(Number),
      expiresAt: (point?.createdAt ?? 0) + 35 * day,
      sourceVaultArn: null,
    });
    expect(await lab.cloud.recoveryPointsOf(of.arn)).toEqual([point]);
    const [made] = await lab.cloud.snapshotsOf("cluster", [of.resourceId]);
    expect(made).toMatchObject({ arn, sourceResourceId: of.resourceId, keyArn: lab.key.arn });
  });

  test("carries the tags, and can begin for long enough to outlast a window", async () => {
    const lab = twoAccounts();
    await lab.act().startBackup(cluster(lab), lab.target, "first", tags);
    expect(lab.calls("StartBackupJob")[0]?.input).toMatchObject({
      RecoveryPointTags: tags,
      StartWindowMinutes: 240,
      IdempotencyToken: "first",
    });
  });

  test("is made once by whoever asks for it twice", async () => {
    const lab = twoAccounts();
    const of = cluster(lab);
    await lab.act().startBackup(of, lab.target, "first", tags);
    await lab.act().startBackup(of, lab.target, "first", tags);
    expect(await lab.cloud.backupJobsOf(of.arn, "encrypt-db", 0)).toHaveLength(1);
    await lab.pass(minute);
    await lab.act().startBackup(of, lab.target, "second", tags);
    const jobs = await lab.cloud.backupJobsOf(of.arn, "encrypt-db", 0);
    expect(jobs.map(({ createdAt }) => createdAt)).toEqual([lab.clock.time, lab.clock.time - minute]);
  });

  test("is looked for from a moment on, with that moment, and in one vault", async () => {
    const lab = twoAccounts();
    const of = cluster(lab);
    const at = lab.clock.time;
    await lab.act().startBackup(of, lab.target, "first", tags);
    expect(await lab.cloud.backupJobsOf(of.arn, "encrypt-db", at)).toHaveLength(1);
    expect(await lab.cloud.backupJobsOf(of.arn, "encrypt-db", at + 1)).toEqual([]);
    expect(await lab.cloud.backupJobsOf(of.arn, "another", at)).toEqual([]);
  });

  test("is not made of another database that has the name by now", async () => {
    const lab = twoAccounts();
    const of = { ...cluster(lab), resourceId: "cluster-GONE" };
    await expect(lab.act().startBackup(of, lab.target, "first", tags)).rejects.toMatchObject({
      kind: "mismatch",
    });
    expect(lab.calls("StartBackupJob")).toEqual([]);
  });

  test("waits where there are too many jobs at once", async () => {
    const lab = twoAccounts();
    const of = cluster(lab);
    lab.account.faults = ({ mutates }) =>
      mutates ? { code: "LimitExceededException", status: 400 } : undefined;
    await expect(lab.act().startBackup(of, lab.target, "first", tags)).rejects.toMatchObject({
      kind: "throttled",
      code: "LimitExceededException",
    });
  });

  test.each([
    ["InvalidResourceStateException", "busy"],
    ["ConflictException", "busy"],
    ["InvalidRequestException", "refused"],
    ["MissingParameterValueException", "refused"],
  ])("that AWS refuses with %s is %s", async (code, kind) => {
    const lab = twoAccounts();
    const of = cluster(lab);
    lab.account.faults = ({ mutates }) => (mutates ? { code, status: 400 } : undefined);
    await expect(lab.act().startBackup(of, lab.target, "first", tags)).rejects.toMatchObject({ kind, code });
  });
});

describe("a copy", () => {
  test("arrives in the other account, under the key of its vault", async () => {
    const lab = twoAccounts();
    const of = cluster(lab);
    const point = await madeOf(lab, of);
    await lab.act().startCopy(of, point, lab.target, "copy");
    const [begun] = await lab.cloud.copyJobsOf(of.arn, point);
    expect(begun).toMatchObject({ state: "CREATED", destinationVaultArn: lab.target.destinationVaultArn });

    await lab.pass(2 * hour);
    const [ended] = await lab.cloud.copyJobsOf(of.arn, point);
    expect(ended).toMatchObject({ id: begun?.id, state: "COMPLETED", messageCategory: "SUCCESS" });
    const arn = ended?.destinationRecoveryPointArn ?? "";
    expect(arn).toContain("210987654321");
    const copy = await lab.cloud.findCopy(lab.target, arn);
    expect(copy).toMatchObject({
      arn,
      vaultArn: lab.target.destinationVaultArn,
      resourceArn: of.arn,
      encrypted: true,
      keyArn: lab.otherKey.arn,
      sourceVaultArn: "arn:aws:backup:eu-central-1:123456789012:backup-vault:encrypt-db",
    });
    expect(await lab.cloud.copiesOf(lab.target, of.arn)).toEqual([copy]);
  });

  test("is of what it was asked to be of: another database's recovery point is not copied", async () => {
    const lab = twoAccounts();
    const point = await madeOf(lab, cluster(lab));
    const other = backedUp(lab.seed({ id: "reports", storageKey: { type: "sse-kms", arn: lab.key.arn } }));
    await expect(lab.act().startCopy(other, point, lab.target, "copy")).rejects.toMatchObject({
      kind: "mismatch",
      code: "OtherRecoveryPoint",
    });
    await expect(lab.act().startCopy(other, `${point}0`, lab.target, "copy")).rejects.toMatchObject({
      kind: "busy",
    });
    expect(lab.calls("StartCopyJob")).toEqual([]);
  });

  test("that is not there is none, and one that may not be looked at is a refusal", async () => {
    const lab = twoAccounts();
    const arn = "arn:aws:rds:eu-central-1:210987654321:cluster-snapshot:awsbackup:copyjob-1";
    expect(await lab.cloud.findCopy(lab.target, arn)).toBeUndefined();
    expect(await lab.cloud.findRecoveryPoint("encrypt-db", arn)).toBeUndefined();
    expect(await lab.cloud.copiesOf(lab.target, "arn:of:nothing")).toEqual([]);
    lab.other.alter((turn) => {
      turn.state = trust(turn.state, "encrypt-db-verify", []);
    });
    await lab.pass(hour);
    await expect(lab.cloud.findCopy(lab.target, arn)).rejects.toMatchObject({
      kind: "refused",
      operation: "AssumeRole",
      message: expect.stringContaining(lab.target.verificationRoleArn),
    });
  });
});

test("lists are read to their end", async () => {
  const lab = twoAccounts();
  const of = cluster(lab);
  const many = 1_001;
  lab.account.alter((turn) => {
    const { backup } = turn.state;
    const job = (id: string) => ({
      ...{ id, vault: "encrypt-db", roleArn: lab.target.roleArn, state: "FAILED" as const },
      ...{ createdAt: turn.now, startBy: turn.now, lifecycle: {}, tags: {}, continuous: false, copies: [] },
      of: { arn: of.arn, name: of.name, type: "Aurora" as const, resourceId: of.resourceId },
    });
    const ids = Array.from({ length: many }, (_, index) => `job-${index}`);
    const backupJobs = Object.fromEntries(ids.map((id) => [id, job(id)]));
    turn.state = { ...turn.state, backup: { ...backup, backupJobs } };
  });
  expect(await lab.cloud.backupJobsOf(of.arn, "encrypt-db", 0)).toHaveLength(many);
});

describe("a plan", () => {
  const plan = { name: "encrypt-db-orders", schedule: "cron(0 12 * * ? *)" };

  test("is made with its copies, selects the database by its ARN, and goes with its selections", async () => {
    const lab = twoAccounts();
    const of = cluster(lab);
    const { target, cloud } = lab;
    expect(await cloud.findBackupPlan(plan.name)).toBeUndefined();
    await lab.act().createBackupPlan(of, { ...plan, target }, "m00001-plan");
    const made = await cloud.findBackupPlan(plan.name);
    expect(made).toEqual({
      id: expect.any(String),
      name: plan.name,
      arn: expect.stringMatching(/:backup-plan:/),
      token: "m00001-plan",
      rules: [
        {
          vault: "encrypt-db",
          schedule: plan.schedule,
          continuous: false,
          copiesTo: [target.destinationVaultArn],
          keepDays: 35,
        },
      ],
      selections: [],
    });

    const planId = made?.id ?? "";
    await lab.act().selectForBackup(of, { planId, name: "orders", target }, "m00001-select");
    expect((await cloud.findBackupPlan(plan.name))?.selections).toEqual([
      { id: expect.any(String), name: "orders", roleArn: target.roleArn, resources: [of.arn], tags: [] },
    ]);

    await lab.act().deleteBackupPlan(of, { planId, name: plan.name });
    expect(await cloud.findBackupPlan(plan.name)).toBeUndefined();
  });

  test("backs up and copies daily, not as on demand", async () => {
    const lab = twoAccounts();
    const of = cluster(lab);
    const { target, cloud, pass } = lab;
    await lab.act().createBackupPlan(of, { ...plan, target }, "m00001-plan");
    const planId = (await cloud.findBackupPlan(plan.name))?.id ?? "";
    await lab.act().selectForBackup(of, { planId, name: "orders", target }, "m00001-select");
    await pass(2 * day);
    const jobs = await cloud.backupJobsOf(of.arn, "encrypt-db", 0);
    expect(jobs.map(({ onDemand, state }) => ({ onDemand, state }))).toEqual([
      { onDemand: false, state: "COMPLETED" },
      { onDemand: false, state: "COMPLETED" },
    ]);
    expect(await cloud.copiesOf(target, of.arn)).toHaveLength(2);
  });

  test("of another name is not deleted, nor one that is not there", async () => {
    const lab = twoAccounts();
    const of = cluster(lab);
    await lab.act().createBackupPlan(of, { ...plan, target: lab.target }, "m00001-plan");
    const planId = (await lab.cloud.findBackupPlan(plan.name))?.id ?? "";
    await expect(lab.act().deleteBackupPlan(of, { planId, name: "nightly" })).rejects.toMatchObject({
      kind: "mismatch",
    });
    await expect(lab.act().deleteBackupPlan(of, { planId: "none", name: "nightly" })).rejects.toMatchObject({
      kind: "busy",
    });
    expect(lab.calls("DeleteBackupPlan")).toEqual([]);
  });

  test("of somebody else is told with its rules and what it selects by", async () => {
    const lab = twoAccounts();
    const rule = { RuleId: "1", RuleName: "continuous", TargetBackupVaultName: "encrypt-db" };
    const selection = { SelectionName: "tagged", IamRoleArn: lab.target.roleArn };
    const daily = { ConditionKey: "backup", ConditionValue: "daily" };
    somebodysPlan(lab, {
      rules: [
        { ...rule, EnableContinuousBackup: true, Lifecycle: { DeleteAfterDays: 14 } },
        { ...rule, ScheduleExpression: "cron(0 3 * * ? *)", ScheduleExpressionTimezone: "Europe/Berlin" },
        { ...rule, ScheduleExpression: "cron(0 3 * * ? *)", ScheduleExpressionTimezone: "Etc/UTC" },
      ],
      selection: {
        ...selection,
        Resources: ["*"],
        ListOfTags: [{ ConditionType: "STRINGEQUALS", ...daily }],
        Conditions: {
          StringEquals: [{ ConditionKey: "aws:ResourceTag/team", ConditionValue: "orders" }],
          StringNotEquals: [{ ConditionKey: "aws:ResourceTag/stage", ConditionValue: "test" }],
        },
      },
    });
    expect(await lab.cloud.listBackupPlans()).toMatchObject([
      {
        name: "nightly",
        token: null,
        rules: [
          { continuous: true, copiesTo: [], keepDays: 14, schedule: "cron(0 5 ? * * *)" },
          { continuous: false, keepDays: null, schedule: "cron(0 3 * * ? *) Europe/Berlin" },
          { schedule: "cron(0 3 * * ? *)" },
        ],
        selections: [{ name: "tagged", resources: ["*"], tags: ["backup=daily", "team=orders"] }],
      },
    ]);
  });
});

test("snapshots of every origin are found by the resource id of what they are of", async () => {
  const lab = twoAccounts();
  const storageKey = { type: "sse-kms", arn: lab.key.arn } as const;
  const { id: name, resourceId } = lab.seedInstance({ id: "ledger", storageKey });
  lab.seedInstance({ id: "other", storageKey });
  const ledger = { kind: "instance", name, resourceId } as const;
  const arn = "arn:aws:rds:eu-central-1:123456789012:db:ledger";
  await lab.act().takeSnapshot(ledger, "ledger-manual", {});
  await lab.pass(hour);
  const point = await madeOf(lab, { ...ledger, arn });
  const found = await lab.cloud.snapshotsOf("instance", [resourceId, "db-NONE"]);
  expect(found.map((snapshot) => snapshot.arn).sort()).toEqual([
    point,
    "arn:aws:rds:eu-central-1:123456789012:snapshot:ledger-manual",
  ]);
  expect(await lab.cloud.snapshotsOf("instance", [])).toEqual([]);
});

test("where RDS knows no such type of Aurora's snapshots, the others are told all the same", async () => {
  const lab = twoAccounts();
  const of = cluster(lab);
  await lab.act().takeSnapshot(of, "orders-manual", {});
  await lab.pass(hour);
  lab.account.faults = ({ operation, input }) =>
    operation === "DescribeDBClusterSnapshots" && "SnapshotType" in input
      ? { code: "InvalidParameterValue", status: 400 }
      : undefined;
  expect(await lab.cloud.snapshotsOf("cluster", [of.resourceId])).toMatchObject([{ name: "orders-manual" }]);
});

/** As the account's owner may have made it, with what the simulated calls do not cover. */
function somebodysPlan(
  { account }: Lab,
  { rules, selection }: { rules: Plan["rules"]; selection: Selection["selection"] },
) {
  account.alter((turn) => {
    const { backup } = turn.state;
    const made = { id: "plan-1", name: "nightly", versionId: "1", createdAt: turn.now, tags: {}, rules };
    const selections = { s: { id: "s", createdAt: turn.now, selection } };
    turn.state = { ...turn.state, backup: { ...backup, plans: { "plan-1": { ...made, selections } } } };
  });
}

test("a step that reads starts nothing", async () => {
  const lab = twoAccounts();
  const of = cluster(lab);
  await expect(lab.cloud.startBackup(of, lab.target, "first", tags)).rejects.toThrow(/declared to read/);
});
