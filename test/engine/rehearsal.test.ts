import { describe, expect, test } from "vitest";
import type { Cloud } from "../../src/core/cloud.ts";
import { isRehearsal } from "../../src/core/rehearsal.ts";
import { viewOf } from "../../src/engine/announce.ts";
import type { Deps } from "../../src/engine/deps.ts";
import { lingerFor, poll } from "../../src/engine/poll.ts";
import type { Cluster } from "../../src/sim/aws/state.ts";
import { put } from "../../src/sim/aws/turn.ts";
import { FastWorld } from "../../src/sim/fast-world.ts";
import { statusMessage } from "../../src/slack/blocks/root.ts";
import { findStrategy, strategies } from "../../src/strategies/index.ts";
import {
  askToRehearse,
  openTheWindow,
  planned,
  pointsOfRehearsal,
  rehearsalAt,
  rehearseAll,
} from "../strategies/rehearse.ts";
import {
  aLife,
  approve,
  ask,
  database,
  type Life,
  lastNotice,
  lifeIn,
  moveAll,
  name,
  newest,
  press,
  settle,
} from "./life.ts";

function told(life: Life): readonly string[] {
  const notice = lastNotice(life);
  return notice?.kind === "problems" ? notice.problems.map(({ code }) => code) : [notice?.kind ?? "nothing"];
}

describe("a cluster under a key that AWS owns", () => {
  function aLifeUnderAwsKey(): Life {
    const world = new FastWorld({ hurry: 60_000 });
    return lifeIn(world, world.addCluster({ id: name, storageKey: { type: "sse-rds" } }));
  }

  test("is not moved before a rehearsal has held, and then it is", async () => {
    const life = aLifeUnderAwsKey();
    await ask(life, "UALICE", "start");
    await settle(life);
    expect(told(life)).toEqual(["target.aws-owned-key"]);

    expect((await rehearseAll(life))?.status).toBe("finished");
    expect((await planned(life)).strategy.id).toBe("aurora-snapshot");
    expect(await moveAll(life)).toMatchObject({ status: "finished", strategy: { id: "aurora-snapshot" } });
  });

  test("is not moved on the word of a rehearsal that was called off before its last proof", async () => {
    const life = aLifeUnderAwsKey();
    await askToRehearse(life);
    await settle(life);
    await press(life, "UBOB", approve("begin"));
    await settle(life, { enough: (migration) => typeof migration?.steps.restore?.doneAt === "number" });
    await ask(life, "UALICE", "rollback");
    expect((await settle(life))?.status).toBe("rolled-back");
    await ask(life, "UALICE", "start");
    await settle(life);
    expect(told(life)).toEqual(["target.aws-owned-key"]);
  });

  test("is not moved under another key than was rehearsed", async () => {
    const life = aLifeUnderAwsKey();
    await rehearseAll(life);
    const pasts = await life.world.store.lastPasts(database);
    const other = pasts.map((past) => ({ ...past, pinned: { ...past.pinned, keyArn: "arn:of:another" } }));
    const store = { ...life.world.deps.store, lastPasts: async () => other };
    await ask(life, "UALICE", "start");
    await settle(life, { deps: { ...life.world.deps, store } });
    expect(told(life)).toEqual(["target.aws-owned-key"]);
  });
});

describe("while a database is rehearsed", () => {
  test("nothing else of it can be started, and the other way round", async () => {
    const life = aLife();
    await askToRehearse(life);
    await settle(life);
    await ask(life, "UBOB", "start");
    await settle(life);
    expect(told(life)).toEqual(["target.open-migration"]);
    await askToRehearse(life);
    await settle(life);
    expect(told(life)).toEqual(["target.open-migration"]);
  });

  test("one run stays with it and looks every few seconds, as in a downtime, or the figures would be coarse", async () => {
    const life = await rehearsalAt({ step: "restore", when: "under way" }, "aurora-point-in-time");
    const deps = life.world.executor();
    let looks = 0;
    const findCluster = (cloud: Cloud): Cloud => ({
      ...cloud,
      findCluster: (of) => {
        looks += 1;
        return cloud.findCluster(of);
      },
    });
    const before = deps.clock.now();
    await poll({ ...deps, cloudFor: (target, mandate) => findCluster(deps.cloudFor(target, mandate)) });
    expect(deps.clock.now() - before).toBeGreaterThan(lingerFor - 25_000);
    expect(looks).toBeGreaterThan(2);
  });

  test("every message says that it is a rehearsal, and none speaks of a downtime", async () => {
    const strategy = strategies.find(({ id }) => id === "aurora-point-in-time");
    if (!strategy) throw new Error("there is no such strategy");
    for (const point of (await pointsOfRehearsal(strategy)).filter((_, index) => index % 4 === 0)) {
      const life = await rehearsalAt(point, strategy.id);
      const migration = await newest(life);
      const view = migration && (await viewOf(life.world.deps, migration));
      if (!view) throw new Error("nothing is under way");
      expect(isRehearsal(view.migration)).toBe(true);
      const message = statusMessage(view, "the approvers");
      expect(message.text).toMatch(/^Rehearsal of orders-prod: /);
      expect(JSON.stringify(message.blocks)).not.toMatch(
        /Expected downtime|Longest downtime|the downtime begins/,
      );
    }
  });

  test("a change of the database before the marker voids the approval, and one after it does not", async () => {
    const early = await rehearsalAt({ step: "safety-snapshot", when: "done" }, "aurora-point-in-time");
    openTheWindow(early);
    const asked = await settle(early, { deps: early.world.executor() });
    expect(asked?.journal.map(({ what }) => what.code)).toContain("event.plan-changed");

    const late = await rehearsalAt({ step: "mark-running", when: "done" }, "aurora-point-in-time");
    openTheWindow(late);
    await settle(late, { deps: late.world.executor() });
    await press(late, "UBOB", approve("take-down"));
    expect((await settle(late, { deps: late.world.executor() }))?.status).toBe("finished");
  });
});

describe("what a rehearsal does not let pass", () => {
  test("a subscription, which would take what is meant for the source before anybody reached the copy", async () => {
    const plan = await planned(aLife());
    const strategy = findStrategy("aurora-point-in-time-rehearsal");
    const writer = { database: "orders", id: "from_shop", name: "from_shop", on: true, silenced: false };
    const foundWith = (kind: "subscription" | "pg_cron") => {
      const pinned = { ...plan.pinned, writers: [{ ...writer, kind, silenceable: true }] };
      const survey = { pinned, observed: {}, keyArn: plan.keyArn, remarks: [] };
      return strategy?.preconditions
        .filter(({ claim }) => claim.code.endsWith("-wakes"))
        .flatMap((condition) => {
          const found = condition.check(survey, {} as never);
          return found ? [[found.code, condition.weighs?.({} as never) ?? "blocks"]] : [];
        });
    };
    expect(foundWith("subscription")).toEqual([["rehearsal.subscription-wakes", "blocks"]]);
    expect(foundWith("pg_cron")).toEqual([["rehearsal.job-wakes", "warns"]]);
  });

  test("a copy that has no marker", async () => {
    const life = await rehearsalAt({ step: "introduce-replacement", when: "done" }, "aurora-point-in-time");
    const copy = copyOf(life);
    commit(life, copy, { kind: "forget" });
    expect((await settle(life, { deps: life.world.executor() }))?.problem?.code).toBe("proof.marker-missing");
  });

  test("a copy that defines neither what the source did at the marker nor what it does now", async () => {
    const life = await rehearsalAt({ step: "introduce-replacement", when: "done" }, "aurora-point-in-time");
    const stuck = await settle(life, { deps: defining(life, { source: "as then", copy: "something else" }) });
    expect(stuck?.problem).toMatchObject({
      code: "rehearsal.definitions-differ",
      params: { differences: "relations in orders" },
    });
  });

  test("but definitions that were changed on the source since are no fault of the copy", async () => {
    const life = await rehearsalAt({ step: "introduce-replacement", when: "done" }, "aurora-point-in-time");
    const deps = defining(life, { source: "changed since" });
    expect(await settle(life, { deps })).toMatchObject({ status: "open", problem: null });
    expect((await newest(life))?.steps["verify-copy"]?.doneAt).not.toBeNull();
  });

  test("a copy that is under another key", async () => {
    const life = await rehearsalAt({ step: "introduce-replacement", when: "done" }, "aurora-point-in-time");
    const copy = copyOf(life);
    life.world.account.alter((turn) =>
      put(turn, "clusters", { ...copy, storageKey: (life.source as Cluster).storageKey }),
    );
    expect((await settle(life, { deps: life.world.executor() }))?.problem?.code).toBe("verify.wrong-key");
  });

  test("a copy that somebody has opened is not deleted before they give it up", async () => {
    const life = await rehearsalAt({ step: "verify-restorable", when: "done" }, "aurora-point-in-time");
    const copy = copyOf(life);
    const groups = (life.source as Cluster).settings.VpcSecurityGroups;
    const open = (VpcSecurityGroups: typeof groups) =>
      life.world.account.alter((turn) =>
        put(turn, "clusters", { ...copyOf(life), settings: { ...copy.settings, VpcSecurityGroups } }),
      );
    open(groups);
    const deps = life.world.executor();
    await settle(life, { deps });
    await press(life, "UBOB", approve("take-down"));
    expect((await settle(life, { deps }))?.problem?.code).toBe("rehearsal.copy-opened");
    expect(copyOf(life).status).toBe("available");

    open(copy.settings.VpcSecurityGroups);
    await ask(life, "UBOB", "retry");
    expect((await settle(life, { deps }))?.status).toBe("finished");
  });

  test("a job that writes by itself is turned off in the copy and goes on in the source", async () => {
    const life = await rehearsalAt({ step: "verify-restorable", when: "done" }, "aurora-point-in-time");
    const { servers } = life.world;
    expect([...servers.volume(copyOf(life).resourceId).writers.values()]).toEqual(["silenced"]);
    expect([...servers.volume(life.source.resourceId).writers.values()]).toEqual(["on"]);
    const migration = await newest(life);
    expect(migration?.findings.map(({ code, severity }) => [code, severity])).toContainEqual([
      "rehearsal.job-wakes",
      "warns",
    ]);
  });
});

/** An executor that finds these definitions; without any, those that are there. */
function defining({ world }: Life, given: { readonly source?: string; readonly copy?: string }): Deps {
  const deps = world.executor();
  const catalogue: Deps["database"]["catalogue"] = async (at) => {
    const { databases } = await deps.database.catalogue(at);
    const relations = at.host.includes("-try-") ? given.copy : given.source;
    return {
      databases: databases.map((one) =>
        relations === undefined ? one : { ...one, definitions: { relations } },
      ),
    };
  };
  return { ...deps, database: { ...deps.database, catalogue } };
}

function copyOf({ world, source }: Life): Cluster {
  const found = Object.values(world.account.state.clusters).find(
    ({ resourceId }) => resourceId !== source.resourceId,
  );
  if (!found) throw new Error("there is no copy");
  return found;
}

function commit({ world }: Life, { resourceId }: Cluster, what: { readonly kind: "forget" }): void {
  const writer = world.servers.instances().find(({ volume, writer }) => volume === resourceId && writer);
  world.servers.commit(writer?.id ?? "", what);
}
