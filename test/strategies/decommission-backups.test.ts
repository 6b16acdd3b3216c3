import { expect, test } from "vitest";
import type { Leftover } from "../../src/core/leftover.ts";
import { retiredName } from "../../src/core/purpose.ts";
import { days } from "../../src/core/time.ts";
import { strategies } from "../../src/strategies/index.ts";
import {
  aLife,
  approve,
  type Life,
  lastNotice,
  moveAll,
  newest,
  press,
  say,
  serving,
  settle,
} from "../engine/life.ts";

/** Moved and copied with AWS Backup in two accounts, backed up daily for a while, and asked for. */
async function askedAfter(of: string, waits: number): Promise<Life> {
  const life = aLife({ hurry: 60_000, of, backup: true });
  const move = await moveAll(life);
  if (move?.status !== "finished") throw new Error(`the move is ${move?.status} (${move?.problem?.code})`);
  for (let day = 0; day < waits; day++) await life.world.deps.clock.sleep(days(1));
  await say(life, "UALICE", { verb: "decommission", name: retiredName(move) });
  await settle(life);
  return life;
}

test.each(strategies.map(({ id }) => id))(
  "the copy that lets a source go is one that AWS Backup has made, after %s",
  async (of) => {
    const life = await askedAfter(of, 15);
    const { state } = life.world.account;
    await press(life, "UBOB", approve("decommission"));
    await settle(life);
    const end = await newest(life);
    expect(end).toMatchObject({ status: "finished", problem: null });
    const { resourceId } = life.source;
    expect(life.world.account.state.clusters[resourceId]).toBeUndefined();
    expect(life.world.account.state.instances[resourceId]).toBeUndefined();
    expect(serving(life)).toMatchObject({ status: "available" });

    const left = end?.learned.leftovers as Leftover[];
    const kept = left.filter(({ what }) => what === "automated-backup");
    const { BackupRetentionPeriod = 0 } =
      (state.clusters[resourceId] ?? state.instances[resourceId])?.settings ?? {};
    expect(kept).toMatchObject([{ expiresAt: (end?.endedAt ?? 0) + days(BackupRetentionPeriod) }]);
    expect(left.filter(({ what }) => what === "copy").length).toBeGreaterThan(10);
    expect(left).toContainEqual(
      expect.objectContaining({ what: "backup-plan", name: "encrypt-db-orders-prod" }),
    );
    const arns = left.map(({ name }) => name.split(":").slice(-2).join(":"));
    expect(new Set(arns).size).toBe(left.length);
    // What comes and goes every day is told in one line each.
    const told = end?.steps.leftovers?.evidence.map(({ claim }) => claim.code);
    expect(told?.filter((code) => code === "saw.copies-left")).toHaveLength(1);
    expect(told?.length).toBeLessThan(15);
  },
);

test("where the vault of the other account has lost its copies, nobody is asked for an approval", async () => {
  const life = aLife({ hurry: 60_000, backup: true });
  const move = await moveAll(life);
  if (!move) throw new Error("nothing was moved");
  // Nothing more is copied, and what was there has had its time.
  await life.world.account.handle("backup", "DeleteBackupSelection", await selectionOf(life));
  for (let day = 0; day < 40; day++) await life.world.deps.clock.sleep(days(1));
  await say(life, "UALICE", { verb: "decommission", name: retiredName(move) });
  await settle(life);
  expect(lastNotice(life)).toMatchObject({ problems: [{ code: "decommission.no-copy" }] });
});

async function selectionOf({ world: { account } }: Life): Promise<object> {
  const { BackupPlansList } = (await account.handle("backup", "ListBackupPlans", {})) as {
    BackupPlansList: { BackupPlanId: string }[];
  };
  const BackupPlanId = BackupPlansList[0]?.BackupPlanId;
  const { BackupSelectionsList } = (await account.handle("backup", "ListBackupSelections", {
    BackupPlanId,
  })) as {
    BackupSelectionsList: { SelectionId: string }[];
  };
  return { BackupPlanId, SelectionId: BackupSelectionsList[0]?.SelectionId };
}
