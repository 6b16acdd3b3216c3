import { describe, expect, test } from "vitest";
import type { Migration } from "../../src/core/migration.ts";
import { addKey, addParameterGroup } from "../../src/sim/aws/seeds/furniture.ts";
import type { ClusterSettings, InstanceSettings } from "../../src/sim/aws/state.ts";
import { put, type Turn } from "../../src/sim/aws/turn.ts";
import { fenceGroup } from "../../src/sim/fast-world.ts";
import { giveRoles } from "../../src/sim/roles.ts";
import { aLife, approve, ask, type Life, lastNotice, newest, press, serving, settle } from "./life.ts";
import { stoppingWhen } from "./stopping.ts";

const ways = ["aurora-point-in-time", "aurora-snapshot", "rds-snapshot-copy"] as const;

/** What somebody changes about a database, and how the thread says it. */
const changes: Readonly<Record<string, { readonly make: (life: Life) => void; readonly said: RegExp }>> = {
  "another engine version": {
    make: (life) => alter(life, isCluster(life) ? { EngineVersion: "16.6" } : olderInstance),
    said: /the engine version changed from \d+\.\d+ to 16\.[68]/,
  },
  "another parameter group": {
    make: (life) => {
      life.world.account.alter((turn) => addParameterGroup(turn, { name: "tuned", family: familyOf(life) }));
      alter(
        life,
        isCluster(life)
          ? { DBClusterParameterGroup: "tuned" }
          : { DBParameterGroups: [{ DBParameterGroupName: "tuned", ParameterApplyStatus: "in-sync" }] },
      );
    },
    said: /the parameter group changed from [\w.-]+ to tuned/,
  },
  "an alias that leads to another key": {
    make: ({ world: { account, key } }) => {
      const other = account.alter((turn) => addKey(turn, { alias: "alias/databases" }));
      giveRoles(account, [key.arn, other.arn]);
    },
    said: /the new key changed from arn:aws:kms:\S+ to arn:aws:kms:/,
  },
};

describe.each(ways)("%s", (of) => {
  describe.each(Object.entries(changes))("%s", (_, { make, said }) => {
    test("at a click does not count the click, voids every approval, and is told in the thread", async () => {
      const life = await preparedLife(of);
      const planned = await newest(life);
      make(life);

      await press(life, "UBOB", approve("cutover"));
      const after = await settle(life);

      expect(told(life)).toBe("plan.changed");
      expectVoided(life, planned, after, said);
    });

    test("between the approval and the fence keeps the fence from going up, and is told in the thread", async () => {
      const life = await preparedLife(of);
      const planned = await newest(life);
      await approveCutover(life);
      make(life);

      const after = await settle(life);

      expectVoided(life, planned, after, said);
    });

    test("leads to a plan that can be approved and carried out", async () => {
      const life = await preparedLife(of);
      make(life);
      await press(life, "UBOB", approve("cutover"));
      await settle(life);

      for (const gate of ["begin", "cutover"]) {
        await press(life, "UBOB", approve(gate));
        await settle(life);
      }

      expect(await newest(life)).toMatchObject({ status: "finished", problem: null });
    });
  });

  describe("another database of the same name", () => {
    test("before anything was made is planned anew", async () => {
      const life = aLife({ of, hurry: 60_000 });
      await ask(life, "UALICE", "start");
      const planned = await settle(life);
      replace(life);

      await press(life, "UBOB", approve("begin"));
      const after = await settle(life);

      expect(told(life)).toBe("plan.changed");
      expectVoided(life, planned, after, /orders-prod is another database now \(\S+; it was \S+\)/);
    });

    test.each(["at a click", "between the approval and the fence"])(
      "%s stops the migration",
      async (when) => {
        const life = await preparedLife(of);
        if (when === "at a click") await press(life, "UBOB", approve("cutover"));
        else await approveCutover(life);
        replace(life);

        const after = await settle(life);

        expect(after).toMatchObject({
          status: "stuck",
          problem: { code: "source.replaced" },
          downtimeBegan: null,
        });
        expect(thread(after)).toMatch(/orders-prod is another database now/);
        expect(fences(life)).toBe(0);
        await ask(life, "UBOB", "close");
        expect((await settle(life))?.status).toBe("closed");
      },
    );
  });

  describe("harmless change", () => {
    const harmless: Readonly<Record<string, (life: Life) => void>> = {
      "a failover of the writer": failOver,
      "a quota that was raised and is used more": ({ world }) =>
        world.account.alter((turn) => {
          const quotas = { ...turn.state.quotas, DBInstances: 60, ManualClusterSnapshots: 90 };
          turn.state = { ...turn.state, quotas };
        }),
    };

    test.each(Object.entries(harmless))("%s does not void the approval", async (_, make) => {
      const life = await preparedLife(of);
      const planned = await newest(life);
      make(life);

      await press(life, "UBOB", approve("cutover"));
      const after = await settle(life);

      expect(told(life)).toMatch(/^said\./);
      expect(after).toMatchObject({ status: "finished", planHash: planned?.planHash });
    });

    test("a backup that is going on puts the click off and voids nothing", async () => {
      const life = await preparedLife(of);
      const planned = await newest(life);
      setStatus(life, "backing-up");
      await press(life, "UBOB", approve("cutover"));
      await settle(life);
      expect(told(life)).toBe("target.not-available");
      expect(await newest(life)).toMatchObject({
        planHash: planned?.planHash,
        approvals: planned?.approvals,
      });
      setStatus(life, "available");

      await press(life, "UBOB", approve("cutover"));

      expect(await settle(life)).toMatchObject({ status: "finished", planHash: planned?.planHash });
    });
  });
});

/** Everything is prepared, and the cutover waits for its approval. */
async function preparedLife(of: string): Promise<Life> {
  const life = aLife({ of, hurry: 60_000 });
  await ask(life, "UALICE", "start");
  await settle(life);
  await press(life, "UBOB", approve("begin"));
  const prepared = await settle(life);
  expect(prepared?.steps.cutover?.waitingFor?.code).toBe("wait.approval");
  return life;
}

/** The process ends with the save by which the gate is passed: nothing has been fenced. */
async function approveCutover(life: Life): Promise<void> {
  await press(life, "UBOB", approve("cutover"));
  const { deps, hasStopped } = stoppingWhen(
    life.world.deps,
    ({ steps }) => typeof steps.cutover?.doneAt === "number",
  );
  await settle(life, { deps }).catch(() => {});
  expect(hasStopped()).toBe(true);
}

function expectVoided(
  life: Life,
  planned: Migration | undefined,
  after: Migration | undefined,
  said: RegExp,
): void {
  expect(after).toMatchObject({ status: "open", downtimeBegan: null });
  expect(after?.planHash).not.toBe(planned?.planHash);
  expect(after?.approvals.filter(({ planHash }) => planHash === after.planHash)).toEqual([]);
  expect(after?.steps.begin?.waitingFor?.code).toBe("wait.approval");
  expect(thread(after)).toMatch(said);
  expect(fences(life)).toBe(0);
}

function told(life: Life): string | undefined {
  const notice = lastNotice(life);
  if (notice?.kind === "problems") return notice.problems[0]?.code;
  return notice?.kind === "said" ? notice.note.code : notice?.kind;
}

/** What the journal tells, and so the thread. */
function thread(migration: Migration | undefined): string {
  return (migration?.journal ?? []).map(({ what }) => Object.values(what.params).join(" ")).join("\n");
}

function fences({ world }: Life): number {
  return world.account.ledger.filter(({ operation, input }) => {
    const { VpcSecurityGroupIds: groups = [] } = input as { VpcSecurityGroupIds?: string[] };
    return operation.startsWith("ModifyDB") && groups.includes(fenceGroup);
  }).length;
}

/** With groups that fit. */
const olderInstance = {
  EngineVersion: "16.8",
  DBParameterGroups: [{ DBParameterGroupName: "default.postgres16", ParameterApplyStatus: "in-sync" }],
  OptionGroupMemberships: [{ OptionGroupName: "default:postgres-16", Status: "in-sync" }],
};

const isCluster = ({ world, source }: Life) => source.resourceId in world.account.state.clusters;

const familyOf = (life: Life) => (isCluster(life) ? "aurora-postgresql16" : "postgres17");

/** Somebody changes the source, at once and behind everybody's back. */
function alter(life: Life, settings: Partial<ClusterSettings & InstanceSettings>): void {
  life.world.account.alter((turn) => {
    const { clusters, instances } = turn.state;
    const cluster = clusters[life.source.resourceId];
    if (cluster) put(turn, "clusters", { ...cluster, settings: { ...cluster.settings, ...settings } });
    const instance = instances[life.source.resourceId];
    if (instance) put(turn, "instances", { ...instance, settings: { ...instance.settings, ...settings } });
    const { EngineVersion } = settings;
    if (EngineVersion !== undefined) upgradeMembers(turn, life.source.resourceId, EngineVersion);
  });
}

function upgradeMembers(turn: Turn, cluster: string, EngineVersion: string): void {
  for (const member of Object.values(turn.state.instances).filter((one) => one.cluster === cluster)) {
    put(turn, "instances", { ...member, settings: { ...member.settings, EngineVersion } });
  }
}

function setStatus(life: Life, status: string): void {
  life.world.account.alter((turn) => {
    const cluster = turn.state.clusters[life.source.resourceId];
    if (cluster) put(turn, "clusters", { ...cluster, status });
    const instance = turn.state.instances[life.source.resourceId];
    if (instance) put(turn, "instances", { ...instance, status });
  });
}

/** The other member writes from now on. A Multi-AZ instance moves to its other zone. */
function failOver(life: Life): void {
  const { account, servers } = life.world;
  if (!isCluster(life)) {
    alter(life, { AvailabilityZone: `${account.state.region}b` });
    return;
  }
  account.alter((turn) => {
    for (const member of Object.values(turn.state.instances)) {
      if (member.cluster !== life.source.resourceId) continue;
      put(turn, "instances", { ...member, writer: !member.writer });
    }
  });
  for (const { resourceId, writer } of Object.values(account.state.instances)) {
    void servers.stopInstance(resourceId);
    void servers.startInstance({ id: resourceId, volume: life.source.resourceId, writer });
  }
}

/** The source is renamed by somebody, and another database gets its name. */
function replace(life: Life): void {
  const { world } = life;
  const { id, storageKey } = serving(life);
  world.account.alter((turn) => {
    for (const kind of ["clusters", "instances"] as const) {
      for (const found of Object.values(turn.state[kind])) {
        if (found.id.startsWith(id))
          put(turn, kind, { ...found, id: found.id.replace(id, `${id}-kept`) } as never);
      }
    }
  });
  if (isCluster(life)) world.addCluster({ id, storageKey });
  else world.addInstance({ id, storageKey });
}
