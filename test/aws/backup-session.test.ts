import { describe, expect, test } from "vitest";
import type { Tags } from "../../src/core/cloud.ts";
import { createBackupPlan } from "../../src/sim/aws/backup/plans.ts";
import { minute } from "../sim/aws/laboratory.ts";
import { backedUp, twoAccounts } from "./backup-lab.ts";

const hour = 60 * minute;
const denied = { kind: "refused", code: expect.stringMatching(/^AccessDenied/) };
const enrolled = [{ Key: "encrypt-db:enrolled", Value: "true" }];

function lab(between: () => void = () => {}) {
  const made = twoAccounts({
    narrowed: true,
    hold: async (operation) => {
      if (/^(Start|Create|Delete)/.test(operation)) between();
    },
  });
  const of = backedUp(
    made.seed({
      id: "orders",
      storageKey: { type: "sse-kms", arn: made.key.arn },
      settings: { TagList: enrolled },
    }),
  );
  return { ...made, of };
}

const plan = { name: "encrypt-db-orders", schedule: "cron(0 12 * * ? *)" };
const tags: Tags = { "encrypt-db:migration": "m00001" };

describe("under credentials for one act each", () => {
  test("a database is backed up and copied, and looked at in the other account", async () => {
    const { act, cloud, of, target, key, pass, calls } = lab();
    await act().startBackup(of, target, "first", tags);
    await pass(hour);
    const [job] = await cloud.backupJobsOf(of.arn, target.vault, 0);
    await act().startCopy(of, job?.recoveryPointArn ?? "", target, "copy");
    await pass(2 * hour);
    expect(await cloud.copiesOf(target, of.arn)).toHaveLength(1);
    expect(await cloud.backupReadiness(target, { kind: "cluster", keyArn: key.arn })).toMatchObject({
      copyIntoVault: "allowed",
      keyForDestination: "allowed",
    });
    expect(calls("StartBackupJob")[0]?.callerArn).toMatch(
      /assumed-role\/encrypt-db-change\/m00001\.back-up$/,
    );
    const [assumed] = calls("AssumeRole").map(({ input }) => input as { readonly Policy: string });
    expect(JSON.parse(assumed?.Policy ?? "").Statement).toMatchObject([
      {
        Action: ["backup:StartBackupJob"],
        Resource: ["arn:aws:backup:eu-central-1:123456789012:backup-vault:encrypt-db"],
      },
      { Resource: [target.roleArn] },
    ]);
  });

  test("a plan is made, selects, and is deleted by the role that destroys", async () => {
    const { act, cloud, of, target, calls } = lab();
    await act().createBackupPlan(of, { ...plan, target }, "m00001-plan");
    const planId = (await cloud.findBackupPlan(plan.name))?.id ?? "";
    await act().selectForBackup(of, { planId, name: "orders", target }, "m00001-select");
    await act().deleteBackupPlan(of, { planId, name: plan.name });
    expect(await cloud.listBackupPlans()).toEqual([]);
    for (const operation of ["DeleteBackupSelection", "DeleteBackupPlan"])
      expect(calls(operation)[0]?.callerArn).toMatch(/assumed-role\/encrypt-db-destroy\//);
  });

  test("nothing is selected in, or deleted of, a plan that somebody else made", async () => {
    const { act, cloud, account, of, target } = lab();
    account.alter((turn) =>
      createBackupPlan(turn, {
        BackupPlan: {
          BackupPlanName: "nightly",
          Rules: [{ RuleName: "nightly", TargetBackupVaultName: target.vault }],
        },
      }),
    );
    const planId = (await cloud.findBackupPlan("nightly"))?.id ?? "";
    const selecting = act().selectForBackup(of, { planId, name: "orders", target }, "m00001-select");
    await expect(selecting).rejects.toMatchObject(denied);
    await expect(act().deleteBackupPlan(of, { planId, name: "nightly" })).rejects.toMatchObject(denied);
    expect(await cloud.findBackupPlan("nightly")).toBeDefined();
  });

  test("no other vault and no other role will do", async () => {
    const { act, of, target, account } = lab();
    const roleArn = target.roleArn.replace(":role/", ":user/");
    for (const instead of [{ vault: "Default" }, { roleArn }]) {
      const starting = act().startBackup(of, { ...target, ...instead }, "first", tags);
      await expect(starting).rejects.toMatchObject(denied);
    }
    expect(account.state.backup.backupJobs).toEqual({});
  });

  test("an act that reaches AWS too late starts nothing", async () => {
    const late = lab(() => {
      late.clock.time += 2 * minute;
    });
    await expect(late.act().startBackup(late.of, late.target, "first", tags)).rejects.toMatchObject({
      kind: "busy",
      code: "TooLate",
    });
    expect(late.account.state.backup.backupJobs).toEqual({});
  });
});
