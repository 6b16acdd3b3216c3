import { expect, test } from "vitest";
import { migrationTag, roleTag } from "../../src/core/names.ts";
import { put } from "../../src/sim/aws/turn.ts";
import { rollBack, seen, standingAt } from "../strategies/harness.ts";
import { newest, settle } from "./life.ts";

test("a tag that comes late, when the source has lost its own already, is taken away again", async () => {
  const life = await standingAt({ step: "prepare-database", when: "done" });
  const { world } = life;
  let removals = 0;
  const deps = world.executor(async (operation) => {
    // The last one is the cluster's own.
    if (operation !== "RemoveTagsFromResource" || ++removals !== 3) return;
    world.account.alter((turn) => {
      const member = Object.values(turn.state.instances).find(({ id }) => id === "orders-prod-2");
      if (!member) throw new Error("there is no second member");
      const late = [
        { Key: migrationTag, Value: "m00001" },
        { Key: roleTag, Value: "source" },
      ];
      const { TagList } = member.settings;
      put(turn, "instances", {
        ...member,
        settings: { ...member.settings, TagList: [...TagList, ...late] },
      });
    });
  });
  await rollBack(life, deps);
  await settle(life);
  expect(await newest(life)).toMatchObject({ status: "rolled-back", problem: null });
  expect(JSON.stringify(seen(life))).not.toContain(roleTag);
});
