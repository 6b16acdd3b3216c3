import type { Tag } from "@aws-sdk/client-rds";
import { expect, test } from "vitest";
import { poll } from "../../src/engine/poll.ts";
import { put } from "../../src/sim/aws/turn.ts";
import { aLife, approve, ask, type Life, lastNotice, newest, press, settle } from "../engine/life.ts";
import { standingAt } from "./harness.ts";

const isEnrolment = ({ Key }: Tag) => Key === "encrypt-db:enrolled";

/** Its owner takes the enrolment of a cluster or an instance back. */
function takeBack({ world }: Life, id: string): void {
  world.account.alter((turn) => {
    for (const collection of ["clusters", "instances"] as const) {
      const found = Object.values(turn.state[collection]).find((one) => one.id === id);
      if (!found) continue;
      const TagList = found.settings.TagList.filter((tag: Tag) => !isEnrolment(tag));
      put(turn, collection, { ...found, settings: { ...found.settings, TagList } } as never);
    }
  });
}

test.each(["orders-prod", "orders-prod-2"])(
  "nothing is planned while %s is not enrolled, which is named",
  async (id) => {
    const life = aLife();
    takeBack(life, id);
    await ask(life, "UALICE", "start");
    await poll(life.world.deps);
    expect(lastNotice(life)).toMatchObject({
      problems: [{ code: "target.not-enrolled", params: { missing: id, tag: "encrypt-db:enrolled=true" } }],
    });
    expect(await newest(life)).toBeUndefined();
  },
);

test("whoever takes the enrolment back before the fence stops it there", async () => {
  const life = await standingAt({ step: "prepare-database", when: "done" });
  takeBack(life, "orders-prod");
  await press(life, "UBOB", approve("cutover"));
  await settle(life, { deps: life.world.executor() });
  const made = life.world.account.ledger.filter(({ operation }) => operation === "ModifyDBCluster").length;
  expect(made).toBe(1);
  expect(await newest(life)).toMatchObject({ downtimeBegan: null });
});

test("a replacement is enrolled as the source was", async () => {
  const life = aLife({ hurry: 60_000 });
  await ask(life, "UALICE", "start");
  await settle(life);
  for (const gate of ["begin", "cutover"]) {
    await press(life, "UBOB", approve(gate));
    await settle(life);
  }
  const named = [
    ...Object.values(life.world.account.state.clusters),
    ...Object.values(life.world.account.state.instances),
  ].filter(({ id }) => /^orders-prod(-\d)?$/.test(id));
  expect(named).toHaveLength(3);
  for (const { settings } of named) expect(settings.TagList.some(isEnrolment)).toBe(true);
});
