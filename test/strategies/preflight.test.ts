import { describe, expect, test } from "vitest";
import type { Finding } from "../../src/core/finding.ts";
import { plain } from "../../src/core/note.ts";
import { explain } from "../../src/core/problem.ts";
import { planFor } from "../../src/engine/survey.ts";
import { addKey } from "../../src/sim/aws/seeds/furniture.ts";
import type { ClusterSettings, InstanceSettings } from "../../src/sim/aws/state.ts";
import { FastWorld } from "../../src/sim/fast-world.ts";

const name = "orders-prod";
const hour = 3_600_000;

/** A cluster of one writer with these settings, and the writer with these. */
function withCluster(settings: Partial<ClusterSettings> = {}, member: Partial<InstanceSettings> = {}) {
  const world = new FastWorld();
  world.addCluster({ id: name, settings, members: [{ id: `${name}-1`, settings: member }] });
  return world;
}

function withInstance(settings: Partial<InstanceSettings> = {}) {
  const world = new FastWorld();
  world.addInstance({ id: name, settings });
  return world;
}

/** Everything that was found, with how much it weighs. */
async function found({ deps }: Pick<FastWorld, "deps">): Promise<readonly Finding[]> {
  const made = await planFor(deps, { name, key: null, strategy: null, migration: "m00001" });
  if ("plan" in made) return made.plan.findings;
  return made.problems.map((problem) => ({ ...problem, severity: "blocks" as const }));
}

const codes = (findings: readonly Finding[]) => findings.map(({ severity, code }) => `${severity} ${code}`);

test.each([
  ["cluster", withCluster],
  ["instance", withInstance],
])("nothing is found against a %s that has been well kept", async (_, world) => {
  expect(await found(world())).toEqual([]);
});

test.each<readonly [string, () => FastWorld, string, RegExp]>([
  [
    "a version that AWS makes no more",
    () => withCluster({ EngineVersion: "16.2" }),
    "blocks offer.no-version",
    /makes no aurora-postgresql 16\.2 any more/,
  ],
  [
    "a class that is not offered any more",
    () => withCluster({}, { DBInstanceClass: "db.r4.large" }),
    "blocks offer.no-class",
    /orders-prod-1 \(db\.r4\.large\)/,
  ],
  [
    "a server in a zone without a subnet",
    () => withCluster({}, { AvailabilityZone: "eu-west-1d" }),
    "blocks offer.no-zone",
    /orders-prod-1 \(eu-west-1d\) .* subnet group production/,
  ],
  [
    "a Multi-AZ instance whose subnets are in one zone",
    () => {
      const world = withInstance({ MultiAZ: true });
      world.account.alter((turn) => {
        const { production } = turn.state.subnetGroups;
        if (!production) throw new Error("there is no such group");
        const subnetGroups = {
          ...turn.state.subnetGroups,
          production: { ...production, zones: ["eu-west-1a"] },
        };
        turn.state = { ...turn.state, subnetGroups };
      });
      return world;
    },
    "blocks offer.no-zone",
    /orders-prod \(in two zones\)/,
  ],
  [
    "an authority that has ended",
    () => withCluster({}, { CACertificateIdentifier: "rds-ca-2019" }),
    "blocks authority.ended",
    /rds-ca-2019 of orders-prod-1/,
  ],
  [
    "an authority that AWS does not know",
    () => withInstance({ CACertificateIdentifier: "rds-ca-2015" }),
    "blocks authority.ended",
    /rds-ca-2015 of orders-prod/,
  ],
  [
    "an instance without backups",
    () => withInstance({ BackupRetentionPeriod: 0 }),
    "blocks backup.off",
    /orders-prod has no automated backups/,
  ],
  [
    "an instance for whose storage the account has no room twice",
    () => withInstance({ AllocatedStorage: 60_000 }),
    "blocks quota.exhausted",
    /60000 of 100000 GiB of storage; the migration needs 60000 more/,
  ],
  [
    "storage that has grown to its limit",
    () => withInstance({ AllocatedStorage: 2_000, MaxAllocatedStorage: 2_000 }),
    "notes storage.full-grown",
    /has grown to 2000 GiB/,
  ],
  [
    "a maintenance window of a member that is near",
    () => withCluster({}, { PreferredMaintenanceWindow: "tue:02:30-tue:03:00" }),
    "warns window.near",
    /maintenance window of orders-prod-1 \(tue:02:30-tue:03:00, UTC\) opens in 1 h 30 min/,
  ],
  [
    "a backup window that is open",
    () => withCluster({ PreferredBackupWindow: "00:50-01:20" }),
    "warns window.open",
    /backup window of orders-prod \(00:50-01:20, UTC\) is open/,
  ],
])("%s is found, and said", async (_, world, code, said) => {
  const findings = await found(world());
  expect(codes(findings)).toContain(code);
  const one = findings.find((each) => code.endsWith(each.code));
  if (!one) throw new Error("it was not found");
  expect(explain(one, plain).why).toMatch(said);
});

describe("a key's policy", () => {
  function under(policy: object) {
    const world = withCluster();
    world.account.alter((turn) => {
      const Statement = [{ Effect: "Allow", Resource: "*", ...policy }];
      addKey(turn, { alias: "alias/databases", policy: JSON.stringify({ Statement }) });
    });
    return world;
  }
  const account = { AWS: "arn:aws:iam::123456789012:root" };

  test("that lets the account do everything is nothing to tell", async () => {
    expect(await found(under({ Principal: account, Action: "kms:*" }))).toEqual([]);
  });

  test.each([
    [
      "that knows only administrators",
      { Principal: { AWS: "arn:aws:iam::123456789012:role/admin" }, Action: "kms:*" },
    ],
    [
      "that lets everybody look and nobody grant",
      { Principal: account, Action: ["kms:DescribeKey", "kms:GetKeyPolicy"] },
    ],
    [
      "that lets another service grant",
      {
        Principal: account,
        Action: "kms:*",
        Condition: { StringEquals: { "kms:ViaService": "s3.eu-west-1.amazonaws.com" } },
      },
    ],
  ])("%s blocks", async (_, policy) => {
    expect(codes(await found(under(policy)))).toEqual(["blocks key.shut"]);
  });

  test("that depends on something else is warned of", async () => {
    const policy = {
      Principal: account,
      Action: "kms:*",
      Condition: { StringEquals: { "aws:PrincipalOrgID": "o-example" } },
    };
    expect(codes(await found(under(policy)))).toEqual(["warns key.unclear"]);
  });

  test("that the bot may not read is noted, and is no reason to refuse", async () => {
    const world = withCluster();
    world.account.faults = ({ operation }) =>
      operation === "GetKeyPolicy" ? { code: "AccessDeniedException", status: 400 } : undefined;
    expect(codes(await found(world))).toEqual(["notes key.unread"]);
  });

  test("of the present key counts as well: the way back and every copy read through it", async () => {
    const world = new FastWorld();
    const key = world.account.alter((turn) => addKey(turn, { policy: JSON.stringify({ Statement: [] }) }));
    world.addCluster({ id: name, storageKey: { type: "sse-kms", arn: key.arn } });
    const [first] = await found(world);
    expect(first).toMatchObject({ severity: "blocks", code: "key.shut", params: { keys: key.arn } });
  });
});

test("an authority of which ninety days are left is warned of", async () => {
  const world = withCluster({}, { CACertificateIdentifier: "rds-ca-rsa2048-g1" });
  const { cloudFor, ...deps } = world.deps;
  const soon = world.clock.now() + 89 * 24 * hour;
  const ending: typeof cloudFor = (target, mandate) => ({
    ...cloudFor(target, mandate),
    certificateValidUntil: async () => soon,
  });
  expect(codes(await found({ deps: { ...deps, cloudFor: ending } }))).toEqual(["warns authority.ends"]);
});

describe("a look inside", () => {
  /** The same world, in whose database this is found as well. */
  function inside(more: object) {
    const { deps } = withCluster();
    const { inventory } = deps.database;
    const database: typeof deps.database = {
      ...deps.database,
      inventory: async (at) => ({ ...(await inventory(at)), ...more }),
    };
    return { deps: { ...deps, database } };
  }
  const open = (openFor: number) => ({
    openTransactions: [{ user: "etl", database: "orders", application: "", openFor }],
  });

  test("notes a transaction that has been open for long, by day", async () => {
    expect(codes(await found(inside(open(300_000))))).toEqual(["notes transaction.long"]);
    expect(await found(inside(open(299_999)))).toEqual([]);
  });

  test("notes invalid indexes", async () => {
    expect(codes(await found(inside({ invalidIndexes: ["a", "b"] })))).toEqual(["notes indexes.invalid"]);
  });
});

test("everything that blocks is told at once", async () => {
  const world = withCluster(
    { EngineVersion: "16.2" },
    { CACertificateIdentifier: "rds-ca-2019", AvailabilityZone: "eu-west-1d" },
  );
  expect(codes(await found(world))).toEqual([
    "blocks offer.no-version",
    "blocks offer.no-class",
    "blocks authority.ended",
  ]);
});
