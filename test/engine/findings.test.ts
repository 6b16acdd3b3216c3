import { beforeEach, describe, expect, test } from "vitest";
import type { Finding } from "../../src/core/finding.ts";
import { planFor } from "../../src/engine/survey.ts";
import { put } from "../../src/sim/aws/turn.ts";
import { fenceGroup } from "../../src/sim/fast-world.ts";
import { aLife, approve, ask, database, type Life, lastNotice, name, newest, press, settle } from "./life.ts";
import { stoppingWhen } from "./stopping.ts";

const minute = 60_000;
let life: Life;

beforeEach(() => {
  life = aLife({ hurry: minute });
});

async function started(): Promise<void> {
  await ask(life, "UALICE", "start");
  await settle(life);
}

async function prepared(): Promise<void> {
  await started();
  await press(life, "UBOB", approve("begin"));
  await settle(life);
}

const weights = (found: readonly Finding[] = []) => found.map(({ severity, code }) => `${severity} ${code}`);

const told = () => {
  const notice = lastNotice(life);
  if (notice?.kind === "problems") return notice.problems.map(({ code }) => code);
  return notice?.kind === "said" ? [notice.note.code] : [];
};

const warnings = async () =>
  (await newest(life))?.journal.filter(({ what }) => what.code === "event.warning") ?? [];

const fences = () =>
  life.world.account.ledger.filter(({ input }) =>
    ((input as { VpcSecurityGroupIds?: string[] }).VpcSecurityGroupIds ?? []).includes(fenceGroup),
  ).length;

/** `HH:MM-HH:MM`, from so many minutes ahead of now on. */
function windowIn(ahead: number): string {
  const at = (when: number) => new Date(life.world.clock.now() + when).toISOString().slice(11, 16);
  return `${at(ahead * minute)}-${at((ahead + 30) * minute)}`;
}

/** As it has been for months, so that no plan differs by it. */
function setBackupWindow(window: string): void {
  life.world.account.alter((turn) => {
    const source = turn.state.clusters[life.source.resourceId];
    if (!source) throw new Error("the source is gone");
    put(turn, "clusters", { ...source, settings: { ...source.settings, PreferredBackupWindow: window } });
  });
}

describe("a warning", () => {
  test("comes with the plan, which can be approved, and does not change its hash", async () => {
    const asked = { name, key: null, strategy: null, migration: "m00001" };
    setBackupWindow(windowIn(130));
    const before = await planFor(life.world.deps, asked);
    await life.world.deps.clock.sleep(20 * minute);

    const after = await planFor(life.world.deps, asked);

    if (!("plan" in before) || !("plan" in after)) throw new Error("there is no plan");
    expect(weights(before.plan.findings)).toEqual([]);
    expect(weights(after.plan.findings)).toEqual(["warns window.near"]);
    expect(after.plan.hash).toBe(before.plan.hash);
  });

  test("is not claimed to be checked and held", async () => {
    setBackupWindow(windowIn(60));
    await started();
    const plan = await life.world.store.findPlan(database, (await newest(life))?.planHash ?? "");
    const claims = plan?.checks.map(({ code }) => code);
    expect(claims).not.toContain("check.windows");
    expect(claims).toContain("check.version");
  });

  test("that has come up since is told first, and a second click takes it with it", async () => {
    setBackupWindow(windowIn(130));
    await started();
    await life.world.deps.clock.sleep(20 * minute);

    await press(life, "UBOB", approve("begin"));
    await settle(life);

    expect(told()).toEqual(["plan.new-warnings", "window.near"]);
    expect((await newest(life))?.approvals).toEqual([]);
    expect(await warnings()).toHaveLength(1);
    expect(weights((await newest(life))?.findings)).toEqual(["warns window.near"]);

    await press(life, "UBOB", approve("begin"));
    await settle(life);

    expect((await newest(life))?.approvals).toHaveLength(1);
    expect(await warnings()).toHaveLength(1);
  });

  test("that was read with the plan is not in the way of its approval", async () => {
    setBackupWindow(windowIn(60));
    await started();
    await press(life, "UBOB", approve("begin"));
    await settle(life);
    expect((await newest(life))?.approvals).toHaveLength(1);
    expect(await warnings()).toEqual([]);
  });

  test("that comes up while it is prepared is told in the thread, and the approval holds", async () => {
    setBackupWindow(windowIn(125));
    await started();
    await press(life, "UBOB", approve("begin"));
    const { deps } = stoppingWhen(life.world.deps, ({ steps }) => typeof steps.begin?.doneAt === "number");
    await settle(life, { deps }).catch(() => {});
    await life.world.deps.clock.sleep(10 * minute);

    const after = await settle(life);

    expect(after?.steps.cutover?.waitingFor?.code).toBe("wait.approval");
    expect(await warnings()).toHaveLength(1);
    expect(after?.approvals).toHaveLength(1);
  });
});

test("a note that has come up since is no reason to ask twice", async () => {
  await started();
  life.world.account.faults = ({ operation }) =>
    operation === "GetKeyPolicy" ? { code: "AccessDeniedException", status: 400 } : undefined;
  await press(life, "UBOB", approve("begin"));
  const after = await settle(life);
  expect(weights(after?.findings)).toEqual(["notes key.unread"]);
  expect(after?.approvals).toHaveLength(1);
  expect(await warnings()).toEqual([]);
});

describe("a window that opens within two hours", () => {
  test("keeps the cutover from being approved, until it is over", async () => {
    setBackupWindow(windowIn(150));
    await prepared();
    await life.world.deps.clock.sleep(60 * minute);
    await press(life, "UBOB", approve("cutover"));
    await settle(life);
    expect(told()).toEqual(["window.near"]);
    expect(fences()).toBe(0);

    await life.world.deps.clock.sleep(100 * minute);
    await press(life, "UBOB", approve("cutover"));
    await settle(life);
    expect(told()).toEqual(["window.open"]);

    await life.world.deps.clock.sleep(30 * minute);
    await press(life, "UBOB", approve("cutover"));
    expect((await settle(life))?.status).toBe("finished");
  });
});
