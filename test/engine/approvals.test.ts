import { beforeEach, describe, expect, test } from "vitest";
import { put } from "../../src/sim/aws/turn.ts";
import { fenceGroup } from "../../src/sim/fast-world.ts";
import { aLife, approve, ask, database, type Life, lastNotice, newest, press, settle } from "./life.ts";
import { stoppingWhen } from "./stopping.ts";

let life: Life;

beforeEach(async () => {
  life = aLife({ hurry: 60_000 });
  await ask(life, "UALICE", "start");
  await settle(life);
});

function changes(): number {
  return life.world.account.ledger.filter(({ mutates }) => mutates).length;
}

/** What the person was told: the code of the problem, or of what was said. */
function told(): string | undefined {
  const notice = lastNotice(life);
  if (notice?.kind === "problems") return notice.problems[0]?.code;
  return notice?.kind === "said" ? notice.note.code : notice?.kind;
}

async function expectRefused(code: string): Promise<void> {
  await settle(life);
  expect(told()).toBe(code);
  expect((await newest(life))?.approvals).toEqual([]);
  expect(changes()).toBe(0);
}

test("somebody else's click on the newest plan approves it", async () => {
  await press(life, "UBOB", approve("begin"));
  await settle(life);
  expect(told()).toBe("said.approved");
  expect((await newest(life))?.approvals).toHaveLength(1);
  expect(changes()).toBeGreaterThan(0);
});

describe("who may not approve", () => {
  test("the person who asked for it", async () => {
    await press(life, "UALICE", approve("begin"));
    await expectRefused("approval.own-request");
  });

  test("the second account of the person who asked for it", async () => {
    life.world.addPerson("alias", { person: { id: "alice", user: "UALIAS", name: "alice too" } });
    await press(life, "UALIAS", approve("begin"));
    await expectRefused("approval.own-request");
  });

  test("somebody who is not in the list of approvers (any more)", async () => {
    life.world.addPerson("bob", { approver: false });
    await press(life, "UBOB", approve("begin"));
    await expectRefused("approval.not-an-approver");
  });

  test("somebody of another workspace", async () => {
    life.world.addPerson("mallory", { team: "T0ELSEWHERE" });
    await press(life, "UMALLORY", approve("begin"));
    await expectRefused("approval.other-workspace");
  });

  test.each(["guest", "external", "bot", "deactivated"] as const)("a %s account", async (standing) => {
    life.world.addPerson("mallory", { standing });
    await press(life, "UMALLORY", approve("begin"));
    await expectRefused("approval.not-a-member");
  });

  test("somebody of whom Slack says nothing", async () => {
    await press(life, "UNOBODY", approve("begin"));
    await expectRefused("approval.cannot-check");
  });
});

describe("what does not approve", () => {
  test("a button with an invented plan hash", async () => {
    await press(life, "UBOB", approve("begin"), { planHash: "0".repeat(64) });
    await expectRefused("approval.stale-plan");
  });

  test("a button of the plan before the database was changed", async () => {
    const stale = (await newest(life))?.planHash ?? "";
    openTheWindow();
    await press(life, "UBOB", approve("begin"), { planHash: stale });
    await expectRefused("plan.changed");
    await press(life, "UBOB", approve("begin"), { planHash: stale });
    await expectRefused("approval.stale-plan");
    expect((await newest(life))?.planHash).not.toBe(stale);
  });

  test.each(["cutover", "open-gate", "discard-writes", "protect-source", "nowhere"])(
    "a button whose gate was edited to %s",
    async (gate) => {
      await press(life, "UBOB", { ...approve("cutover"), gate });
      await expectRefused("approval.not-waiting");
    },
  );

  test("a button of another migration, database or channel", async () => {
    await press(life, "UBOB", approve("begin"), { migration: "m99999" });
    await expectRefused("approval.other-migration");
    await press(life, "UBOB", approve("begin"), { database: database.replace("orders", "users") });
    await expectRefused("approval.other-migration");
    await press(life, "UBOB", approve("begin"), { channel: "C0ELSEWHERE" });
    await expectRefused("approval.other-migration");
  });

  test("a signature under discarded writes where nothing was opened", async () => {
    await press(life, "UBOB", { does: "discard" });
    await expectRefused("approval.not-waiting");
  });

  test("the same click a second time, under its own or another trigger", async () => {
    await press(life, "UBOB", approve("begin"));
    const [first] = await life.world.store.pendingRequests();
    if (!first) throw new Error("nothing was asked for");
    await settle(life);
    const approvals = (await newest(life))?.approvals;
    expect(await life.world.store.putRequest(first)).toBe(false);
    await life.world.store.putRequest({ ...first, id: "another-trigger" });
    await settle(life);
    expect(told()).toBe("approval.not-waiting");
    expect((await newest(life))?.approvals).toEqual(approvals);
  });

  test("a cutover without terms", async () => {
    await press(life, "UBOB", approve("begin"));
    await settle(life);
    await press(life, "UBOB", { does: "approve", gate: "cutover", terms: null });
    await settle(life);
    expect(told()).toBe("terms.missing");
    expect(fences()).toBe(0);
  });
});

test("an approval that expired before its first step began is asked for again, and nothing is interrupted", async () => {
  await press(life, "UBOB", approve("begin"));
  await settle(life);
  await press(life, "UBOB", approve("cutover"));
  const { deps, hasStopped } = stoppingWhen(
    life.world.deps,
    ({ steps }) => typeof steps.cutover?.doneAt === "number",
  );
  await settle(life, { deps }).catch(() => {});
  expect(hasStopped()).toBe(true);
  await life.world.deps.clock.sleep(2 * 3_600_000);
  const waiting = await settle(life);
  expect(waiting?.journal.map(({ what }) => what.code)).toContain("event.approval-expired");
  expect(fences()).toBe(0);
  await press(life, "UBOB", approve("cutover"));
  expect((await settle(life))?.status).toBe("finished");
});

test("approvals are void when the database is changed between the click and the fence", async () => {
  await press(life, "UBOB", approve("begin"));
  await settle(life);
  openTheWindow();
  await press(life, "UBOB", approve("cutover"));
  const waiting = await settle(life);
  expect(told()).toBe("plan.changed");
  expect(fences()).toBe(0);
  expect(waiting?.steps.begin?.doneAt ?? null).toBeNull();
});

test("a rollback needs no new approval where the plan has changed since", async () => {
  await press(life, "UBOB", approve("begin"));
  await settle(life);
  openTheWindow();
  await press(life, "UBOB", approve("cutover"));
  await settle(life);
  await ask(life, "UALICE", "rollback");
  expect((await settle(life))?.status).toBe("rolled-back");
});

test("a database that was changed after the fence was meant, and before it was tried, is not fenced", async () => {
  await press(life, "UBOB", approve("begin"));
  await settle(life);
  await press(life, "UBOB", approve("cutover"));
  const { deps, hasStopped } = stoppingWhen(
    life.world.deps,
    ({ downtimeBegan }) => typeof downtimeBegan === "number",
  );
  await settle(life, { deps }).catch(() => {});
  expect(hasStopped()).toBe(true);
  openTheWindow();
  expect((await settle(life))?.problem?.code).toBe("plan.changed-late");
  expect(fences()).toBe(0);
  await ask(life, "UALICE", "rollback");
  expect((await settle(life))?.status).toBe("rolled-back");
});

function fences(): number {
  return life.world.account.ledger.filter(({ operation, input }) => {
    const { VpcSecurityGroupIds: groups = [] } = input as { VpcSecurityGroupIds?: string[] };
    return operation === "ModifyDBCluster" && groups.includes(fenceGroup);
  }).length;
}

/** Somebody changes a setting that the approval covers. */
function openTheWindow(): void {
  life.world.account.alter((turn) => {
    const source = turn.state.clusters[life.source.resourceId];
    if (!source) throw new Error("the source is gone");
    const settings = { ...source.settings, PreferredBackupWindow: "04:00-04:30" };
    put(turn, "clusters", { ...source, settings });
  });
}
