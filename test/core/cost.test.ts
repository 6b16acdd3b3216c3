import { expect, test } from "vitest";
import { costOfKeeping, costRemarks } from "../../src/core/cost.ts";
import { plain } from "../../src/core/note.ts";
import { say } from "../../src/core/sentences.ts";
import { planOf } from "../slack/lives.ts";

const member = (instanceClass: string) => ({ settings: { instanceClass } });
const { steps, strategy } = planOf();
const said = (pinned: Record<string, unknown>, by = strategy) =>
  costRemarks({ strategy: by, pinned, steps }).map((remark) => say(remark, plain));

test("the plan of a cluster tells its instances by class, and that the volume is there twice", () => {
  const members = [member("db.r6g.large"), member("db.t4g.medium"), member("db.r6g.large")];
  const [remark] = said({ settings: {}, members });
  expect(remark).toContain("2 × db.r6g.large, 1 × db.t4g.medium more (72 instance-hours a day)");
  expect(remark).toContain("until somebody deletes the source");
  expect(remark).toMatch(/Snapshots that stay: at most [1-9]/);
});

test("the plan of an instance tells its class, its standby, its storage and the size of the snapshots that stay", () => {
  const settings = { instanceClass: "db.m6g.large", multiAz: true, allocatedStorage: 200 };
  const kept = steps.filter(({ keeps }) => keeps?.code === "keeps.snapshot").length;
  expect(kept).toBeGreaterThan(0);
  const [remark] = said({ settings, members: [] });
  expect(remark).toContain("1 × db.m6g.large, with a standby more (24 instance-hours a day)");
  expect(remark).toContain("200 GiB of storage again");
  expect(remark).toContain(`at most ${kept * 200} GiB-months`);
});

test("nothing is told of facts that tell no size", () => {
  expect(said({})).toEqual([]);
  expect(said({ settings: {}, members: [] })).toEqual([]);
});

test("a rehearsal costs the same until it is taken down, and nothing afterwards", () => {
  const rehearsal = { ...strategy, id: `${strategy.id}-rehearsal` };
  const [remark] = said({ settings: {}, members: [member("db.r6g.large")] }, rehearsal);
  expect(remark).toContain("Until it is taken down it costs 1 × db.r6g.large more (24 instance-hours a day)");
  expect(remark).toContain("Nothing of it stays");
});

test("what a kept source costs a day is told in quantities: instances by class, and storage where it is billed by size", () => {
  const saysKeeping = (pinned: unknown) => {
    const told = costOfKeeping(pinned);
    return told && say(told, plain);
  };
  expect(saysKeeping({ settings: {}, members: [member("db.r6g.large"), member("db.r6g.large")] })).toBe(
    "2 × db.r6g.large (48 instance-hours a day) and the storage of its volume",
  );
  const settings = { instanceClass: "db.m6g.large", multiAz: true, allocatedStorage: 200 };
  expect(saysKeeping({ settings, members: [] })).toBe(
    "1 × db.m6g.large, with a standby (24 instance-hours a day) and 200 GiB of storage",
  );
  expect(saysKeeping({})).toBeUndefined();
});

test("a backup and a decommission make no second database, which would cost something", () => {
  const settings = { instanceClass: "db.m6g.large", multiAz: false, allocatedStorage: 200 };
  for (const id of ["cross-account-backup", "decommission"]) {
    expect(said({ settings, members: [] }, { ...strategy, id })).toEqual([]);
  }
});
