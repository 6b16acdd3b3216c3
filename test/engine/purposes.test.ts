import { describe, expect, test } from "vitest";
import type { Command } from "../../src/core/command.ts";
import type { Note } from "../../src/core/note.ts";
import { retiredName } from "../../src/core/purpose.ts";
import { backUpAll, lifeUnderKey } from "../strategies/backups.ts";
import { askToDecommission, databaseOf, keptAfterMove, proposed } from "../strategies/decommissioning.ts";
import {
  aLife,
  approve,
  ask,
  database,
  type Life,
  lastNotice,
  name,
  newest,
  press,
  say,
  settle,
} from "./life.ts";

const backUp: Command = { verb: "backup", name };

async function asked(life: Life, command: Command, user = "UALICE") {
  await say(life, user, command);
  await settle(life);
  return lastNotice(life);
}

const refusedWith = (code: string, params: Note["params"] = {}) => ({
  kind: "problems",
  problems: [expect.objectContaining({ code, params: expect.objectContaining(params) })],
});

const isOpen = ({ world }: Life) => world.store.loadOpen(database);

describe("a backup", () => {
  test("is planned for the key that the database is under, with no other way beside it, and waits for somebody else", async () => {
    const life = lifeUnderKey();
    expect(await asked(life, backUp)).toEqual({
      kind: "said",
      note: { code: "said.backing-up", params: { name } },
    });
    const open = await isOpen(life);
    const plan = await life.world.store.findPlan(database, open?.planHash ?? "");
    expect(open).toMatchObject({
      strategy: { id: "cross-account-backup" },
      request: { key: life.world.key.arn },
    });
    expect(plan).toMatchObject({ keyArn: life.world.key.arn, options: [] });

    await press(life, "UALICE", approve("begin"));
    await settle(life);
    expect(lastNotice(life)).toEqual(refusedWith("approval.own-request"));
  });

  test.each(["cluster", "instance"] as const)(
    "of a %s tells its beginning and its end in its own words",
    async (kind) => {
      const life = lifeUnderKey(kind);
      const end = await backUpAll(life);
      expect(end).toMatchObject({ status: "finished", target: { kind } });
      const told = end?.journal.map(({ what }) => what.code) ?? [];
      expect(told[0]).toBe("event.backup-created");
      expect(told.at(-1)).toBe("event.backed-up");
      expect(told).not.toContain("event.finished");
    },
  );

  test("is asked for in the channels where migrations are, and nowhere else", async () => {
    const life = lifeUnderKey();
    await life.world.store.putRequest({
      kind: "command",
      id: "elsewhere",
      at: life.world.clock.now(),
      user: "UALICE",
      team: "T0ENCRYPT",
      channel: "C0RANDOM",
      responseUrl: "",
      command: backUp,
    });
    await settle(life);
    expect(lastNotice(life)).toEqual(refusedWith("command.wrong-channel"));
    expect(await isOpen(life)).toBeUndefined();
  });

  test("begins neither while everything is halted nor beside another migration of the database", async () => {
    const life = lifeUnderKey();
    await asked(life, { verb: "halt", reason: "a bad night" }, "UBOB");
    expect(await asked(life, backUp)).toEqual(refusedWith("command.halted"));
    await asked(life, { verb: "unhalt" }, "UBOB");
    await asked(life, backUp);
    expect(await asked(life, backUp, "UCAROL")).toEqual(
      refusedWith("target.open-migration", { person: "alice" }),
    );
  });

  test("is begun once though it was asked for twice under one id", async () => {
    const life = lifeUnderKey();
    await asked(life, backUp);
    const begun = await isOpen(life);
    await life.world.store.putRequest({
      kind: "command",
      id: begun?.request.id ?? "",
      at: life.world.clock.now(),
      user: "UALICE",
      team: "T0ENCRYPT",
      channel: begun?.channel ?? "",
      responseUrl: "",
      command: backUp,
    });
    await settle(life);
    expect(lastNotice(life)).toMatchObject({ kind: "said", note: { code: "said.backing-up" } });
    expect((await isOpen(life))?.id).toBe(begun?.id);
  });

  test("is refused of what is not there, of an instance of a cluster, and of what is under no key", async () => {
    const life = aLife({ of: "rds-snapshot-copy", backup: true });
    life.world.addCluster({ id: "wiki-prod" });
    const of = (other: string): Command => ({ verb: "backup", name: other });
    expect(await asked(life, of("nowhere"))).toEqual(refusedWith("target.not-found", { name: "nowhere" }));
    expect(await asked(life, of("wiki-prod-1"))).toEqual(
      refusedWith("target.is-member", { cluster: "wiki-prod" }),
    );
    expect(await asked(life, of(name))).toEqual(refusedWith("target.no-key", { name }));
  });

  test("that is called off says so, and that nothing of the database was touched", async () => {
    const life = lifeUnderKey();
    await asked(life, backUp);
    await press(life, "UBOB", approve("begin"));
    await settle(life, { enough: (now) => now?.steps["back-up"]?.begunAt != null });
    await ask(life, "UBOB", "rollback");
    const end = await settle(life);
    expect(lastNotice(life)).toMatchObject({ kind: "said", note: { code: "said.calling-off" } });
    expect(end).toMatchObject({ status: "rolled-back" });
    const told = end?.journal.map(({ what }) => what.code) ?? [];
    expect(told).toContain("event.backup-ends");
    expect(told.at(-1)).toBe("event.backup-off");
  });
});

describe("a decommission", () => {
  test("is asked for under the source's own name, in full", async () => {
    const kept = await keptAfterMove();
    const { life, retired, move } = kept;
    const of = (typed: string) => asked(life, { verb: "decommission", name: typed });
    for (const typed of [name, `${name}-old-m00000`, `${name}-old-${move.id}x`]) {
      expect(await of(typed)).toEqual(refusedWith("retired.other-name", { typed, retired, name }));
    }
    const twice = `${retired}-old-${move.id}`;
    expect(await of(twice)).toEqual(refusedWith("retired.unknown", { typed: twice, name: retired }));
    expect(await isOpen(life)).toBeUndefined();
    expect(await proposed(kept)).toMatchObject({ strategy: { id: "decommission" }, target: { name } });
  });

  test("is refused where no move has ended with a source that is kept", async () => {
    const life = aLife();
    const typed = `${name}-old-m00001`;
    expect(await asked(life, { verb: "decommission", name: typed })).toEqual(
      refusedWith("retired.unknown", { typed, name }),
    );
    // Taken back, the source has its own name again.
    await ask(life, "UALICE", "start");
    await settle(life);
    await press(life, "UBOB", approve("begin"));
    await settle(life);
    await ask(life, "UBOB", "rollback");
    expect(await settle(life)).toMatchObject({ status: "rolled-back" });
    const past = await newest(life);
    const old = past ? retiredName(past) : "";
    expect(await asked(life, { verb: "decommission", name: old })).toEqual(
      refusedWith("retired.unknown", { name }),
    );
  });

  test("is of its move however much has been done to the database since", async () => {
    const kept = await keptAfterMove();
    const { life, retired } = kept;
    for (let times = 0; times < 11; times++) {
      await proposed(kept);
      await press(life, "UBOB", { does: "reject", gate: "decommission" });
      await settle(life, { deps: kept.executor() });
    }
    expect((await life.world.store.lastPasts(database)).map(({ id }) => id)).not.toContain(kept.move.id);
    await proposed(kept);
    await press(life, "UBOB", approve("decommission"));
    const end = await settle(life, { deps: kept.executor() });
    expect(end?.journal.at(-1)?.what).toEqual({ code: "event.decommissioned", params: { name, retired } });
  });

  test("is kept with the database that serves: no other migration of that is begun beside it", async () => {
    const kept = await keptAfterMove();
    const open = await proposed(kept);
    expect(open).toMatchObject({ target: { name } });
    expect(databaseOf(kept)).toBe(database);
    expect(await asked(kept.life, backUp, "UCAROL")).toEqual(
      refusedWith("target.open-migration", { migration: open?.id ?? "" }),
    );
  });

  test("is approved by somebody else, and tells what is deleted by its own name", async () => {
    const kept = await keptAfterMove();
    const { life, retired } = kept;
    await proposed(kept);
    await press(life, "UALICE", approve("decommission"));
    await settle(life, { deps: kept.executor() });
    expect(lastNotice(life)).toEqual(refusedWith("approval.own-request"));
    await press(life, "UBOB", approve("decommission"));
    const end = await settle(life, { deps: kept.executor() });
    expect(end).toMatchObject({ status: "finished" });
    const [first] = end?.journal ?? [];
    expect(first?.what).toEqual({
      code: "event.decommission-created",
      params: { person: "alice", name, retired },
    });
    expect(end?.journal.at(-1)?.what).toEqual({ code: "event.decommissioned", params: { name, retired } });
  });

  test("is called off until something is deleted, and not from then on", async () => {
    const kept = await keptAfterMove();
    const { life, retired } = kept;
    await proposed(kept);
    await press(life, "UBOB", approve("decommission"));
    await settle(life, {
      deps: kept.executor(),
      enough: (now) => now?.steps["last-snapshot"]?.begunAt != null,
    });
    await ask(life, "UBOB", "rollback");
    const calledOff = await settle(life, { deps: kept.executor() });
    expect(calledOff).toMatchObject({ status: "rolled-back" });
    expect(calledOff?.journal.at(-1)?.what).toEqual({ code: "event.decommission-off", params: { retired } });

    await askToDecommission(kept);
    await settle(life, { deps: kept.executor() });
    await press(life, "UBOB", approve("decommission"));
    const deleting = await settle(life, {
      deps: kept.executor(),
      enough: (now) => now?.steps["delete-retired-members"]?.begunAt != null,
    });
    expect(deleting?.status).toBe("open");
    await ask(life, "UBOB", "rollback");
    const end = await settle(life, { deps: kept.executor() });
    const refusals = life.world.channel.answers.map(({ notice }) => notice);
    expect(refusals).toContainEqual(refusedWith("retired.being-deleted", { retired }));
    expect(end).toMatchObject({ status: "finished" });
  });
});
