import { describe, expect, test } from "vitest";
import type { RecoveryPoint } from "../../src/core/backup.ts";
import { startCopyJob } from "../../src/sim/aws/backup/copies.ts";
import { vaultArn } from "../../src/sim/aws/backup/keeping.ts";
import { createBackupPlan } from "../../src/sim/aws/backup/plans.ts";
import { strategies } from "../../src/strategies/index.ts";
import { aLife, type Life, moveAll, name, newest, serving, settle } from "../engine/life.ts";
import { stoppingWhen } from "../engine/stopping.ts";
import {
  backedUpLife,
  backUpAll,
  backupsIn,
  changeKeyPolicy,
  changeOtherVault,
  mishap,
  resettle,
  retry,
} from "./backups.ts";
import { rollBack, seen } from "./harness.ts";

const hour = 3_600_000;

/** The copies that the other account has. */
const copiesIn = ({ world }: Life) => Object.values(backupsIn(world.other).recoveryPoints);
const jobsOf = ({ world }: Life) => Object.values(backupsIn(world.account).backupJobs);
const copyJobsOf = ({ world }: Life) => Object.values(backupsIn(world.account).copyJobs);
const plansOf = ({ world }: Life) => Object.values(backupsIn(world.account).plans);

/** Moves until people must act. */
async function stuckWith(life: Life): Promise<string | undefined> {
  const migration = await moveAll(life);
  expect(migration?.status).toBe("stuck");
  return migration?.problem?.code;
}

async function expectCopied(life: Life): Promise<void> {
  const migration = await newest(life);
  expect(migration).toMatchObject({ status: "finished", problem: null });
  const [copy, ...others] = copiesIn(life);
  const learned = migration?.learned.copy as RecoveryPoint | undefined;
  const vault = backupsIn(life.world.other).vaults["encrypt-db-copies"];
  expect(others).toEqual([]);
  expect(copy).toMatchObject({
    arn: learned?.arn,
    status: "COMPLETED",
    key: { arn: vault?.keyArn },
    of: { name, resourceId: serving(life).resourceId },
    sourceVaultArn: vaultArn(life.world.account.state, "encrypt-db"),
  });
  expect(copy?.createdAt).toBeGreaterThan(Number(migration?.learned.t1));
}

describe.each(strategies.map(({ id }) => id))("a move by %s", (of) => {
  test("ends with a copy in the other account, verified from there, and with backups that go on", async () => {
    const life = backedUpLife({ of });
    const migration = await moveAll(life);
    await expectCopied(life);
    const [plan, ...others] = plansOf(life);
    expect(others).toEqual([]);
    expect(plan?.name).toBe(`encrypt-db-${name}`);
    const [selection] = Object.values(plan?.selections ?? {});
    expect(selection?.selection).toMatchObject({
      Resources: [expect.stringMatching(new RegExp(`:${name}$`))],
      IamRoleArn: life.world.backupTarget.roleArn,
    });
    const proof = migration?.steps["verify-backup-copy"]?.evidence[0];
    expect(proof?.claim.code).toBe("saw.copy-verified");
    expect(jobsOf(life)).toHaveLength(1);
    expect(copyJobsOf(life)).toHaveLength(1);
  });

  test("backs nothing up where no other account is configured, and says so beforehand", async () => {
    const life = aLife({ hurry: 60_000, of });
    const migration = await moveAll(life);
    expect(migration?.status).toBe("finished");
    expect(jobsOf(life)).toEqual([]);
    const plan = await life.world.store.findPlan(`123456789012/eu-west-1/${name}`, migration?.planHash ?? "");
    expect(plan?.remarks.map(({ code }) => code)).toContain("remark.no-other-account");
    const skipped = plan?.steps.filter((step) => step.skipped?.code === "skip.no-other-account");
    expect(skipped?.map(({ id }) => id)).toEqual([
      "back-up",
      "copy-backup",
      "verify-backup-copy",
      "schedule-backups",
      "assign-backups",
    ]);
  });
});

test("next day the plan backs the replacement up and copies it by itself", async () => {
  const life = backedUpLife();
  await moveAll(life);
  await life.world.deps.clock.sleep(26 * hour);
  expect(copiesIn(life).map(({ of }) => of.resourceId)).toEqual(Array(2).fill(serving(life).resourceId));
});

const failed = {
  state: "FAILED",
  message: "Access Denied trying to call AWS Backup service",
  category: "AccessDenied",
} as const;
const withIssues = {
  state: "COMPLETED",
  message: "One of its parts could not be read.",
  category: "MISCELLANEOUS",
} as const;
const partly = { state: "PARTIAL", message: "Only some of it.", category: "MISCELLANEOUS" } as const;

describe("a backup that does not count stops the move, says why, and is made anew when somebody asks", () => {
  test.each([
    ["fails", failed, "backup.failed"],
    ["is completed with issues", withIssues, "backup.with-issues"],
    ["is completed in part", partly, "backup.failed"],
    [
      "is completed with a message and no category",
      { ...withIssues, category: "SUCCESS" },
      "backup.with-issues",
    ],
    ["is completed under another category", { ...withIssues, message: "" }, "backup.with-issues"],
  ] as const)("where the backup %s", async (_, ends, code) => {
    const life = backedUpLife();
    mishap(life, { to: "backup", ends });
    expect(await stuckWith(life)).toBe(code);
    const said = ends.message === "" ? "AWS gives no reason." : ends.message;
    expect((await newest(life))?.problem?.params.message).toBe(said);
    expect(copyJobsOf(life)).toEqual([]);
    expect((await retry(life))?.status).toBe("finished");
    expect(jobsOf(life)).toHaveLength(2);
    await expectCopied(life);
  });

  test.each([
    ["fails", failed, "backup.copy-failed"],
    ["is completed with issues", withIssues, "backup.copy-with-issues"],
    ["is completed in part", partly, "backup.copy-failed"],
  ] as const)("where the copy %s", async (_, ends, code) => {
    const life = backedUpLife();
    mishap(life, { to: "copy", ends });
    expect(await stuckWith(life)).toBe(code);
    expect((await newest(life))?.steps["verify-backup-copy"]).toBeUndefined();
    expect((await retry(life))?.status).toBe("finished");
    expect(jobsOf(life)).toHaveLength(1);
    expect(copyJobsOf(life)).toHaveLength(2);
  });

  test("twice in a row", async () => {
    const life = backedUpLife();
    mishap(life, { to: "backup", ends: failed });
    mishap(life, { to: "backup", ends: failed });
    expect(await stuckWith(life)).toBe("backup.failed");
    expect((await retry(life))?.problem?.code).toBe("backup.failed");
    expect((await retry(life))?.status).toBe("finished");
    expect(jobsOf(life)).toHaveLength(3);
  });
});

test("a key whose policy was closed after the fence stops the copy with AWS's words, and mended it goes on", async () => {
  const life = backedUpLife();
  let open = "";
  const closing = stoppingWhen(life.world.executor(), ({ steps }) => typeof steps.open?.doneAt === "number");
  await moveAll(life, closing.deps).catch(() => {});
  open = changeKeyPolicy(life, '{"Version":"2012-10-17","Statement":[]}');
  const stopped = await settle(life);
  expect(stopped?.problem?.code).toBe("backup.copy-failed");
  changeKeyPolicy(life, open);
  expect((await retry(life))?.status).toBe("finished");
  await expectCopied(life);
});

test("a job that sits for hours before it begins is waited for", async () => {
  const life = backedUpLife();
  mishap(life, { to: "copy", sits: 2 * hour });
  expect((await moveAll(life))?.status).toBe("finished");
  const steps = (await newest(life))?.steps ?? {};
  expect(Number(steps["copy-backup"]?.doneAt) - Number(steps["copy-backup"]?.since)).toBeGreaterThan(
    2 * hour,
  );
});

describe("what the other account shows is believed and nothing else", () => {
  /** As far as the copy, which is then changed under the bot's hands. */
  async function copied(change: (life: Life) => void): Promise<Life> {
    const life = backedUpLife();
    const before = stoppingWhen(
      life.world.executor(),
      ({ steps }) => typeof steps["copy-backup"]?.doneAt === "number",
    );
    await moveAll(life, before.deps).catch(() => {});
    change(life);
    return life;
  }

  function changeCopy({ world }: Life, change: object): void {
    world.other.alter((turn) => {
      const { backup } = turn.state;
      const recoveryPoints = Object.fromEntries(
        Object.entries(backup.recoveryPoints).map(([arn, point]) => [arn, { ...point, ...change }]),
      );
      turn.state = { ...turn.state, backup: { ...backup, recoveryPoints } };
    });
  }

  test.each([
    ["is partial", { status: "PARTIAL" }, "PARTIAL"],
    ["is not encrypted", { key: { type: "none" } }, "not encrypted"],
    ["is under another key than the vault's", { key: { type: "sse-kms", arn: "another" } }, "another"],
    ["was copied from another vault", { sourceVaultArn: "elsewhere" }, "elsewhere"],
    ["is older than T1", { createdAt: 0 }, "older"],
  ])("a copy that %s is no proof", async (_, change, said) => {
    const life = await copied((one) => changeCopy(one, change));
    const migration = await settle(life);
    expect(migration?.problem?.code).toBe("backup.copy-unsound");
    expect(String(migration?.problem?.params.findings)).toContain(said);
    expect(migration?.steps["verify-backup-copy"]?.doneAt ?? null).toBeNull();
  });

  test("another copy that people begin beside one that is no proof is looked at instead", async () => {
    const life = await copied((one) => changeCopy(one, { key: { type: "sse-kms", arn: "another" } }));
    expect((await settle(life))?.problem?.code).toBe("backup.copy-unsound");
    const { account, deps, backupTarget } = life.world;
    account.alter((turn) =>
      startCopyJob(turn, {
        RecoveryPointArn: Object.keys(turn.state.backup.recoveryPoints)[0],
        SourceBackupVaultName: backupTarget.vault,
        DestinationBackupVaultArn: backupTarget.destinationVaultArn,
        IamRoleArn: backupTarget.roleArn,
      }),
    );
    await deps.clock.sleep(6 * hour);
    expect((await retry(life))?.status).toBe("finished");
  });

  test("a copy that is gone is waited for, and then asked about", async () => {
    const life = await copied(({ world }) =>
      world.other.alter((turn) => {
        turn.state = { ...turn.state, backup: { ...turn.state.backup, recoveryPoints: {} } };
      }),
    );
    expect((await settle(life))?.problem?.code).toBe("step.deadline");
  });
});

test("a backup is not begun within an hour of a window", async () => {
  const life = backedUpLife();
  const opened = stoppingWhen(life.world.executor(), ({ steps }) => typeof steps.open?.doneAt === "number");
  await moveAll(life, opened.deps).catch(() => {});
  const at = new Date(life.world.clock.now() + 30 * 60_000);
  const clock = (time: Date) => time.toISOString().slice(11, 16);
  const window = `${clock(at)}-${clock(new Date(at.getTime() + 30 * 60_000))}`;
  // As it was approved and as AWS has it: the plan goes by the one, AWS by the other.
  resettle(life, { PreferredBackupWindow: window }, serving(life).resourceId);
  const migration = await newest(life);
  const settings = { ...(migration?.pinned.settings as object), backupWindow: window };
  if (!migration) throw new Error("nothing is under way");
  await life.world.store.save({
    ...migration,
    revision: migration.revision + 1,
    pinned: { ...migration.pinned, settings },
  });
  expect((await settle(life))?.status).toBe("finished");
  const [job, ...others] = jobsOf(life);
  expect(others).toEqual([]);
  expect(job?.createdAt).toBeGreaterThanOrEqual(at.getTime() + 30 * 60_000);
});

test("a job that AWS refuses as too close to a window is followed by another one", async () => {
  const life = backedUpLife();
  const message =
    "Backup job could not start because it is either inside or too close to the weekly maintenance window configured in RDS instance.";
  mishap(life, { to: "backup", ends: { state: "FAILED", message, category: "MISCELLANEOUS" } });
  expect((await moveAll(life))?.status).toBe("finished");
  expect(
    jobsOf(life)
      .map(({ state }) => state)
      .sort(),
  ).toEqual(["COMPLETED", "FAILED"]);
});

describe("a backup plan of that name", () => {
  const rule = (life: Life, schedule: string) => {
    const { vault, destinationVaultArn, keepDays } = life.world.backupTarget;
    return {
      RuleName: "daily",
      TargetBackupVaultName: vault,
      ScheduleExpression: schedule,
      Lifecycle: { DeleteAfterDays: keepDays },
      CopyActions: [{ DestinationBackupVaultArn: destinationVaultArn }],
    };
  };
  const makePlan = (life: Life, schedule: string) =>
    life.world.account.alter((turn) =>
      createBackupPlan(turn, {
        BackupPlan: { BackupPlanName: `encrypt-db-${name}`, Rules: [rule(life, schedule)] },
      }),
    );

  test("that does something else stops the move, and is left as it is", async () => {
    const life = backedUpLife();
    makePlan(life, "cron(0 3 * * ? *)");
    const before = plansOf(life);
    expect(await stuckWith(life)).toBe("backup.plan-differs");
    expect(plansOf(life)).toEqual(before);
  });

  test("that an earlier migration made is gone on with", async () => {
    const life = backedUpLife();
    await moveAll(life);
    const before = plansOf(life);
    expect((await backUpAll(life))?.status).toBe("finished");
    expect(plansOf(life)).toEqual(before);
  });

  test("that an earlier migration made is left by whoever goes back", async () => {
    const life = backedUpLife();
    await moveAll(life);
    const before = plansOf(life);
    const stopping = stoppingWhen(
      life.world.executor(),
      ({ strategy, steps }) =>
        strategy.id === "cross-account-backup" && typeof steps["schedule-backups"]?.doneAt === "number",
    );
    await backUpAll(life, stopping.deps).catch(() => {});
    expect(stopping.hasStopped()).toBe(true);
    expect((await rollBack(life))?.status).toBe("rolled-back");
    expect(plansOf(life)).toEqual(before);
  });
});

describe("a rollback after the opening", () => {
  /** Nobody writes since the opening, and the move stands where this step was done. */
  async function standingAfter(step: string, before: (life: Life) => void = () => {}): Promise<Life> {
    const life = backedUpLife();
    before(life);
    const opening = stoppingWhen(
      life.world.executor(),
      ({ steps }) => typeof steps["last-look"]?.doneAt === "number",
    );
    await moveAll(life, opening.deps).catch(() => {});
    life.world.meanwhile = undefined;
    const stopping = stoppingWhen(
      life.world.executor(),
      ({ steps }) => typeof steps[step]?.doneAt === "number",
    );
    await settle(life, { deps: stopping.deps }).catch(() => {});
    return life;
  }

  test.each(["back-up", "verify-backup-copy", "schedule-backups", "assign-backups"])(
    "leaves no plan behind, and what was backed up, once %s is done",
    async (step) => {
      const life = await standingAfter(step);
      expect((await rollBack(life))?.status).toBe("rolled-back");
      expect(plansOf(life)).toEqual([]);
      expect(jobsOf(life)).toHaveLength(1);
      expect(seen(life)).toEqual(seen(aLife()));
    },
  );
});

describe("tags by which somebody would act on the retired source", () => {
  const tag = (Key: string, Value: string) => ({ Key, Value });
  const tagsOf = ({ settings }: { readonly settings: object }) =>
    ((settings as { TagList?: readonly { Key: string }[] }).TagList ?? []).map(({ Key }) => Key);

  /** On the source itself and on its instances. */
  function tagAll(life: Life): void {
    const { world, source } = life;
    const more = [
      tag("Schedule", "office-hours"),
      tag("backup", "daily"),
      tag("tier", "gold"),
      tag("team", "shop"),
    ];
    const members = Object.values(world.account.state.instances).filter(
      ({ cluster }) => cluster === source.resourceId,
    );
    for (const { resourceId, settings } of [source, ...members]) {
      resettle(life, { TagList: [...(settings.TagList ?? []), ...more] }, resourceId);
    }
    world.account.alter((turn) => {
      const { BackupPlanId } = createBackupPlan(turn, {
        BackupPlan: {
          BackupPlanName: "company",
          Rules: [{ RuleName: "daily", TargetBackupVaultName: "encrypt-db" }],
        },
      });
      const { backup } = turn.state;
      const plan = backup.plans[BackupPlanId ?? ""];
      if (!plan) throw new Error("no plan was made");
      const selection = (SelectionName: string, by: object) => ({
        id: SelectionName,
        createdAt: turn.now,
        selection: { SelectionName, IamRoleArn: world.backupTarget.roleArn, ...by },
      });
      const byTag = { ConditionType: "STRINGEQUALS" as const, ConditionKey: "tier", ConditionValue: "gold" };
      const byId = `arn:aws:rds:eu-west-1:123456789012:cluster:${source.resourceId}`;
      const selections = {
        gold: selection("gold", { ListOfTags: [byTag] }),
        listed: selection("listed", { Resources: [byId] }),
      };
      turn.state = {
        ...turn.state,
        backup: { ...backup, plans: { ...backup.plans, [plan.id]: { ...plan, selections } } },
      };
    });
  }

  test("are taken off it and its instances, told, and stay on the replacement", async () => {
    const life = backedUpLife();
    tagAll(life);
    const migration = await moveAll(life);
    expect(migration?.status).toBe("finished");
    const { clusters, instances } = life.world.account.state;
    const retired = [
      clusters[life.source.resourceId],
      ...Object.values(instances).filter(({ cluster }) => cluster === life.source.resourceId),
    ];
    for (const one of retired) {
      expect(tagsOf(one ?? { settings: {} })).toContain("team");
      for (const gone of ["Schedule", "backup", "tier"])
        expect(tagsOf(one ?? { settings: {} })).not.toContain(gone);
    }
    expect(tagsOf(serving(life))).toEqual(expect.arrayContaining(["Schedule", "backup", "tier", "team"]));
    expect(migration?.learned.tagsTakenOff).toEqual({
      Schedule: "office-hours",
      backup: "daily",
      tier: "gold",
    });
  });

  test("a selection that goes by the old resource id is told in the thread", async () => {
    const life = backedUpLife();
    tagAll(life);
    const migration = await moveAll(life);
    if (!migration) throw new Error("nothing was moved");
    const journal = await life.world.store.journalAfter(migration, 0);
    const told = journal.find(({ what }) => what.code === "event.selects-retired");
    expect(told?.what.params.selections).toBe("listed of company");
    expect(told && life.world.channel.speaksOf(told)).toBe(true);
  });

  test("are put back by a rollback", async () => {
    const life = backedUpLife();
    tagAll(life);
    const before = seen(life);
    const opening = stoppingWhen(
      life.world.executor(),
      ({ steps }) => typeof steps["last-look"]?.doneAt === "number",
    );
    await moveAll(life, opening.deps).catch(() => {});
    life.world.meanwhile = undefined;
    const retiring = stoppingWhen(
      life.world.executor(),
      ({ steps }) => typeof steps["retire-source"]?.doneAt === "number",
    );
    await settle(life, { deps: retiring.deps }).catch(() => {});
    expect((await rollBack(life))?.status).toBe("rolled-back");
    expect(seen(life)).toEqual(before);
  });
});

test("a vault there that was put under another lifetime meanwhile fails the copy, and mended it goes on", async () => {
  const life = backedUpLife();
  const opened = stoppingWhen(life.world.executor(), ({ steps }) => typeof steps.open?.doneAt === "number");
  await moveAll(life, opened.deps).catch(() => {});
  changeOtherVault(life, { lock: { minDays: 90 } });
  expect((await settle(life))?.problem?.code).toBe("backup.copy-failed");
  changeOtherVault(life, { lock: {} });
  expect((await retry(life))?.status).toBe("finished");
});
