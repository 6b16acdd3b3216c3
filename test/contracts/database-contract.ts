import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Catalogue, type Database, DatabaseFault, type Endpoint } from "../../src/core/database.ts";
import { describeContents } from "./contents-contract.ts";
import type { TurnedTime } from "./turned-time.ts";
import { describeWriters } from "./writers-contract.ts";

/** Somebody else's session. */
export interface ForeignSession {
  write(): Promise<void>;
  isEnded(): Promise<boolean>;
  close(): Promise<void>;
}

/** A database with a writer and a reader, and what the contract has to do to it from outside. */
export interface Stage {
  readonly database: Database;
  readonly time: TurnedTime;
  readonly writer: Endpoint;
  readonly reader: Endpoint;
  /** A name that does not resolve. */
  readonly nowhere: Endpoint;
  /** A name that leads to a place where no server runs. */
  readonly stopped: Endpoint;
  connect(to: Endpoint): Promise<ForeignSession>;
  /** Makes a job that writes by itself. */
  schedule(job: string, on: boolean): Promise<void>;
  /** Takes all jobs away. */
  unschedule(): Promise<void>;
  restartWriter(): Promise<void>;
  /** A physical copy of the writer as it is now. */
  copy(): Promise<Endpoint>;
}

/** What every `Database` must do. */
export function describeDatabase(title: string, make: () => Promise<Stage>): void {
  describe(title, () => {
    let stage: Stage;
    let database: Database;
    const open: ForeignSession[] = [];

    async function connect(to: Endpoint): Promise<ForeignSession> {
      const session = await stage.connect(to);
      open.push(session);
      return session;
    }

    beforeAll(async () => {
      stage = await make();
      database = stage.database;
    });

    beforeEach(() => database.forget(stage.writer));

    afterEach(async () => {
      stage.time.meanwhile.length = 0;
      await Promise.all(open.splice(0).map((session) => session.close()));
    });

    const inOrders = (catalogue: Catalogue | undefined) =>
      catalogue?.databases.find(({ name }) => name === stage.writer.database);

    const everythingButLooking: readonly [keyof Database, (at: Endpoint) => Promise<unknown>][] = [
      ["inventory", (at) => database.inventory(at)],
      ["introduce", (at) => database.introduce(at, "cluster-A")],
      ["forget", (at) => database.forget(at)],
      ["writers", (at) => database.writers(at)],
      ["silence", (at) => database.silence(at)],
      ["restoreWriters", (at) => database.restoreWriters(at)],
      ["endSessions", (at) => database.endSessions(at)],
      ["watchQuiet", (at) => database.watchQuiet(at, { during: 0 })],
      ["counters", (at) => database.counters(at)],
      ["mark", (at) => database.mark(at, "token")],
      ["findMarker", (at) => database.findMarker(at, "token")],
      ["heartbeat", (at) => database.heartbeat(at)],
      ["catalogue", (at) => database.catalogue(at)],
      ["readOn", (at) => database.readOn(at, "token", { budget: 0 })],
      ["readSoFar", (at) => database.readSoFar(at, "token")],
      ["contents", (at) => database.contents(at, { depth: "counts", budget: 1_000, from: null })],
    ];

    describe("looking", () => {
      it("sees a database that answers, with the time of every layer", async () => {
        const before = stage.time.now();
        const look = await database.look(stage.writer);
        expect(look.sight).toEqual({ state: "answers", answersAs: null, writable: true });
        expect(look.at).toBeGreaterThanOrEqual(before);
        expect(Object.values(look.timings).every((time) => time !== null && time >= 0)).toBe(true);
      });

      it("tells a reader from a writer", async () => {
        const { sight } = await database.look(stage.reader);
        expect(sight).toMatchObject({ state: "answers", writable: false });
      });

      it("says that a name does not resolve, and that nothing further was reached", async () => {
        const { sight, timings } = await database.look(stage.nowhere);
        expect(sight).toEqual({ state: "unreachable", layer: "dns", reason: "the name does not resolve" });
        expect(timings).toMatchObject({ tcp: null, tls: null, login: null });
        expect(timings.dns).not.toBeNull();
      });

      it("says that nobody listens where the name leads", async () => {
        const { sight, timings } = await database.look(stage.stopped);
        expect(sight).toEqual({ state: "unreachable", layer: "tcp", reason: "the connection was refused" });
        expect(timings).toMatchObject({ tls: null, login: null });
      });

      it("says that there is no such database", async () => {
        const { sight } = await database.look({ ...stage.writer, database: "nosuch" });
        expect(sight).toMatchObject({
          state: "unreachable",
          layer: "login",
          reason: "there is no such database",
        });
      });
    });

    describe("watching", () => {
      it("reports nothing while nothing changes", async () => {
        const known = await database.look(stage.writer);
        const begun = stage.time.now();
        const { sightings, last } = await database.watch(stage.writer, { known, during: 5_000, every: 500 });
        expect(sightings).toEqual([]);
        expect(last.at).toBeGreaterThanOrEqual(begun + 4_000);
      });

      it("reports the first sight where nothing was known", async () => {
        const { sightings } = await database.watch(stage.writer, { known: null, during: 0, every: 500 });
        expect(sightings).toHaveLength(1);
        expect(sightings[0]).toMatchObject({ after: null, sight: { state: "answers" } });
      });

      it("takes its time also where the next look would come after its end", async () => {
        const begun = stage.time.now();
        await database.watch(stage.writer, { known: null, during: 2_000, every: 5_000 });
        expect(stage.time.now()).toBeGreaterThanOrEqual(begun + 2_000);
      });

      it("brackets a change between the last look before it and the first after it", async () => {
        const known = await database.look(stage.writer);
        let changed = 0;
        stage.time.meanwhile.push(
          async () => {},
          async () => {
            await database.introduce(stage.writer, "cluster-NEW");
            changed = stage.time.now();
          },
        );
        const { sightings, last } = await database.watch(stage.writer, { known, during: 3_000, every: 500 });
        expect(sightings.map(({ sight }) => sight)).toEqual([
          { state: "answers", answersAs: "cluster-NEW", writable: true },
        ]);
        expect(last.sight).toEqual(sightings[0]?.sight);
        expect(sightings[0]?.after).toBeLessThanOrEqual(changed);
        expect(sightings[0]?.by).toBeGreaterThanOrEqual(changed);
        expect((sightings[0]?.by ?? 0) - (sightings[0]?.after ?? 0)).toBeLessThan(2_500);
      });
    });

    describe("the bot's own schema", () => {
      it("tells who answers, and the last introduction holds", async () => {
        await database.introduce(stage.writer, "cluster-A");
        await database.introduce(stage.writer, "cluster-A");
        expect((await database.look(stage.writer)).sight).toMatchObject({ answersAs: "cluster-A" });
        await database.introduce(stage.writer, "cluster-B");
        expect((await database.look(stage.writer)).sight).toMatchObject({ answersAs: "cluster-B" });
      });

      it("is gone when forgotten, markers included, and can be forgotten twice", async () => {
        await database.introduce(stage.writer, "cluster-A");
        await database.mark(stage.writer, "token");
        await database.forget(stage.writer);
        await database.forget(stage.writer);
        expect((await database.look(stage.writer)).sight).toMatchObject({ answersAs: null });
        expect(await database.findMarker(stage.writer, "token")).toBeUndefined();
      });
    });

    describe("the marker", () => {
      it("is found only once it was committed, under its own token", async () => {
        await database.introduce(stage.writer, "cluster-A");
        expect(await database.findMarker(stage.writer, "token")).toBeUndefined();
        await database.mark(stage.writer, "token");
        await database.mark(stage.writer, "token");
        expect(await database.findMarker(stage.writer, "token")).toMatchObject({ token: "token" });
        expect(await database.findMarker(stage.writer, "other")).toBeUndefined();
      });

      it("comes with the server's clock, read after the commit and in whole milliseconds", async () => {
        await database.introduce(stage.writer, "cluster-A");
        const before = stage.time.now();
        await database.mark(stage.writer, "token");
        const found = await database.findMarker(stage.writer, "token");
        expect(found?.clock).toBeGreaterThanOrEqual(before);
        expect(found?.clock).toBeLessThanOrEqual(stage.time.now() + 1);
        expect(Number.isInteger(found?.clock)).toBe(true);
      });

      it("cannot be written into a database that was not introduced", async () => {
        await expect(database.mark(stage.writer, "token")).rejects.toThrow(DatabaseFault);
      });

      it("cannot be written through a reader", async () => {
        await database.introduce(stage.writer, "cluster-A");
        const written = database.introduce(stage.reader, "cluster-B");
        await expect(written).rejects.toMatchObject({ layer: "query", code: "25006" });
      });
    });

    describe("sessions", () => {
      it("of others are ended, on the writer and on the reader, and ours is not one of them", async () => {
        for (const at of [stage.writer, stage.reader]) {
          const sessions = [await connect(at), await connect(at)];
          expect(await database.endSessions(at)).toBe(2);
          expect(await Promise.all(sessions.map((session) => session.isEnded()))).toEqual([true, true]);
          expect(await database.endSessions(at)).toBe(0);
        }
      });

      it("that are open are named by the watch over quiet, on the writer and on the reader", async () => {
        for (const at of [stage.writer, stage.reader]) {
          await connect(at);
          const { sessions } = await database.watchQuiet(at, { during: 500 });
          expect(sessions).toHaveLength(1);
          expect(sessions[0]).toMatchObject({ user: "app", database: at.database });
        }
      });
    });

    describe("quiet", () => {
      it("is a whole interval without sessions in which no counter moved", async () => {
        const begun = stage.time.now();
        const quiet = await database.watchQuiet(stage.writer, { during: 2_000 });
        expect(quiet).toMatchObject({ sessions: [], preparedTransactions: [] });
        expect(quiet.counters).not.toBeNull();
        expect(quiet.from).toBeGreaterThanOrEqual(begun);
        expect(quiet.to - quiet.from).toBeGreaterThanOrEqual(2_000);
        expect(quiet.samples).toBeGreaterThanOrEqual(2);
      });

      it("is disproved by a session that came, wrote and went between two samples", async () => {
        stage.time.meanwhile.push(async () => {
          const session = await connect(stage.writer);
          await session.write();
          await session.close();
        });
        const quiet = await database.watchQuiet(stage.writer, { during: 1_000 });
        expect(quiet.counters).toBeNull();
      });

      it("is disproved by a restart, whatever the counters say", async () => {
        const before = await database.counters(stage.writer);
        await stage.restartWriter();
        const after = await database.counters(stage.writer);
        expect(after.startedAt).not.toBe(before.startedAt);
      });
    });

    describe("counters", () => {
      it("move with what others write", async () => {
        const before = await database.counters(stage.writer);
        const session = await connect(stage.writer);
        await session.write();
        await session.write();
        await session.close();
        const after = await database.counters(stage.writer);
        const changes = (of: typeof before) =>
          of.databases.find(({ name }) => name === stage.writer.database)?.changes ?? Number.NaN;
        expect(changes(after) - changes(before)).toBe(2);
        expect(after.startedAt).toBe(before.startedAt);
      });

      it("stay with everything that the bot itself writes", async () => {
        const before = await database.counters(stage.writer);
        await database.introduce(stage.writer, "cluster-A");
        await database.mark(stage.writer, "token");
        await database.heartbeat(stage.writer);
        expect(await database.counters(stage.writer)).toEqual(before);
      });
    });

    describe("the catalogue", () => {
      it("does not change with the bot's own schema", async () => {
        const before = await database.catalogue(stage.writer);
        expect(inOrders(before)?.relations).toBeGreaterThan(0);
        await database.introduce(stage.writer, "cluster-A");
        expect(await database.catalogue(stage.writer)).toEqual(before);
      });

      it("is the same on a physical copy, where sequences may be ahead and never behind", async () => {
        const session = await connect(stage.writer);
        await session.write();
        const [original, copy] = await Promise.all(
          [stage.writer, await stage.copy()].map(database.catalogue),
        );
        const withoutPositions = (of: Catalogue | undefined) =>
          of?.databases.map(({ sequences, ...rest }) => ({ ...rest, sequences: Object.keys(sequences) }));
        expect(withoutPositions(copy)).toEqual(withoutPositions(original));
        const positions = Object.entries(inOrders(original)?.sequences ?? {});
        expect(positions.length).toBeGreaterThan(0);
        for (const [name, position] of positions) {
          expect(inOrders(copy)?.sequences[name]).toBeGreaterThanOrEqual(position);
        }
      });
    });

    describeContents(() => stage);
    describeWriters(() => stage);

    describe("the inventory", () => {
      it("names the databases and finds the login able", async () => {
        const inventory = await database.inventory(stage.writer);
        expect(inventory.databases).toContain(stage.writer.database);
        expect(inventory.login).toEqual({
          user: "encrypt_db",
          endsSessions: true,
          readsStatistics: true,
          createsSchema: true,
          connectsEverywhere: true,
        });
        expect(inventory).toMatchObject({ replicationSlots: [], preparedTransactions: [], writers: [] });
      });
    });

    it("throws a fault of the layer, in words that hold no name or address, when it cannot ask", async () => {
      for (const [operation, ask] of everythingButLooking) {
        const fault = await ask(stage.nowhere).catch((error: unknown) => error);
        expect(fault, operation).toBeInstanceOf(DatabaseFault);
        expect(fault, operation).toMatchObject({ layer: "dns", code: "ENOTFOUND" });
        expect((fault as DatabaseFault).message, operation).not.toContain(stage.nowhere.host);
      }
    });
  });
}
