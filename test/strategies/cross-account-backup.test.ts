import { describe, expect, test } from "vitest";
import { startCopyJob } from "../../src/sim/aws/backup/copies.ts";
import { startBackupJob } from "../../src/sim/aws/backup/jobs.ts";
import type { GivenCluster } from "../../src/sim/aws/seeds/databases.ts";
import { FastWorld } from "../../src/sim/fast-world.ts";
import { approve, database, lastNotice, lifeIn, name, newest, press, say, settle } from "../engine/life.ts";
import { backUpAll, backupsIn, lifeUnderKey, mishap, retry } from "./backups.ts";

describe.each(["cluster", "instance"] as const)("a %s that is under its key already", (kind) => {
  test("is backed up, copied, looked at from the other account, and from then on daily", async () => {
    const life = lifeUnderKey(kind);
    const migration = await backUpAll(life);
    expect(migration).toMatchObject({ status: "finished", downtimeBegan: null });
    const [copy, ...others] = Object.values(backupsIn(life.world.other).recoveryPoints);
    expect(others).toEqual([]);
    expect(copy?.of.resourceId).toBe(life.source.resourceId);
    expect(migration?.learned.copy).toMatchObject({ arn: copy?.arn, status: "COMPLETED" });
    expect(Object.values(backupsIn(life.world.account).plans).map((plan) => plan.name)).toEqual([
      `encrypt-db-${name}`,
    ]);
  });

  test("is not touched by it", async () => {
    const life = lifeUnderKey(kind);
    const { clusters, instances } = life.world.account.state;
    await backUpAll(life);
    expect(life.world.account.state.clusters).toEqual(clusters);
    expect(life.world.account.state.instances).toEqual(instances);
    expect(life.clients.missingFrom(life.source.resourceId)).toEqual([]);
  });
});

test("what was backed up before it was asked for does not count", async () => {
  const life = lifeUnderKey();
  const { vault, roleArn } = life.world.backupTarget;
  life.world.account.alter((turn) =>
    startBackupJob(turn, {
      BackupVaultName: vault,
      ResourceArn: `arn:aws:rds:eu-west-1:123456789012:cluster:${name}`,
      IamRoleArn: roleArn,
    }),
  );
  await life.world.deps.clock.sleep(3_600_000);
  expect((await backUpAll(life))?.status).toBe("finished");
  expect(Object.values(backupsIn(life.world.account).backupJobs)).toHaveLength(2);
});

test("its own backup counts also where the bot's clock is a little ahead of AWS's", async () => {
  const life = lifeUnderKey();
  const deps = life.world.executor();
  const ahead = { ...deps, clock: { ...deps.clock, now: () => deps.clock.now() + 4000 } };
  expect(await backUpAll(life, ahead)).toMatchObject({ status: "finished", problem: null });
});

describe("while its own backup is made, somebody else's", () => {
  /** As far as its own job, beside which another one is begun; both have ended when it looks again. */
  async function besideAnother(to: Parameters<typeof mishap>[1]["to"]) {
    const life = lifeUnderKey();
    await say(life, "UALICE", { verb: "backup", name });
    await settle(life);
    await press(life, "UBOB", approve("begin"));
    const step = to === "backup" ? "back-up" : "copy-backup";
    await settle(life, { enough: (now) => typeof now?.steps[step]?.lastRun?.at === "number" });
    await life.world.deps.clock.sleep(60_000);
    const { account, backupTarget } = life.world;
    // Of two backups at once AWS lets the second one fail by itself.
    if (to === "copy") mishap(life, { to, ends: { state: "FAILED", message: "No.", category: "ERROR" } });
    const { vault, roleArn: IamRoleArn, destinationVaultArn } = backupTarget;
    account.alter((turn) => {
      const [RecoveryPointArn] = Object.keys(turn.state.backup.recoveryPoints);
      return to === "backup"
        ? startBackupJob(turn, {
            BackupVaultName: vault,
            ResourceArn: `arn:aws:rds:eu-west-1:123456789012:cluster:${name}`,
            IamRoleArn,
          })
        : startCopyJob(turn, {
            RecoveryPointArn,
            SourceBackupVaultName: vault,
            DestinationBackupVaultArn: destinationVaultArn,
            IamRoleArn,
          });
    });
    await life.world.deps.clock.sleep(12 * 3_600_000);
    return { end: await settle(life), backups: backupsIn(account) };
  }

  test.each(["backup", "copy"] as const)("fails later, the %s of its own counts", async (to) => {
    const { end, backups } = await besideAnother(to);
    expect(end).toMatchObject({ status: "finished", problem: null });
    const jobs = Object.values(to === "backup" ? backups.backupJobs : backups.copyJobs);
    expect(jobs.map(({ state }) => state).sort()).toEqual(["COMPLETED", "FAILED"]);
  });
});

test("a backup that fails stops it, and is made anew when somebody asks", async () => {
  const life = lifeUnderKey();
  mishap(life, {
    to: "backup",
    ends: { state: "FAILED", message: "Access Denied", category: "AccessDenied" },
  });
  expect((await backUpAll(life))?.problem?.code).toBe("backup.failed");
  expect((await retry(life))?.status).toBe("finished");
});

test("going back deletes the plan that it made and keeps the backup", async () => {
  const life = lifeUnderKey();
  mishap(life, {
    to: "copy",
    ends: { state: "FAILED", message: "Access Denied", category: "AccessDenied" },
  });
  await backUpAll(life);
  await say(life, "UBOB", { verb: "rollback", name });
  expect((await settle(life))?.status).toBe("rolled-back");
  expect(backupsIn(life.world.account).plans).toEqual({});
  expect(Object.values(backupsIn(life.world.account).recoveryPoints)).toHaveLength(1);
});

test("it needs somebody else's approval, and nothing is begun without one", async () => {
  const life = lifeUnderKey();
  await say(life, "UALICE", { verb: "backup", name });
  await settle(life);
  await press(life, "UALICE", approve("begin"));
  await settle(life);
  expect(backupsIn(life.world.account).backupJobs).toEqual({});
  expect((await life.world.store.loadOpen(database))?.approvals).toEqual([]);
});

describe("refuses", () => {
  const refusals = async (world: FastWorld, given: GivenCluster) => {
    const life = lifeIn(world, world.addCluster(given));
    await say(life, "UALICE", { verb: "backup", name });
    await settle(life);
    expect(await newest(life)).toBeUndefined();
    const notice = lastNotice(life);
    return notice?.kind === "problems" ? notice.problems.map(({ code }) => code) : [notice?.kind];
  };

  test("a database under a key that AWS manages", async () => {
    expect(await refusals(new FastWorld({ backup: true }), { id: name })).toEqual(["backup.aws-key"]);
  });

  test("one that is not encrypted", async () => {
    const given = { id: name, storageKey: { type: "none" } } as const;
    expect(await refusals(new FastWorld({ backup: true }), given)).toEqual(["target.no-key"]);
  });

  test("where no other account is configured", async () => {
    const world = new FastWorld();
    const given = { id: name, storageKey: { type: "sse-kms", arn: world.key.arn } } as const;
    expect(await refusals(world, given)).toEqual(["backup.not-configured"]);
  });
});
