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
}
