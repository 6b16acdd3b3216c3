import { describe, expect, test } from "vitest";
import { DatabaseFault } from "../../src/core/database.ts";
import { isUnbroken } from "../../src/core/journal.ts";
import { days, hours, minutes } from "../../src/core/time.ts";
import { poll } from "../../src/engine/poll.ts";
import type { InjectedFault } from "../../src/sim/aws/account.ts";
import { addKey } from "../../src/sim/aws/seeds/furniture.ts";
import { FastWorld, fenceGroup } from "../../src/sim/fast-world.ts";
import { aMigration, aPlan, later } from "../contracts/migrations.ts";
import { executorAround } from "./executor.ts";
import { aLife, approve, database, endpointOf, lifeIn, name, press, say, settle } from "./life.ts";
import {
  byHand,
  change,
  concerns,
  deleteCluster,
  deleteMembers,
  fence,
  lastSaid,
  liftFence,
  type Moved,
  moved,
  pass,
  passUntil,
  retired,
  said,
  stored,
} from "./looking-after.ts";

/** Every strategy ends with a source that is kept. */
const ways = ["aurora-point-in-time", "aurora-snapshot", "rds-snapshot-copy", "rds-dump-restore"];

describe("the source of a finished migration", () => {
  test.each(ways)("by %s is looked at daily, and nothing is said until its retention is over", async (of) => {
    const it = await moved(aLife({ of }));
    await passUntil(it, days(14) - hours(1));
    expect(said(it)).toEqual([]);
    const { aftercare } = await stored(it);
    expect(aftercare).toMatchObject({ concerns: [], kept: { until: it.endedAt + days(14), reminders: 0 } });
    expect(it.life.world.clock.now() - (aftercare?.seen.kept ?? 0)).toBeLessThan(days(1));

    await passUntil(it, days(14) + hours(1));
    expect(said(it)).toEqual([[14, "event.retention-over"]]);
    expect(lastSaid(it)).toContain(`\`/encrypt-db decommission ${retired(it)}\``);
  });

  test("is asked about on exact days, with ever longer pauses, for as long as it is kept", async () => {
    const it = await moved();
    await passUntil(it, days(14 + 60));
    expect(said(it)).toEqual([
      [14, "event.retention-over"],
      [15, "event.retention-over-again"],
      [18, "event.retention-over-again"],
      [25, "event.retention-over-again"],
      [39, "event.retention-over-again"],
      [67, "event.retention-over-again"],
    ]);
    const whole = await it.life.world.store.journalAfter(await stored(it), 0);
    expect(isUnbroken(whole)).toBe(true);
  });

  test("costs nothing between its looks, and a look changes nothing", async () => {
    const it = await moved();
    const { ledger } = it.life.world.account;
    const before = ledger.length;
    await passUntil(it, hours(23));
    expect(ledger.length).toBe(before);
    await passUntil(it, hours(25));
    const calls = ledger.slice(before);
    expect(calls.length).toBeGreaterThan(3);
    expect(calls.filter(({ mutates }) => mutates)).toEqual([]);
  });

  test("whose fence somebody lifts is told of once, with how to mend it, and once when it is mended", async () => {
    const it = await moved();
    await liftFence(it);
    await passUntil(it, days(4) + hours(12));
    expect(said(it)).toEqual([[1, "event.concern"]]);
    expect(await concerns(it)).toEqual(["kept.unfenced"]);
    expect(lastSaid(it)).toContain(
      `--db-cluster-identifier ${retired(it)} --vpc-security-group-ids ${fenceGroup}`,
    );

    await fence(it);
    await passUntil(it, days(8));
    expect(said(it)).toEqual([
      [1, "event.concern"],
      [5, "event.concern-over"],
    ]);
    expect(await concerns(it)).toEqual([]);
  });

  test("that lost its protection, its tags or its name is told of", async () => {
    const it = await moved();
    const ResourceName = `arn:aws:rds:eu-west-1:123456789012:cluster:${retired(it)}`;
    await byHand(it, "RemoveTagsFromResource", { ResourceName, TagKeys: ["encrypt-db:role"] });
    await change(it, { DeletionProtection: false, NewDBClusterIdentifier: "orders-spare" });
    await passUntil(it, days(2));
    expect(await concerns(it)).toEqual(["kept.renamed", "kept.unprotected", "kept.untagged"]);
  });

  test("that somebody stopped is told of, and once AWS has started it again after seven days", async () => {
    const it = await moved();
    await byHand(it, "StopDBCluster", { DBClusterIdentifier: retired(it) });
    await passUntil(it, days(12));
    expect(said(it)).toEqual([
      [1, "event.concern"],
      [8, "event.kept-started"],
    ]);
    expect(await concerns(it)).toEqual([]);
  });

  test("that somebody is connected to, or wrote to, is told of; who only looks, until they are gone", async () => {
    const it = await moved();
    const { servers, account } = it.life.world;
    await liftFence(it);
    await pass(it.life, hours(1));
    const stranger = servers.connect(account, {
      host: endpointOf(account.state, retired(it)),
      user: "reports",
    });
    stranger.put("late", "row");
    await fence(it);
    await passUntil(it, days(2));
    expect(await concerns(it)).toEqual(["kept.sessions", "kept.written"]);
    expect(it.life.world.channel.thread(it.id).join()).toContain(
      "connected to orders-prod-old-m00001, the old",
    );

    stranger.close();
    await passUntil(it, days(3) + hours(1));
    expect(await concerns(it)).toEqual(["kept.written"]);
  });

  test("that somebody wrote to is not told to be untouched once its server forgets, or does not answer", async () => {
    const it = await moved();
    const { servers, account } = it.life.world;
    await liftFence(it);
    await pass(it.life, hours(1));
    const host = endpointOf(account.state, retired(it));
    const stranger = servers.connect(account, { host, user: "reports" });
    stranger.put("late", "row");
    await fence(it);
    await passUntil(it, days(2));
    const before = said(it);

    const silent = executorAround(it.life.world.executor(), async (what, call) => {
      if (what === "database.watchQuiet") throw new DatabaseFault("tcp", "ETIMEDOUT", "no answer");
      return call();
    });
    await passUntil(it, days(4), silent);
    expect(await concerns(it)).toEqual(["kept.sessions", "kept.written"]);
    stranger.close();
    const writer = servers.instances().find((one) => one.volume === it.life.source.resourceId && one.writer);
    await servers.rebootInstance(writer?.id ?? "");
    await passUntil(it, days(6));
    expect(await concerns(it)).toEqual(["kept.written"]);
    // Of who was connected, and of nothing else.
    expect(said(it).slice(before.length)).toEqual([[4, "event.concern-over"]]);
  });

  test("whose key is disabled is told of, as long as it may still be saved, and once it is", async () => {
    const world = new FastWorld({ unnarrowed: true });
    const { arn } = world.account.alter((turn) => addKey(turn, { alias: "alias/old" }));
    const source = world.addCluster({ id: name, storageKey: { type: "sse-kms", arn } });
    const it = await moved(lifeIn(world, source));
    await byHand(it, "DisableKey", { KeyId: arn }, "kms");
    await passUntil(it, days(2));
    // AWS has taken it down by then.
    expect(await concerns(it)).toEqual(["kept.failed", "kept.key"]);

    await byHand(it, "EnableKey", { KeyId: arn }, "kms");
    await byHand(it, "StartDBCluster", { DBClusterIdentifier: retired(it) });
    await passUntil(it, days(4));
    expect(await concerns(it)).toEqual([]);
  });

  test("that is deleted by hand is told of once, and looked at no more", async () => {
    const it = await moved();
    await deleteMembers(it, retired(it));
    await deleteCluster(it, retired(it));
    await passUntil(it, days(20));
    expect(said(it)).toEqual([
      [1, "event.kept-gone-early"],
      [1, "event.aftercare-ended"],
    ]);
    expect((await stored(it)).aftercare).toBeNull();
    const { ledger } = it.life.world.account;
    const before = ledger.length;
    await passUntil(it, days(25));
    expect(ledger.length).toBe(before);
  });

  test("is not taken for gone because one answer of AWS's misses it", async () => {
    const it = await moved();
    const deps = executorAround(it.life.world.executor(), async (what, call) =>
      what === "cloud.findClusterById" ? undefined : call(),
    );
    await passUntil(it, days(2), deps);
    expect(said(it).map(([, code]) => code)).not.toContain("event.kept-gone-early");
    expect((await stored(it)).aftercare?.kept).not.toBeNull();
  });

  test("that the probe does not reach is looked at from outside, and that is no fault", async () => {
    const it = await moved();
    await liftFence(it);
    const deps = executorAround(it.life.world.executor(), async (what, call) => {
      if (what === "database.watchQuiet") throw new DatabaseFault("tcp", "ETIMEDOUT", "no answer");
      return call();
    });
    await passUntil(it, days(5), deps);
    expect(await concerns(it)).toEqual(["kept.unfenced"]);
  });

  test("that is being deleted is no fault of its own", async () => {
    const it = await moved();
    const { clock } = it.life.world.deps;
    await passUntil(it, days(1) - hours(2));
    await deleteMembers(it, retired(it));
    await clock.sleep(it.endedAt + days(1) - clock.now());
    await deleteCluster(it, retired(it));
    await poll(it.life.world.deps);
    expect((await stored(it)).aftercare?.nextLook).toBeGreaterThan(it.endedAt + days(2) - 1);
    expect(said(it)).toEqual([]);
  });
});

describe("the database that was moved", () => {
  test("is told of where somebody disables its key", async () => {
    const it = await moved();
    await byHand(it, "DisableKey", { KeyId: it.life.world.key.arn }, "kms");
    await passUntil(it, days(2));
    expect(await concerns(it)).toContain("serving.key");
  });

  test("is told of once it is gone, and its source stays looked at", async () => {
    const it = await moved();
    await deleteMembers(it, name);
    await deleteCluster(it, name);
    await passUntil(it, days(15));
    expect(said(it)).toEqual([
      [1, "event.concern"],
      [14, "event.retention-over"],
    ]);
    expect(await concerns(it)).toEqual(["serving.gone"]);
  });

  test("is not taken for gone because one answer of AWS's misses it", async () => {
    const it = await moved();
    const deps = executorAround(it.life.world.executor(), async (what, call) =>
      what === "cloud.findClusterById" ? undefined : call(),
    );
    await passUntil(it, days(2), deps);
    expect(said(it)).toEqual([]);
    expect(await concerns(it)).toEqual([]);
  });
});

describe("a look that cannot be made", () => {
  const failing = (of: Moved, fault: InjectedFault | undefined) => {
    of.life.world.account.faults = ({ operation }) =>
      operation.startsWith("DescribeDB") ? fault : undefined;
  };

  test("is made again within the hour, told of after three days, and once when it succeeds", async () => {
    const it = await moved();
    await passUntil(it, days(2) - hours(3));
    failing(it, "throttle");
    await passUntil(it, days(4) - hours(3));
    failing(it, undefined);
    await passUntil(it, days(4));
    expect(said(it)).toEqual([]);

    failing(it, { code: "AccessDenied", status: 403 });
    await passUntil(it, days(9) - hours(2));
    failing(it, undefined);
    await passUntil(it, days(12));
    // Of the source, and of the database that serves.
    expect(said(it)).toEqual([
      [6, "event.concern"],
      [6, "event.concern"],
      [8, "event.concern-over"],
      [8, "event.concern-over"],
    ]);
    expect(it.life.world.channel.thread(it.id).join()).toContain("AWS answers AccessDenied to DescribeDB");
  });
});

describe("the looks at finished migrations", () => {
  test("are saved by one of two pollers, and nothing is said twice", async () => {
    const it = await moved();
    const { world } = it.life;
    await liftFence(it);
    await world.deps.clock.sleep(it.endedAt + days(1) - world.clock.now());
    await Promise.all([poll(world.executor()), poll(world.executor())]);
    await pass(it.life, hours(3));
    expect(said(it)).toEqual([[1, "event.concern"]]);
    const whole = await world.store.journalAfter(await stored(it), 0);
    expect(whole.filter(({ what }) => what.code === "event.concern")).toHaveLength(1);
    expect(isUnbroken(whole)).toBe(true);
  });

  test("say nothing of what was seen by the one that was slower", async () => {
    const it = await moved();
    const { world } = it.life;
    await liftFence(it);
    await world.deps.clock.sleep(it.endedAt + days(1) - world.clock.now());
    const slow = executorAround(world.executor(), async (what, call) => {
      if (what === "database.watchQuiet") {
        await fence(it);
        await world.deps.clock.sleep(minutes(5));
        await poll(world.executor());
      }
      return call();
    });
    await poll(slow);
    await pass(it.life, hours(3));
    expect(said(it)).toEqual([]);
    expect(await concerns(it)).toEqual([]);
  });

  test("are made up for once the store answers again", async () => {
    const it = await moved();
    await liftFence(it);
    let isAway = true;
    const deps = executorAround(it.life.world.executor(), async (what, call) => {
      if (isAway && what === "store.savePast") throw new Error("the store is away");
      return call();
    });
    await passUntil(it, days(2), deps);
    expect(said(it)).toEqual([]);
    isAway = false;
    await passUntil(it, days(2) + hours(2), deps);
    expect(said(it)).toEqual([[2, "event.concern"]]);
  });

  test("that cannot be saved keep no thread from being told what was saved before", async () => {
    const it = await moved();
    const { channel } = it.life.world;
    channel.faults = () => "unanswered";
    await liftFence(it);
    await passUntil(it, days(2) - hours(1));
    const deps = executorAround(it.life.world.executor(), async (what, call) => {
      if (what === "store.savePast") throw new Error("the store is away");
      return call();
    });
    await passUntil(it, days(3), deps);
    expect(said(it)).toEqual([]);
    channel.faults = undefined;
    await pass(it.life, hours(1), deps);
    expect(said(it)).toEqual([[1, "event.concern"]]);
  });

  test("are made of ten at once, and of the others by the next run", async () => {
    const { store, deps } = new FastWorld();
    const aftercare = { nextLook: 0, kept: null, concerns: [], seen: { kept: 0, serving: 0, backups: 0 } };
    for (let count = 0; count < 12; count++) {
      const begun = aMigration(`m${count}`);
      const open = { ...begun, target: { ...begun.target, name: `orders-${count}` } };
      await store.create(open, aPlan(open.planHash));
      await store.save(later(open, 1, { status: "finished", endedAt: 1, aftercare }));
    }
    let looks = 0;
    const counting = executorAround(deps, async (what, call) => {
      if (what === "store.savePast") looks++;
      return call();
    });
    await poll(counting);
    expect(looks).toBe(10);
    await poll(counting);
    expect(looks).toBe(12);
  });

  test("go on while Slack is away, and are told once it is back", async () => {
    const it = await moved();
    const { channel } = it.life.world;
    channel.faults = () => "unanswered";
    await liftFence(it);
    await passUntil(it, days(3) + hours(12));
    await fence(it);
    await passUntil(it, days(5));
    expect(said(it)).toEqual([]);
    channel.faults = undefined;
    await pass(it.life, hours(2));
    expect(said(it)).toEqual([
      [1, "event.concern"],
      [4, "event.concern-over"],
    ]);
  });

  test("keep no other migration waiting, however long they take", async () => {
    const it = await moved();
    const { world } = it.life;
    await passUntil(it, days(1) - hours(1));
    world.addCluster({ id: "invoices-prod" });
    const command = { verb: "start", name: "invoices-prod", key: null, strategy: null } as const;
    await say(it.life, "UALICE", command);
    let isLooking = false;
    const deps = executorAround(world.executor(), async (what, call) => {
      if (what === "database.watchQuiet") {
        isLooking = true;
        await world.deps.clock.sleep(minutes(10));
        isLooking = false;
      }
      return call();
    });
    await world.deps.clock.sleep(hours(1));
    const run = poll(deps);
    await world.deps.clock.sleep(minutes(2));
    expect(isLooking).toBe(true);
    expect(world.channel.roots.map(({ view }) => view.migration.target.name)).toContain("invoices-prod");
    await run;
  });

  test("are made although everything is halted", async () => {
    const it = await moved();
    const by = { id: "carol", user: "UCAROL", name: "carol" };
    await it.life.world.store.setHalt({ at: it.endedAt, by, reason: "AWS is ill" });
    await liftFence(it);
    await passUntil(it, days(2));
    expect(said(it)).toEqual([[1, "event.concern"]]);
  });
});

describe("another migration of the same database", () => {
  test("takes over what serves once it is finished, and its source is kept beside the first one", async () => {
    const it = await moved(aLife({ unnarrowed: true }));
    const { world } = it.life;
    world.account.alter((turn) => addKey(turn, { alias: "alias/newer" }));
    await say(it.life, "UALICE", { verb: "start", name, key: "alias/newer", strategy: null });
    await settle(it.life);
    await press(it.life, "UBOB", approve("begin"));
    await settle(it.life);
    await press(it.life, "UBOB", approve("cutover"));
    await settle(it.life);
    const second = await world.store.lastPast(database);
    expect(second).toMatchObject({ status: "finished", aftercare: { kept: { reminders: 0 } } });
    expect(second?.id).not.toBe(it.id);

    await byHand(it, "DisableKey", { KeyId: second?.pinned.keyArn }, "kms");
    await passUntil(it, days(8));
    expect(said(it)).toEqual([]);
    const last = await world.store.lastPast(database);
    expect(last?.aftercare?.concerns.map(({ code }) => code)).toContain("serving.key");
    expect((await stored(it)).aftercare).toMatchObject({ concerns: [], kept: { reminders: 0 } });

    // The bot would refuse to delete it.
    await passUntil(it, days(16));
    expect(said(it).map(([, code]) => code)).toEqual([
      "event.retention-over-older",
      "event.retention-over-older",
    ]);
    expect(lastSaid(it)).not.toContain("/encrypt-db decommission");
  });

  test("that renames it in its downtime is not told of as a fault", async () => {
    const it = await moved(aLife({ unnarrowed: true }));
    const { world } = it.life;
    await passUntil(it, days(1) - hours(2));
    world.account.alter((turn) => addKey(turn, { alias: "alias/newer" }));
    await say(it.life, "UALICE", { verb: "start", name, key: "alias/newer", strategy: null });
    await settle(it.life);
    await press(it.life, "UBOB", approve("begin"));
    await settle(it.life);
    await press(it.life, "UBOB", approve("cutover", { opening: "ask" }));
    await settle(it.life);
    await passUntil(it, days(2));
    expect((await world.store.loadOpen(database))?.downtimeBegan).not.toBeNull();
    expect(said(it)).toEqual([]);
  });
});
