import { describe, expect, test } from "vitest";
import { days, hours } from "../../src/core/time.ts";
import { addMishap } from "../../src/sim/aws/backup/ends.ts";
import { putVault } from "../../src/sim/aws/backup/keeping.ts";
import { policyLettingCopiesIn } from "../../src/sim/aws/seeds/backup.ts";
import { addKey } from "../../src/sim/aws/seeds/furniture.ts";
import { FastWorld } from "../../src/sim/fast-world.ts";
import { giveRoles } from "../../src/sim/roles.ts";
import { aLife, approve, database, lastNotice, lifeIn, name, press, say, settle } from "./life.ts";
import {
  byHand,
  concerns,
  lastSaid,
  type Moved,
  moved,
  passUntil,
  retired,
  said,
  stored,
} from "./looking-after.ts";

const ways = ["aurora-point-in-time", "aurora-snapshot", "rds-snapshot-copy", "rds-dump-restore"];

const backedUp = (of?: string) => moved(aLife({ ...(of !== undefined && { of }), backup: true }));

function planOf({ life }: Moved) {
  const [plan] = Object.values(life.world.account.state.backup.plans);
  if (!plan) throw new Error("there is no backup plan");
  return plan;
}

async function deleteSelections(of: Moved): Promise<void> {
  const { id: BackupPlanId, selections } = planOf(of);
  for (const SelectionId of Object.keys(selections)) {
    await byHand(of, "DeleteBackupSelection", { BackupPlanId, SelectionId }, "backup");
  }
}

async function deletePlan(of: Moved): Promise<void> {
  await deleteSelections(of);
  await byHand(of, "DeleteBackupPlan", { BackupPlanId: planOf(of).id }, "backup");
}

function letCopiesIn({ life }: Moved, source: string): void {
  life.world.other.alter((turn) => {
    const vault = turn.state.backup.vaults["encrypt-db-copies"];
    if (!vault) throw new Error("the other account has no such vault");
    putVault(turn, { ...vault, policy: policyLettingCopiesIn(source) });
  });
}

const here = "123456789012";

describe("the backups of a database that was moved", () => {
  test.each(ways)("by %s go on, and nothing is said", async (of) => {
    const it = await backedUp(of);
    await passUntil(it, days(10));
    expect(said(it)).toEqual([]);
    expect(it.life.world.clock.now() - ((await stored(it)).aftercare?.seen.backups ?? 0)).toBeLessThan(
      days(1.1),
    );
  });

  test("are told of once their plan is deleted, with the command that makes one", async () => {
    const it = await backedUp();
    await deletePlan(it);
    await passUntil(it, days(10));
    expect(said(it)).toEqual([[1, "event.concern"]]);
    expect(await concerns(it)).toEqual(["backups.plan-gone"]);
    expect(lastSaid(it)).toContain("`/encrypt-db backup orders-prod`");
  });

  test("are told of once no selection names the database any more, and once copies stop to arrive", async () => {
    const it = await backedUp();
    await deleteSelections(it);
    await passUntil(it, days(1) + hours(2));
    expect(await concerns(it)).toEqual(["backups.not-selected"]);
    await passUntil(it, days(5));
    expect(await concerns(it)).toEqual(["backups.not-selected", "backups.late"]);
    expect(said(it)).toHaveLength(2);
  });

  test("are told of once the other account takes no more copies, and once it does again", async () => {
    const it = await backedUp();
    letCopiesIn(it, "111122223333");
    await passUntil(it, days(5));
    expect(await concerns(it)).toEqual(["backups.copy-failed", "backups.late"]);
    letCopiesIn(it, here);
    await passUntil(it, days(8));
    expect(await concerns(it)).toEqual([]);
    expect(said(it).map(([, code]) => code)).toEqual([
      "event.concern",
      "event.concern",
      "event.concern-over",
      "event.concern-over",
    ]);
  });

  test.each([
    ["backup", "FAILED", "backups.job-failed"],
    ["backup", "COMPLETED", "backups.job-failed"],
    ["copy", "FAILED", "backups.copy-failed"],
    ["copy", "COMPLETED", "backups.copy-failed"],
  ] as const)(
    "whose last %s ended as %s with words of AWS's is told of in those",
    async (to, state, code) => {
      const it = await backedUp();
      const ends = { state, message: "Some resources were left out.", category: "ResourceNotFound" };
      it.life.world.account.alter((turn) => addMishap(turn, { to, ends }));
      await passUntil(it, days(1) + hours(12));
      expect(await concerns(it)).toEqual([code]);
      expect(lastSaid(it)).toContain(`ended as ${state}. Some resources were left out.`);
      await passUntil(it, days(4));
      expect(await concerns(it)).toEqual([]);
    },
  );

  test("that nobody can look at in the other account are told of after three days, and never as missing", async () => {
    const it = await backedUp();
    it.life.world.account.faults = ({ operation, input }) =>
      operation === "AssumeRole" && JSON.stringify(input).includes("encrypt-db-verify")
        ? { code: "AccessDenied", status: 403 }
        : undefined;
    await passUntil(it, days(3) - hours(1));
    expect(said(it)).toEqual([]);
    await passUntil(it, days(6));
    expect(await concerns(it)).toEqual(["backups.unseen"]);
    expect(said(it)).toHaveLength(1);
  });

  test("are looked at with the backup that somebody asks for later, and no more with the move", async () => {
    const it = await backedUp();
    await say(it.life, "UALICE", { verb: "backup", name });
    await settle(it.life);
    await press(it.life, "UBOB", approve("begin"));
    await settle(it.life);
    const later = await it.life.world.store.lastPast(database);
    expect(later).toMatchObject({ status: "finished", aftercare: { kept: null } });
    expect(later?.id).not.toBe(it.id);
    await deletePlan(it);
    await passUntil(it, days(4));
    expect(said(it)).toEqual([]);
    expect(await concerns(it)).toEqual([]);
    // With nothing kept, its end is the end of what is looked at.
    const ended = await it.life.world.store.findPast(database, later?.id ?? "");
    expect(ended?.aftercare).toBeNull();
    expect(it.life.world.channel.thread(later?.id ?? "").slice(-2)).toEqual([
      expect.stringContaining("The backup plan encrypt-db-orders-prod"),
      "With that, nothing of orders-prod is looked at daily any more.",
    ]);
  });
});

describe("a source that is decommissioned", () => {
  async function asked(life = aLife({ backup: true })): Promise<Moved> {
    const it = await moved(life);
    await passUntil(it, days(14) + hours(2));
    await say(it.life, "UALICE", { verb: "decommission", name: retired(it) });
    await settle(it.life);
    const open = await it.life.world.store.loadOpen(database);
    if (!open) throw new Error(JSON.stringify(lastNotice(it.life)));
    return it;
  }

  async function approved({ life }: Moved): Promise<string | undefined> {
    await press(life, "UBOB", approve("decommission"));
    return (await settle(life))?.status;
  }

  test("is not asked about while that waits for its approval", async () => {
    const it = await asked();
    await passUntil(it, days(20));
    expect(said(it)).toEqual([[14, "event.retention-over"]]);
  });

  test("is not told of for what is done to it on the way, however long that takes", async () => {
    const it = await asked();
    it.life.world.account.faults = ({ operation }) =>
      operation === "DeleteDBInstance" ? { code: "AccessDenied", status: 403 } : undefined;
    expect(await approved(it)).toBe("stuck");
    await passUntil(it, days(20));
    expect(said(it)).toEqual([[14, "event.retention-over"]]);
    expect(await concerns(it)).toEqual([]);
  });

  test("is told to be gone once, and the backups are looked at all the same", async () => {
    const it = await asked();
    expect(await approved(it)).toBe("finished");
    await passUntil(it, days(20));
    expect(said(it)).toEqual([
      [14, "event.retention-over"],
      [15, "event.kept-decommissioned"],
    ]);
    expect((await stored(it)).aftercare).toMatchObject({ kept: null, concerns: [] });

    await deletePlan(it);
    await passUntil(it, days(25));
    expect(said(it).slice(2)).toEqual([
      [20, "event.concern"],
      [20, "event.aftercare-ended"],
    ]);
    expect((await stored(it)).aftercare).toBeNull();
  });

  test("leaves snapshots, and a key that is told of where they can no longer be read", async () => {
    const world = new FastWorld({ backup: true });
    const { arn } = world.account.alter((turn) => addKey(turn, { alias: "alias/old" }));
    giveRoles(world.account, [world.key.arn, arn]);
    const source = world.addCluster({ id: name, storageKey: { type: "sse-kms", arn } });
    const it = await asked(lifeIn(world, source));
    expect(await approved(it)).toBe("finished");
    await passUntil(it, days(18));
    await byHand(it, "DisableKey", { KeyId: arn }, "kms");
    await passUntil(it, days(20));
    expect(await concerns(it)).toEqual(["serving.old-key"]);
    expect(lastSaid(it)).toContain(`${name}-before-${it.id}`);
  });
});
