import { expect, test } from "vitest";
import { differences } from "../../src/strategies/differences.ts";
import type { Pinned } from "../../src/strategies/facts.ts";

const pinned = {
  source: { kind: "cluster", name: "orders-prod", resourceId: "cluster-A", arn: "arn", keyArn: "arn:old" },
  keyArn: "arn:new",
  endpoints: { writer: "w", reader: null },
  settings: {
    engineVersion: "16.4",
    securityGroups: ["sg-a"],
    deletionProtection: false,
    iamAuthentication: false,
    tags: { team: "orders" },
  },
  members: [
    { resourceId: "db-1", settings: { name: "orders-prod-1", parameterGroup: "default" } },
    { resourceId: "db-2", settings: { name: "orders-prod-2", parameterGroup: "default" } },
  ],
  writers: [
    { kind: "pg_cron", database: "a", name: "nightly" },
    { kind: "pg_cron", database: "b", name: "nightly" },
  ],
};

const between = (change: (of: typeof pinned) => object) =>
  differences(pinned as never as Pinned, { ...pinned, ...change(pinned) } as never as Pinned);

test.each([
  [
    "a setting",
    { settings: { ...pinned.settings, engineVersion: "16.6" } },
    "the engine version changed from 16.4 to 16.6",
  ],
  [
    "a list",
    { settings: { ...pinned.settings, securityGroups: ["sg-a", "sg-b"] } },
    "the security groups changed from sg-a to sg-a, sg-b",
  ],
  [
    "a switch",
    { settings: { ...pinned.settings, iamAuthentication: true } },
    "the IAM authentication changed from off to on",
  ],
  [
    "a tag that is taken off",
    { settings: { ...pinned.settings, tags: {} } },
    "the tag team changed from orders to none",
  ],
  ["the new key", { keyArn: "arn:other" }, "the new key changed from arn:new to arn:other"],
  [
    "the present key",
    { source: { ...pinned.source, keyArn: "arn:other" } },
    "the present key changed from arn:old to arn:other",
  ],
  ["a server less", { members: pinned.members.slice(0, 1) }, "orders-prod-2 is gone"],
  [
    "a server more",
    {
      members: [
        ...pinned.members,
        { resourceId: "db-3", settings: { name: "orders-prod-3", parameterGroup: "default" } },
      ],
    },
    "orders-prod-3 is new",
  ],
  [
    "a setting of a server",
    {
      members: [
        pinned.members[0],
        { resourceId: "db-2", settings: { name: "orders-prod-2", parameterGroup: "tuned" } },
      ],
    },
    "the parameter group of orders-prod-2 changed from default to tuned",
  ],
])("%s is told in a sentence", (_, change, said) => {
  expect(between(() => change)).toEqual([said]);
});

test("another database of the name is all that is told of it", () => {
  const found = between(({ source }) => ({
    source: { ...source, resourceId: "cluster-B", arn: "other" },
    members: [],
  }));
  expect(found).toEqual(["orders-prod is another database now (cluster-B; it was cluster-A)"]);
});

test("the protection that the migration itself turns on is none, and that somebody turns it off is one", () => {
  const on = { ...pinned.settings, deletionProtection: true };
  expect(between(() => ({ settings: on }))).toEqual([]);
  const was = { ...pinned, settings: on } as never as Pinned;
  expect(differences(was, pinned as never as Pinned)).toEqual([
    "the deletion protection changed from on to off",
  ]);
});

test("of two things with one name none is overlooked", () => {
  expect(between(({ writers }) => ({ writers: writers.slice(1) }))).toHaveLength(1);
});
