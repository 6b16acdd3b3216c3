import {
  type BackupPlanInput,
  type BackupSelection,
  CreateBackupPlanCommand,
  CreateBackupSelectionCommand,
  DeleteBackupPlanCommand,
  DeleteBackupSelectionCommand,
  GetBackupPlanCommand,
  GetBackupSelectionCommand,
  ListBackupPlansCommand,
  ListBackupSelectionsCommand,
  ListTagsCommand,
  UpdateRegionSettingsCommand,
} from "@aws-sdk/client-backup";
import { AddTagsToResourceCommand, ModifyDBClusterCommand } from "@aws-sdk/client-rds";
import { describe, expect, test } from "vitest";
import { day, minute, region, start } from "../laboratory.ts";
import { here, type TwoAccounts, twoAccounts } from "./two-accounts.ts";

const hour = 60 * minute;

/** Six in the morning: the world begins at two, and its databases' windows open at two in the afternoon. */
const daily = "cron(0 6 ? * * *)";

function plans(lab: TwoAccounts) {
  const { backup } = lab.at.here;
  const rule = (more: object = {}) => ({
    RuleName: "daily",
    TargetBackupVaultName: lab.target.vault,
    ScheduleExpression: daily,
    Lifecycle: { DeleteAfterDays: 35 },
    CopyActions: [
      { DestinationBackupVaultArn: lab.target.destinationVaultArn, Lifecycle: { DeleteAfterDays: 35 } },
    ],
    ...more,
  });
  const create = (more: object = {}, request: object = {}) =>
    backup.send(
      new CreateBackupPlanCommand({
        BackupPlan: { BackupPlanName: "orders", Rules: [rule(more)] } as BackupPlanInput,
        ...request,
      }),
    );
  const select = (BackupPlanId: string | undefined, selection: Partial<BackupSelection>) =>
    backup.send(
      new CreateBackupSelectionCommand({
        BackupPlanId,
        BackupSelection: { SelectionName: "orders", IamRoleArn: lab.target.roleArn, ...selection },
      }),
    );
  /** A plan that selects this, and its id. */
  const plan = async (selection: Partial<BackupSelection>, more: object = {}) => {
    const { BackupPlanId } = await create(more);
    await select(BackupPlanId, selection);
    return BackupPlanId;
  };
  const jobs = () => Object.values(lab.account.state.backup.backupJobs);
  return { backup, create, select, plan, jobs };
}

const cluster = (name: string) => `arn:aws:rds:${region}:${here}:cluster:${name}`;

describe("a plan", () => {
  test("backs up by its schedule, day after day, and copies each backup into the other account", async () => {
    const lab = twoAccounts();
    lab.seed();
    const { plan, jobs } = plans(lab);
    const id = await plan({ Resources: [cluster("orders")] });
    await lab.pass(4 * hour - minute);
    expect(jobs()).toEqual([]);
    await lab.pass(2 * hour);
    expect(jobs()).toMatchObject([
      { state: "COMPLETED", createdAt: start + 4 * hour, createdBy: { BackupPlanId: id } },
    ]);
    expect(Object.values(lab.account.state.backup.copyJobs)).toMatchObject([
      { state: "COMPLETED", createdBy: { BackupPlanId: id } },
    ]);
    await lab.pass(2 * day);
    expect(jobs().map(({ createdAt }) => createdAt - start)).toEqual(
      [0, 1, 2].map((days) => days * day + 4 * hour),
    );
    expect(Object.values(lab.other.state.backup.recoveryPoints)).toMatchObject([
      { status: "COMPLETED" },
      { status: "COMPLETED" },
      { status: "COMPLETED" },
    ]);
    const { LastExecutionDate } = await lab.at.here.backup.send(
      new GetBackupPlanCommand({ BackupPlanId: id }),
    );
    expect(LastExecutionDate?.getTime()).toBe(start + 2 * day + 4 * hour);
  });

  test("that copies a continuous backup copies a snapshot of it; on demand there is no copy of one", async () => {
    const lab = twoAccounts();
    lab.seed();
    await plans(lab).plan({ Resources: [cluster("orders")] }, { EnableContinuousBackup: true });
    await lab.pass(6 * hour);
    const [point] = Object.values(lab.account.state.backup.recoveryPoints);
    expect(point).toMatchObject({
      status: "AVAILABLE",
      arn: expect.stringContaining(":recovery-point:continuous:"),
    });
    const [copy] = Object.values(lab.other.state.backup.recoveryPoints);
    expect(copy).toMatchObject({ status: "COMPLETED", arn: expect.stringContaining("awsbackup:copyjob-") });
    await expect(lab.askForCopy(point?.arn)).rejects.toMatchObject({ name: "InvalidRequestException" });
  });

  test("is told as it was given, with what was not given, and lists its selections", async () => {
    const lab = twoAccounts();
    const { backup, create, select } = plans(lab);
    const tags = { BackupPlanTags: { owner: "me" } };
    const { BackupPlanId, BackupPlanArn } = await create({}, tags);
    const { SelectionId } = await select(BackupPlanId, { Resources: [cluster("orders")] });
    const { BackupPlan } = await backup.send(new GetBackupPlanCommand({ BackupPlanId }));
    expect(BackupPlan).toMatchObject({
      BackupPlanName: "orders",
      Rules: [
        { RuleName: "daily", ScheduleExpression: daily, StartWindowMinutes: 480, RuleId: expect.any(String) },
      ],
    });
    const { BackupPlansList } = await backup.send(new ListBackupPlansCommand({}));
    expect(BackupPlansList).toMatchObject([{ BackupPlanId, BackupPlanName: "orders" }]);
    const { BackupSelectionsList } = await backup.send(new ListBackupSelectionsCommand({ BackupPlanId }));
    expect(BackupSelectionsList).toMatchObject([{ SelectionId, SelectionName: "orders" }]);
    const { BackupSelection } = await backup.send(
      new GetBackupSelectionCommand({ BackupPlanId, SelectionId }),
    );
    expect(BackupSelection?.Resources).toEqual([cluster("orders")]);
    expect((await backup.send(new ListTagsCommand({ ResourceArn: BackupPlanArn }))).Tags).toEqual({
      owner: "me",
    });
  });

  test("is made once under one request id, and not again under none", async () => {
    const lab = twoAccounts();
    const { create } = plans(lab);
    const first = await create({}, { CreatorRequestId: "r" });
    expect((await create({}, { CreatorRequestId: "r" })).BackupPlanId).toBe(first.BackupPlanId);
    await expect(create()).rejects.toMatchObject({ name: "AlreadyExistsException" });
    await expect(create({ RuleName: "other" })).resolves.toBeDefined();
  });

  test("is deleted only after its selections, and then runs no more", async () => {
    const lab = twoAccounts();
    lab.seed();
    const { backup, create, select, jobs } = plans(lab);
    const { BackupPlanId } = await create();
    const { SelectionId } = await select(BackupPlanId, { Resources: [cluster("orders")] });
    const remove = () => backup.send(new DeleteBackupPlanCommand({ BackupPlanId }));
    await expect(remove()).rejects.toMatchObject({ name: "InvalidRequestException" });
    await backup.send(new DeleteBackupSelectionCommand({ BackupPlanId, SelectionId }));
    await remove();
    await lab.pass(2 * day);
    expect(jobs()).toEqual([]);
    await expect(remove()).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  test.each([
    ["no cron", { ScheduleExpression: "rate(1 day)" }],
    ["a vault that is not there", { TargetBackupVaultName: "absent" }],
    ["a start window of less than an hour", { StartWindowMinutes: 30 }],
    ["a name that is none", { RuleName: "no name" }],
  ])("is refused with %s", async (_, more) => {
    await expect(plans(twoAccounts()).create(more)).rejects.toMatchObject({
      name: "InvalidParameterValueException",
    });
  });
});

describe("a selection", () => {
  const orders = "arn:aws:rds:eu-central-1:123456789012:cluster:orders";

  async function selectedBy(
    selection: Partial<BackupSelection>,
    change: (lab: TwoAccounts) => Promise<unknown> = async () => {},
  ) {
    const lab = twoAccounts();
    lab.seed("orders");
    lab.seed("orders-archive");
    lab.seedInstance("ledger");
    await change(lab);
    const { plan, jobs } = plans(lab);
    await plan(selection);
    await lab.pass(6 * hour);
    return jobs().map(({ of }) => of.name);
  }

  const rename = async (lab: TwoAccounts) => {
    await lab.rds.send(
      new ModifyDBClusterCommand({
        DBClusterIdentifier: "orders",
        NewDBClusterIdentifier: "orders-old",
        ApplyImmediately: true,
      }),
    );
    await lab.pass(hour);
    lab.seed("orders");
  };

  test("by an ARN is whatever has the name, by one with a resource id what had it", async () => {
    expect(await selectedBy({ Resources: [orders] })).toEqual(["orders"]);
    expect(await selectedBy({ Resources: [orders] }, rename)).toEqual(["orders"]);
    const lab = twoAccounts();
    const { resourceId } = lab.seed("orders");
    await rename(lab);
    const { plan, jobs } = plans(lab);
    await plan({ Resources: [cluster(resourceId)] });
    await lab.pass(6 * hour);
    expect(jobs().map(({ of }) => of.name)).toEqual(["orders-old"]);
  });

  test("by a pattern is all that it fits, but for what is left out", async () => {
    expect(await selectedBy({ Resources: [`${orders}*`] })).toEqual(["orders", "orders-archive"]);
    expect(await selectedBy({ Resources: ["*"] })).toEqual(["orders", "orders-archive", "ledger"]);
    expect(await selectedBy({ Resources: ["*"], NotResources: [orders] })).toEqual([
      "orders-archive",
      "ledger",
    ]);
  });

  test("by a tag follows the tag, to a renamed cluster that kept it as well", async () => {
    const ListOfTags = [
      { ConditionType: "STRINGEQUALS" as const, ConditionKey: "backup", ConditionValue: "daily" },
    ];
    const tag = (lab: TwoAccounts) =>
      lab.rds.send(
        new AddTagsToResourceCommand({ ResourceName: orders, Tags: [{ Key: "backup", Value: "daily" }] }),
      );
    expect(await selectedBy({ ListOfTags }, tag)).toEqual(["orders"]);
    const renamed = async (lab: TwoAccounts) => {
      await tag(lab);
      await rename(lab);
    };
    expect(await selectedBy({ ListOfTags }, renamed)).toEqual(["orders-old"]);
  });

  test("by an ARN holds without the opt-in, by a pattern it does not", async () => {
    const optOut = (lab: TwoAccounts) =>
      lab.at.here.backup.send(
        new UpdateRegionSettingsCommand({ ResourceTypeOptInPreference: { Aurora: false } }),
      );
    expect(await selectedBy({ Resources: [orders] }, optOut)).toEqual(["orders"]);
    expect(await selectedBy({ Resources: ["*"] }, optOut)).toEqual(["ledger"]);
  });

  test.each([
    ["that selects nothing", {}, "InvalidParameterValueException"],
    [
      "with an asterisk in the middle",
      { Resources: ["arn:aws:rds:*:cluster:orders"] },
      "InvalidParameterValueException",
    ],
    ["whose name another one has", { SelectionName: "taken", Resources: ["*"] }, "AlreadyExistsException"],
  ])("%s is refused", async (_, selection, name) => {
    const { create, select } = plans(twoAccounts());
    const { BackupPlanId } = await create();
    await select(BackupPlanId, { SelectionName: "taken", Resources: ["*"] });
    await expect(select(BackupPlanId, selection)).rejects.toMatchObject({ name });
  });
});
