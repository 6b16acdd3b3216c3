import { beforeEach, describe, expect, it } from "vitest";
import { isUnbroken } from "../../src/core/journal.ts";
import type { Migration } from "../../src/core/migration.ts";
import type { Store, ThreadState } from "../../src/engine/deps.ts";
import { aMigration, aPlan, aRequest, later } from "./migrations.ts";

const database = "123456789012/eu-central-1/orders";

/** What every store must do. `make` gives an empty one. */
export function storeContract(name: string, make: () => Promise<Store>): void {
  describe(name, () => {
    let store: Store;
    beforeEach(async () => {
      store = await make();
    });

    async function created(migration: Migration): Promise<Migration> {
      expect(await store.create(migration, aPlan(migration.planHash))).toBe(true);
      return migration;
    }

    async function saved(next: Migration): Promise<Migration> {
      expect(await store.save(next)).toBe(true);
      return next;
    }

    /** Created, and ended at once. */
    async function ended(id: string, endedAt: number): Promise<Migration> {
      const before = await created(aMigration(id));
      return saved(later(before, 1, { status: "finished", endedAt }));
    }

    describe("the kill switch and the heartbeat", () => {
      it("are not there at first", async () => {
        expect(await store.findHalt()).toBeNull();
        expect(await store.lastBeat()).toBeNull();
      });

      it("are what was set last", async () => {
        const halt = { at: 5, by: { id: "T1:U1", user: "U1", name: "Bob" }, reason: "AWS is ill" };
        await store.setHalt(halt);
        expect(await store.findHalt()).toEqual(halt);
        await store.setHalt(null);
        expect(await store.findHalt()).toBeNull();

        await store.beat(1_000);
        await store.beat(2_000);
        expect(await store.lastBeat()).toBe(2_000);
      });
    });

    describe("an open migration", () => {
      it("is found as it was created, and so is its plan", async () => {
        const migration = await created(aMigration("m1"));

        expect(await store.loadOpen(database)).toEqual(migration);
        expect(await store.findPlan(database, "hash-of-m1")).toEqual(aPlan("hash-of-m1"));
      });

      it("keeps a second one off its database, and off no other", async () => {
        const first = await created(aMigration("m1"));

        expect(await store.create(aMigration("m2"), aPlan("hash-of-m2"))).toBe(false);
        expect(await store.loadOpen(database)).toEqual(first);
        const elsewhere = { ...first.target, name: "invoices" };
        expect(await store.create(aMigration("m3", { target: elsewhere }), aPlan("hash-of-m3"))).toBe(true);
      });

      it("is created by one of many who try at once", async () => {
        const ids = Array.from({ length: 20 }, (_, index) => `m${index}`);
        const won = await Promise.all(ids.map((id) => store.create(aMigration(id), aPlan(`hash-of-${id}`))));

        expect(won.filter(Boolean)).toHaveLength(1);
        expect((await store.loadOpen(database))?.id).toBe(ids[won.indexOf(true)]);
      });

      it("is saved by one of many who saw the same revision, and is then what that one wrote", async () => {
        const seen = await created(aMigration("m1"));
        const writers = Array.from({ length: 20 }, (_, index) => `C${index}`);
        const won = await Promise.all(writers.map((channel) => store.save(later(seen, 1, { channel }))));

        expect(won.filter(Boolean)).toHaveLength(1);
        expect((await store.loadOpen(database))?.channel).toBe(writers[won.indexOf(true)]);
      });

      it("is not saved over by whoever saw an older revision", async () => {
        const old = await created(aMigration("m1"));
        const current = await saved(later(old));

        expect(await store.save(later(old, 1, { channel: "late" }))).toBe(false);
        expect(await store.loadOpen(database)).toEqual(current);
      });

      it("is not saved over by the migration before it, even at a matching revision", async () => {
        const first = await created(aMigration("m1"));
        await saved(later(first, 1, { status: "finished", endedAt: 2_000 }));
        const second = await created(aMigration("m2"));

        expect(await store.save(later(first, 1, { channel: "from the past" }))).toBe(false);
        expect(await store.loadOpen(database)).toEqual(second);
      });

      it("is absent where there was none", async () => {
        expect(await store.loadOpen(database)).toBeUndefined();
        expect(await store.save(aMigration("m1", { revision: 2 }))).toBe(false);
      });
    });

    describe("an ended migration", () => {
      it("frees its database and is found in the past", async () => {
        const past = await ended("m1", 2_000);

        expect(await store.loadOpen(database)).toBeUndefined();
        expect(await store.findPast(database, "m1")).toEqual(past);
        await created(aMigration("m2"));
        expect(await store.findPast(database, "m2")).toBeUndefined();
        expect(await store.findPast(`${database}-other`, "m1")).toBeUndefined();
      });

      it("is the last one until another has ended, whatever their ids", async () => {
        expect(await store.lastPast(database)).toBeUndefined();
        await ended("zz", 2_000);
        const last = await ended("aa", 3_000);

        expect(await store.lastPast(database)).toEqual(last);
        expect(await store.lastPast(`${database}-other`)).toBeUndefined();
      });

      it("is among the last ten, the newest first, and only of its own database", async () => {
        expect(await store.lastPasts(database)).toEqual([]);
        const all: Migration[] = [];
        // Ids that are not in the order of their ends.
        for (let index = 0; index < 12; index++) all.push(await ended(`m${23 - index}`, 2_000 + index));
        await created(aMigration("m99"));

        expect(await store.lastPasts(database)).toEqual(all.slice(2).reverse());
        expect(await store.lastPasts(`${database}-other`)).toEqual([]);
      });

      it("cannot be saved again as if it were open", async () => {
        const past = await ended("m1", 2_000);

        expect(await store.save(later(past))).toBe(false);
        expect(await store.findPast(database, "m1")).toEqual(past);
      });
    });

    describe("an ended migration that is looked after", () => {
      const m1 = { database, migration: "m1" };
      const aftercare = (nextLook: number) => ({
        nextLook,
        kept: null,
        concerns: [],
        seen: { kept: 0, serving: 0, backups: 0 },
      });

      async function lookedAfter(nextLook: number): Promise<Migration> {
        const before = await created(aMigration("m1"));
        const past = { status: "finished", endedAt: 2_000, aftercare: aftercare(nextLook) } as const;
        return saved(later(before, 1, past));
      }

      const dueAt = async (now: number) => (await store.agenda(now)).migrations;

      it("comes due again at the time of its next look, and not before", async () => {
        const past = await lookedAfter(90_000);
        await store.rest(past);

        expect(await dueAt(89_999)).toEqual([]);
        expect(await dueAt(90_000)).toEqual([m1]);
        expect(await dueAt(1_000_000_000_000)).toEqual([m1]);
        expect(await store.agenda(90_000)).toMatchObject({ open: 0, stuck: [], requests: false });
        expect(await store.listOpen()).toEqual([]);
      });

      it("is due from the moment it was saved until it rests again, by then for the next time", async () => {
        const past = await lookedAfter(90_000);
        await store.rest(past);
        const next = later(past, 1, { aftercare: aftercare(180_000) });

        expect(await store.savePast(next)).toBe(true);
        expect(await dueAt(0)).toEqual([m1]);
        expect(await store.findPast(database, "m1")).toEqual(next);
        expect(await store.lastPast(database)).toEqual(next);

        await store.rest(past);
        expect(await dueAt(0)).toEqual([m1]);
        await store.rest(next);
        expect(await dueAt(179_999)).toEqual([]);
        expect(await dueAt(180_000)).toEqual([m1]);
      });

      it("never comes due again once nothing is looked after any more", async () => {
        const past = await lookedAfter(90_000);
        await store.rest(past);
        const last = later(past, 1, { aftercare: null });
        await store.savePast(last);
        await store.rest(last);

        expect(await dueAt(1_000_000_000_000)).toEqual([]);
      });

      it("is saved by one of many who saw the same revision", async () => {
        const past = await lookedAfter(90_000);
        const writers = Array.from({ length: 20 }, (_, index) => `C${index}`);
        const won = await Promise.all(writers.map((channel) => store.savePast(later(past, 1, { channel }))));

        expect(won.filter(Boolean)).toHaveLength(1);
        expect((await store.findPast(database, "m1"))?.channel).toBe(writers[won.indexOf(true)]);
        expect(await store.savePast(later(past))).toBe(false);
      });

      it("leaves the next migration of its database alone, and the order in which they ended", async () => {
        const past = await lookedAfter(90_000);
        const open = await created(aMigration("m2"));
        expect(await store.savePast(later(past))).toBe(true);
        expect(await store.loadOpen(database)).toEqual(open);

        const last = await saved(later(open, 1, { status: "finished", endedAt: 3_000 }));
        const again = later(later(past));
        expect(await store.savePast(again)).toBe(true);
        expect(await store.lastPasts(database)).toEqual([last, again]);
      });

      it("cannot be saved while it is open, nor where there is none", async () => {
        const open = await created(aMigration("m1"));

        expect(await store.savePast(later(open))).toBe(false);
        expect(await store.savePast(aMigration("m9", { revision: 2 }))).toBe(false);
        expect(await store.loadOpen(database)).toEqual(open);
      });

      it("has a journal that stays whole, however long it is looked after, while it stays small itself", async () => {
        let past = await lookedAfter(90_000);
        for (let count = 1; count <= 12; count += 1) {
          past = later(past, 7);
          expect(await store.savePast(past)).toBe(true);
        }

        const found = await store.findPast(database, "m1");
        expect(found?.journal.length).toBeLessThan(25);
        const whole = await store.journalAfter(found ?? past, 0);
        expect(whole.map(({ seq }) => seq)).toEqual(Array.from({ length: 85 }, (_, index) => index + 1));
        expect(isUnbroken(whole)).toBe(true);
      });
    });

    describe("the agenda", () => {
      const m1 = { database, migration: "m1" };

      it("is empty where nothing is to be done", async () => {
        expect(await store.agenda(0)).toEqual({ migrations: [], requests: false, open: 0, stuck: [] });
      });

      it("holds a migration from its creation until it rests, and again from the next save on", async () => {
        const first = await created(aMigration("m1"));
        expect((await store.agenda(0)).migrations).toEqual([m1]);

        await store.rest(first);
        expect((await store.agenda(0)).migrations).toEqual([]);

        await saved(later(first));
        expect((await store.agenda(0)).migrations).toEqual([m1]);
      });

      it("goes on holding a migration that was saved while somebody laid an older revision to rest", async () => {
        const old = await created(aMigration("m1"));
        await saved(later(old));
        await store.rest(old);

        expect((await store.agenda(0)).migrations).toEqual([m1]);
      });

      it("holds an ended migration until it rests, beside the next one of its database", async () => {
        const past = await ended("m1", 2_000);
        await created(aMigration("m2"));
        const both = (await store.agenda(0)).migrations.map(({ migration }) => migration);
        expect(both.sort()).toEqual(["m1", "m2"]);

        await store.rest(past);
        expect((await store.agenda(0)).migrations).toEqual([{ database, migration: "m2" }]);
        expect(await store.findPast(database, "m1")).toEqual(past);
        expect(await store.lastPast(database)).toEqual(past);
      });

      it("says whether somebody asked for something, until it is answered", async () => {
        await store.putRequest(aRequest("r1", 1));
        expect(await store.agenda(0)).toMatchObject({ migrations: [], requests: true });

        await store.removeRequest("r1");
        expect(await store.agenda(0)).toMatchObject({ migrations: [], requests: false });
      });

      it("counts what is open, whether it rests or not, and names what is stuck and at rest", async () => {
        await ended("m0", 500);
        const at = (name: string) => ({ ...aMigration("m0").target, name });
        const stuck = await created(aMigration("m1", { target: at("invoices"), status: "stuck" }));
        await created(aMigration("m2", { target: at("orders") }));
        expect(await store.agenda(0)).toMatchObject({ open: 2, stuck: [] });

        await store.rest(stuck);
        expect(await store.agenda(0)).toMatchObject({ open: 2, stuck: ["m1"] });

        await saved(later(stuck));
        expect(await store.agenda(0)).toMatchObject({ open: 2, stuck: [] });
      });

      it("does not decide what is open: those at rest are listed too, the ended ones are not", async () => {
        await ended("m0", 500);
        const at = (name: string) => ({ ...aMigration("m0").target, name });
        const atRest = await created(aMigration("m1", { target: at("invoices") }));
        await store.rest(atRest);
        const awake = await created(aMigration("m2", { target: at("orders") }));

        const open = await store.listOpen();
        expect([...open].sort((a, b) => a.id.localeCompare(b.id))).toEqual([atRest, awake]);
      });
    });

    describe("a journal", () => {
      it("stays whole and unbroken however long it gets, while the migration stays small", async () => {
        let migration = await created(aMigration("m1"));
        for (let count = 1; count <= 12; count += 1) migration = await saved(later(migration, 7));

        const loaded = await store.loadOpen(database);
        expect(loaded?.journal.length).toBeLessThan(25);
        const whole = await store.journalAfter(loaded ?? migration, 0);
        expect(whole.map(({ seq }) => seq)).toEqual(Array.from({ length: 84 }, (_, index) => index + 1));
        expect(isUnbroken(whole)).toBe(true);
        expect(await store.journalAfter(loaded ?? migration, 40)).toEqual(whole.slice(40));
        expect(await store.journalAfter(loaded ?? migration, 84)).toEqual([]);
      });

      it("is told from any point by whoever loads between the saves, and across the end", async () => {
        await created(aMigration("m1"));
        for (let count = 1; count <= 5; count += 1) {
          const loaded = await store.loadOpen(database);
          if (!loaded) throw new Error("it is open");
          await saved(later(loaded, 9, count === 5 ? { status: "finished", endedAt: 9_000 } : {}));
        }

        const past = await store.findPast(database, "m1");
        const told = past ? await store.journalAfter(past, 3) : [];
        expect(told.map(({ seq }) => seq)).toEqual(Array.from({ length: 42 }, (_, index) => index + 4));
      });

      it("of another migration of the same database is not mixed in", async () => {
        const first = await created(aMigration("m1"));
        const grown = await saved(later(first, 60));
        await saved(later(grown, 1, { status: "finished", endedAt: 2_000 }));
        const second = await created(aMigration("m11"));

        expect(await store.journalAfter(second, 0)).toEqual([]);
      });
    });

    describe("a request", () => {
      it("is put once, however often Slack delivers it", async () => {
        const deliveries = Array.from({ length: 10 }, () => store.putRequest(aRequest("r1", 1)));

        expect((await Promise.all(deliveries)).filter(Boolean)).toHaveLength(1);
        expect(await store.pendingRequests()).toEqual([aRequest("r1", 1)]);
      });

      it("is not taken again when its second delivery comes after its answer", async () => {
        await store.putRequest(aRequest("r1", 1));
        await store.removeRequest("r1");

        expect(await store.putRequest(aRequest("r1", 2))).toBe(false);
        expect(await store.pendingRequests()).toEqual([]);
      });

      it("that is served without having been put is claimed once, by nobody who asks again", async () => {
        const claims = Array.from({ length: 10 }, () => store.claimRequest("r1"));

        expect((await Promise.all(claims)).filter(Boolean)).toHaveLength(1);
        expect(await store.putRequest(aRequest("r1", 1))).toBe(false);
        await store.putRequest(aRequest("r2", 2));
        expect(await store.claimRequest("r2")).toBe(false);
        expect(await store.pendingRequests()).toEqual([aRequest("r2", 2)]);
      });

      it("waits with the others in the order in which they were asked", async () => {
        for (const [id, at] of [
          ["r3", 30],
          ["r1", 10],
          ["r2", 20],
        ] as const) {
          await store.putRequest(aRequest(id, at));
        }
        await store.removeRequest("r2");
        await store.removeRequest("never put");

        expect((await store.pendingRequests()).map(({ id }) => id)).toEqual(["r1", "r3"]);
      });
    });

    describe("a plan", () => {
      it("is found by its hash, in its database", async () => {
        await store.savePlan(database, aPlan("second"));
        await store.savePlan(database, aPlan("second"));

        expect(await store.findPlan(database, "second")).toEqual(aPlan("second"));
        expect(await store.findPlan(database, "first")).toBeUndefined();
        expect(await store.findPlan(`${database}-other`, "second")).toBeUndefined();
      });
    });

    describe("the evidence of a migration", () => {
      it("is kept once, to the byte, whatever is offered afterwards", async () => {
        const text = `{ "said": "Ä … ${"x".repeat(500_000)}" }\n`;
        expect(await store.findEvidence(database, "m1")).toBeUndefined();
        expect(await store.keepEvidence(database, "m1", text)).toBe(true);
        expect(await store.keepEvidence(database, "m1", "{}\n")).toBe(false);

        expect(await store.findEvidence(database, "m1")).toBe(text);
        expect(await store.findEvidence(database, "m2")).toBeUndefined();
        expect(await store.findEvidence(`${database}-other`, "m1")).toBeUndefined();
      });
    });

    describe("a thread", () => {
      const at = (revision: number, posted: number): ThreadState => ({
        revision,
        channel: "C1",
        ts: revision > 1 ? "1.2" : null,
        rendered: null,
        editedAt: 0,
        posted,
        sending: null,
        notBefore: 0,
        evidence: { posted: false, notBefore: 0 },
      });

      it("goes from revision to revision, and refuses whoever is behind or ahead", async () => {
        expect(await store.loadThread(database, "m1")).toBeUndefined();
        expect(await store.saveThread(database, "m1", at(2, 1))).toBe(false);
        expect(await store.saveThread(database, "m1", at(1, 1))).toBe(true);
        expect(await store.saveThread(database, "m1", at(1, 9))).toBe(false);
        expect(await store.saveThread(database, "m1", at(2, 2))).toBe(true);

        expect(await store.loadThread(database, "m1")).toEqual(at(2, 2));
        expect(await store.loadThread(database, "m2")).toBeUndefined();
      });
    });

    describe("the epoch", () => {
      it("rises with every poller that takes it, and two never hold the same", async () => {
        expect(await store.currentEpoch()).toBe(0);
        const taken = await Promise.all(Array.from({ length: 10 }, () => store.takeEpoch()));

        expect(taken.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        expect(await store.currentEpoch()).toBe(10);
      });
    });
  });
}
