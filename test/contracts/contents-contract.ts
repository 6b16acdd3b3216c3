import { describe, expect, it } from "vitest";
import { compareContents, depths } from "../../src/core/contents.ts";
import type { Endpoint } from "../../src/core/database.ts";
import type { Stage } from "./database-contract.ts";

/** What every `Database` must tell of what its tables hold. */
export function describeContents(on: () => Stage): void {
  describe.each(depths)("the contents, to the depth of %s,", (depth) => {
    const read = (at: Endpoint) => on().database.contents(at, { depth, budget: 10_000, from: null });

    async function write(at: Endpoint) {
      const session = await on().connect(at);
      await session.write();
      await session.close();
    }

    it("are the same on a physical copy, and do not change with the bot's own schema", async () => {
      await write(on().writer);
      const copy = await on().copy();
      await on().database.introduce(copy, "cluster-B");
      const { compared, rows, differences } = compareContents(await read(on().writer), await read(copy));
      expect(differences).toEqual([]);
      expect(compared).toBeGreaterThan(0);
      expect(rows).toBeGreaterThan(0);
    });

    it("tell a row too many from none", async () => {
      const copy = await on().copy();
      await write(on().writer);
      const { differences } = compareContents(await read(on().writer), await read(copy));
      expect(differences).toEqual([expect.stringMatching(/ in orders has \d+ rows for \d+$/)]);
    });
  });
  describe("reading on", () => {
    const budget = 10_000;
    const depth = "whole";

    async function readAll(token: string) {
      const { database, writer } = on();
      for (let calls = 0; calls < 50; calls++) {
        await database.readOn(writer, token, { budget: 0 });
        const found = await database.readSoFar(writer, token);
        if (found?.next === null) return found;
      }
      throw new Error("it never comes to an end");
    }

    it("finds in many calls what one call finds, under its own token, and nothing more after the end", async () => {
      const { database, writer } = on();
      await database.introduce(writer, "cluster-A");
      expect(await database.readSoFar(writer, "token")).toBeUndefined();
      const whole = await database.contents(writer, { depth, budget, from: null });
      expect(await readAll("token")).toEqual(whole);
      await database.readOn(writer, "token", { budget: 0 });
      expect(await database.readSoFar(writer, "token")).toEqual(whole);
      expect(await database.readSoFar(writer, "other")).toBeUndefined();
    });

    it("changes no counter and no catalogue, and is forgotten with the rest", async () => {
      const { database, writer } = on();
      await database.introduce(writer, "cluster-A");
      const before = [await database.counters(writer), await database.catalogue(writer)];
      await readAll("token");
      expect([await database.counters(writer), await database.catalogue(writer)]).toEqual(before);
      await database.forget(writer);
      expect(await database.readSoFar(writer, "token")).toBeUndefined();
      await expect(database.readOn(writer, "token", { budget })).rejects.toMatchObject({ code: "3F000" });
    });
  });
}
