import { describe, expect, test } from "vitest";
import type { Cluster, Instance } from "../../src/sim/aws/state.ts";
import { strategies } from "../../src/strategies/index.ts";
import { type Life, moveAll, serving } from "../engine/life.ts";
import { aPeculiarLife } from "./peculiar.ts";

/** What says which database is meant, or when and how: without it the call is another one, or AWS refuses it. */
const identity = new Set([
  "ApplyImmediately",
  "DBClusterIdentifier",
  "DBInstanceIdentifier",
  "DBSnapshotIdentifier",
  "SnapshotIdentifier",
  "SourceDbClusterResourceId",
  "RestoreType",
  "RestoreToTime",
  "Engine",
  "EngineMode",
  "DBInstanceClass",
  // Tags are asked for by the policies: without them AWS refuses the call.
  "Tags",
]);

/** Every setting that a whole migration gives to a call that makes or completes the replacement. */
async function settingsGiven(of: string): Promise<string[]> {
  const life = aPeculiarLife(of);
  const source = [life.source.resourceId, ...membersOf(life)];
  expect((await moveAll(life))?.status).toBe("finished");
  const given = life.world.account.ledger.flatMap(({ mutates, outcome, operation, input, touched }) =>
    mutates && outcome === "ok" && !touched.some(({ resourceId }) => source.includes(resourceId))
      ? Object.entries(input).flatMap(([member, value]) =>
          value === undefined || identity.has(member) ? [] : [`${operation}.${member}`],
        )
      : [],
  );
  return [...new Set(given)].filter((name) => /^(Restore|CreateDBInstance|Modify)/.test(name));
}

function membersOf({ world, source }: Life): string[] {
  const { instances } = world.account.state;
  return Object.values(instances).flatMap(({ cluster, resourceId }) =>
    cluster === source.resourceId ? [resourceId] : [],
  );
}

/** Every setting of what serves under the name, and of its instances, as the account has it. */
function settingsServing(life: Life) {
  const database = serving(life);
  const members = Object.values(life.world.account.state.instances)
    .filter(({ cluster }) => cluster === database.resourceId)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    // Its groups are the cluster's.
    .map(({ settings: { VpcSecurityGroups: _, ...settings } }) => plainly(settings));
  // Nobody can read the password of the source's master, so that a new instance has one of its own on purpose.
  const { MasterUserSecret: _, ...own } = database.settings;
  return [plainly(life.by === null ? database.settings : own), ...members];
}

/** Without the tags of this migration, and without what AWS computes. */
function plainly(settings: Partial<Cluster["settings"] | Instance["settings"]>) {
  const isCluster = "DatabaseName" in settings;
  const chosenByAws = isCluster ? ["CloneGroupId", "MultiAZ"] : settings.MultiAZ ? ["AvailabilityZone"] : [];
  const computed = ["TagList", ...chosenByAws];
  const own = Object.entries(settings).filter(([member]) => !computed.includes(member));
  const tags = (settings.TagList ?? []).filter(({ Key = "" }) => !/:(migration|role)$/.test(Key));
  return { ...Object.fromEntries(own), tags };
}

for (const { id: of } of strategies) {
  describe(of, async () => {
    const given = await settingsGiven(of);

    test("a database in which nothing is at its default keeps every setting", async () => {
      const life = aPeculiarLife(of);
      const before = settingsServing(life);
      await moveAll(life);
      expect(serving(life).resourceId).not.toBe(life.source.resourceId);
      expect(settingsServing(life)).toEqual(before);
    });

    test("where AWS takes one of them and drops it, nobody is let in, unless AWS does the same by itself", async () => {
      const caught: string[] = [];
      for (const setting of given) {
        const life = aPeculiarLife(of);
        const before = settingsServing(life);
        life.world.account.dropped.add(setting);
        const migration = await moveAll(life);
        if (migration?.status === "finished") {
          expect(settingsServing(life), setting).toEqual(before);
          continue;
        }
        expect(migration?.problem?.code, setting).toMatch(
          /^(verify|replacement|endpoint|member|step|target)\./,
        );
        expect(migration?.steps.open, setting).toBeUndefined();
        caught.push(setting);
      }
      expect(caught.length).toBeGreaterThan(15);
    });
  });
}
