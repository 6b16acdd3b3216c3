import { expect, test } from "vitest";
import { remainingBack, remainingForward } from "../../src/by-hand/course.ts";
import type { Act } from "../../src/by-hand/paper.ts";
import { sheet } from "../../src/by-hand/sheet.ts";
import { canonical } from "../../src/core/hash.ts";
import type { Migration } from "../../src/core/migration.ts";
import { decommission } from "../../src/strategies/decommission.ts";
import { findStrategy } from "../../src/strategies/index.ts";
import { press, settle } from "../engine/life.ts";
import {
  approvedUntil,
  databaseOf,
  decommissionAll,
  type Kept,
  keptAfterMove,
  proposed,
} from "../strategies/decommissioning.ts";

const strategy = () => {
  const found = findStrategy(decommission.id);
  if (!found) throw new Error("there is no decommission");
  return found;
};

/** What was changed in the account since, in order. */
function changedSince({ life }: Kept, since: number): string[] {
  return life.world.account.ledger
    .slice(since)
    .filter(({ mutates, outcome }) => mutates && outcome === "ok")
    .map(({ operation, input }) => `${operation} ${canonical(input)}`);
}

function written(steps: readonly { readonly acts: readonly Act[] }[]): string[] {
  return steps
    .flatMap(({ acts }) => acts)
    .map((act) => (act.to === "aws" ? `${act.operation} ${canonical(act.input)}` : act.to));
}

async function openOf(kept: Kept): Promise<Migration> {
  const open = await kept.life.world.store.loadOpen(databaseOf(kept));
  if (!open) throw new Error("nothing is open");
  return open;
}

test.each(["aurora-point-in-time", "rds-dump-restore"])(
  "by hand the same is changed as by the bot, after %s",
  async (of) => {
    const kept = await keptAfterMove({ of });
    await proposed(kept);
    const byHand = written(await remainingForward(strategy(), await openOf(kept)));
    const since = kept.life.world.account.ledger.length;
    expect(await decommissionAll(kept)).toMatchObject({ status: "finished" });
    const byBot = changedSince(kept, since);
    const operations = (of: readonly string[]) => of.map((one) => one.split(" ")[0]);
    expect(operations(byHand)).toEqual(operations(byBot));
    expect(byHand.sort()).toEqual(byBot.sort());
  },
);

test("going back by hand changes what the bot changes", async () => {
  const kept = await keptAfterMove();
  await approvedUntil(kept, "unprotect-retired");
  const byHand = written(await remainingBack(strategy(), await openOf(kept)));
  const since = kept.life.world.account.ledger.length;
  await press(kept.life, "UBOB", { does: "rollback" });
  await settle(kept.life, { deps: kept.executor() });
  expect(byHand.sort()).toEqual(changedSince(kept, since).sort());
});

test("the sheet names what is deleted, what stands in for it, and what to look at before", async () => {
  const kept = await keptAfterMove();
  await proposed(kept);
  const migration = await openOf(kept);
  const plan = await kept.life.world.store.findPlan(databaseOf(kept), migration.planHash);
  if (!plan) throw new Error("the plan is gone");
  const text = await sheet({
    migration,
    plan,
    strategy: strategy(),
    now: migration.createdAt,
    worker: "worker",
  });
  expect(text).toContain(`${kept.retired}, ${kept.life.source.resourceId}`);
  expect(text).toContain(`${kept.copies[0]?.arn}`);
  expect(text).toContain("--no-delete-automated-backups");
  expect(text).toContain(`orders-prod-last-${migration.id}`);
  expect(text).not.toContain("$RESTORE_AT");
});
