import { afterEach, describe, expect, it } from "vitest";
import type { Endpoint } from "../../src/core/database.ts";
import type { Stage } from "./database-contract.ts";

/** What every `Database` must do with what writes inside it without a client. */
export function describeWriters(on: () => Stage): void {
  describe("writers without a client", () => {
    afterEach(() => on().unschedule());

    async function states(at: Endpoint) {
      const found = await on().database.writers(at);
      return found.map(
        ({ name, on: isOn, silenced }) => `${name} ${isOn ? "on" : "off"}${silenced ? ", silenced" : ""}`,
      );
    }

    async function given() {
      const { database, writer } = on();
      await database.introduce(writer, "cluster-A");
      await on().schedule("nightly", true);
      await on().schedule("disused", false);
      return { database, writer };
    }

    it("are named, whether they are on or off, also in the inventory", async () => {
      const { database, writer } = await given();
      expect(await states(writer)).toEqual(["nightly on", "disused off"]);
      expect((await database.inventory(writer)).writers).toEqual(await database.writers(writer));
    });

    it("are turned off where they were on, and it is known which, however often it is done", async () => {
      const { database, writer } = await given();
      for (let twice = 0; twice < 2; twice++) {
        await database.silence(writer);
        expect(await states(writer)).toEqual(["nightly off, silenced", "disused off"]);
      }
    });

    it("are turned on again where the bot turned them off, however often it is done", async () => {
      const { database, writer } = await given();
      await database.silence(writer);
      for (let twice = 0; twice < 2; twice++) {
        await database.restoreWriters(writer);
        expect(await states(writer)).toEqual(["nightly on", "disused off"]);
      }
    });

    it("move no counter when they are turned off and on, so that it passes for nobody's write", async () => {
      const { database, writer } = await given();
      const before = await database.counters(writer);
      await database.silence(writer);
      await database.restoreWriters(writer);
      expect(await database.counters(writer)).toEqual(before);
    });

    it("are silent in a copy as well, and are turned on there without the original", async () => {
      const { database, writer } = await given();
      await database.silence(writer);
      const copy = await on().copy();
      expect(await states(copy)).toEqual(["nightly off, silenced", "disused off"]);
      await database.restoreWriters(copy);
      expect(await states(copy)).toEqual(["nightly on", "disused off"]);
      expect(await states(writer)).toEqual(["nightly off, silenced", "disused off"]);
    });

    it("are not turned off where it could not be written down", async () => {
      const { database, writer } = await given();
      await database.forget(writer);
      await expect(database.silence(writer)).rejects.toMatchObject({ layer: "query", code: "3F000" });
      expect(await states(writer)).toEqual(["nightly on", "disused off"]);
      await expect(database.restoreWriters(writer)).rejects.toMatchObject({ code: "3F000" });
    });
  });
}
