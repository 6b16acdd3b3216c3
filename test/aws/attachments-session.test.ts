import { describe, expect, test } from "vitest";
import type { Cloud } from "../../src/core/cloud.ts";
import { minutes } from "../../src/core/time.ts";
import { attachEverything } from "../../src/sim/aws/seeds/attach.ts";
import type { AccountState } from "../../src/sim/aws/state.ts";
import { put, type Turn } from "../../src/sim/aws/turn.ts";
import { FastWorld } from "../../src/sim/fast-world.ts";

const marks = (role: string) =>
  Object.entries({
    "encrypt-db:enrolled": "true",
    "encrypt-db:migration": "m00001",
    "encrypt-db:role": role,
  }).map(([Key, Value]) => ({ Key, Value }));

/** `orders` with everything attached, and a gateway with the deployed roles; `between` happens when a change is on its way. */
function narrowed(role: string, between: (turn: Turn) => void = () => {}) {
  const world = new FastWorld();
  const orders = world.addCluster({ id: "orders", settings: { TagList: marks(role) } });
  world.account.alter((turn) => attachEverything(turn, orders, world.key.arn));
  const changing =
    /^(Delete|Register|Deregister|Disable|Enable|AddRole|StartActivity|ModifyDB|CreateDB|Remove)/;
  const hold = async (operation: string) => {
    if (changing.test(operation)) world.account.alter(between);
  };
  const { cloudFor, clock } = world.executor(hold);
  const target = { account: "123456789012", region: "eu-west-1", kind: "cluster", name: "orders" } as const;
  const cloud = cloudFor(target, {
    effect: "interrupts",
    migration: "m00001",
    actor: "m00001.attach",
    approver: "UBOB",
    until: clock.now() + minutes(1),
  });
  const ref = { kind: "cluster", name: "orders", resourceId: orders.resourceId } as const;
  return { world, orders, cloud, ref };
}

type Made = ReturnType<typeof narrowed>;

const all = { in: true, out: true, scheduled: true };
const endpoint = { name: "late", type: "ANY" as const, staticMembers: [], excludedMembers: [] };
const own = { "encrypt-db:migration": "m00001", "encrypt-db:role": "replacement" };

/** Each act, and the role in which the cluster is changed so. */
const acts: readonly [what: string, role: string, act: (cloud: Cloud, made: Made) => Promise<void>][] = [
  ["takes a proxy's target", "source", (cloud, { ref }) => cloud.deregisterProxyTarget(ref, "orders-proxy")],
  ["turns the Data API off", "source", (cloud, { ref }) => cloud.switchDataApi(ref, false)],
  ["turns the Data API on", "replacement", (cloud, { ref }) => cloud.switchDataApi(ref, true)],
  ["deletes an endpoint", "source", (cloud, { ref }) => cloud.deleteCustomEndpoint(ref, "orders-batch")],
  [
    "makes one",
    "replacement",
    (cloud, { ref }) => cloud.createCustomEndpoint(ref, { ...endpoint, tags: own }),
  ],
  ["suspends scaling", "source", (cloud, { ref }) => cloud.suspendScaling(ref, all)],
  [
    "gives a role",
    "replacement",
    (cloud, { ref }) =>
      cloud.addRole(ref, { arn: "arn:aws:iam::123456789012:role/more", feature: "s3Export" }),
  ],
];

describe("the credentials of an act on what hangs on a cluster", () => {
  test.each(acts)("reach what is meant, where it %s", async (_what, role, act) => {
    const made = narrowed(role);
    await act(made.cloud, made);
    expect(made.world.account.ledger.at(-1)).toMatchObject({ mutates: true, outcome: "ok" });
  });

  test.each(acts.filter(([what]) => !/scaling|deletes/.test(what)))(
    "do not reach a cluster that has become another's, where it %s",
    async (_what, role, act) => {
      const made = narrowed(role, (turn) => retag(turn, "orders", "retired-by-somebody"));
      await expect(act(made.cloud, made)).rejects.toMatchObject({ kind: "refused", code: "AccessDenied" });
    },
  );

  test("do not delete an endpoint that was made anew for the replacement within the same second", async () => {
    const made = narrowed("source", (turn) => {
      const customEndpoints = turn.state.attachments.customEndpoints.map((one) => ({
        ...one,
        tags: marks("replacement"),
      }));
      turn.state = attachedTo(turn.state, { customEndpoints });
    });
    const late = made.cloud.deleteCustomEndpoint(made.ref, "orders-batch");
    await expect(late).rejects.toMatchObject({ kind: "refused", code: "AccessDenied" });
    expect(made.world.account.state.attachments.customEndpoints.map(({ status }) => status)).toEqual([
      "available",
      "available",
    ]);
  });

  test("do not reach a proxy that its owner has withdrawn", async () => {
    const made = narrowed("source", (turn) => {
      const proxies = turn.state.attachments.proxies.map((one) => ({ ...one, tags: [] }));
      turn.state = attachedTo(turn.state, { proxies });
    });
    const late = made.cloud.deregisterProxyTarget(made.ref, "orders-proxy");
    await expect(late).rejects.toMatchObject({ kind: "refused", code: "AccessDenied" });
  });

  test("give the replacement a secret, and the source none of these things", async () => {
    const made = narrowed("replacement");
    await made.cloud.manageMasterPassword(made.ref, made.world.key.arn);
    expect(made.world.account.ledger.at(-1)).toMatchObject({ operation: "ModifyDBCluster", outcome: "ok" });
    const source = narrowed("source");
    const role = { arn: "arn:aws:iam::123456789012:role/more", feature: "s3Export" };
    await expect(source.cloud.addRole(source.ref, role)).rejects.toMatchObject({ kind: "refused" });
  });

  test("fit into what STS takes", async () => {
    const made = narrowed("source");
    await made.cloud.deregisterProxyTarget(made.ref, "orders-proxy");
    const policies = made.world.account.ledger
      .filter(({ operation }) => operation === "AssumeRole")
      .map(({ input }) => String((input as { Policy?: string }).Policy));
    expect(policies).toHaveLength(1);
    for (const policy of policies) expect(policy.length).toBeLessThanOrEqual(2_048);
  });
});

function retag(turn: Turn, id: string, role: string): void {
  const found = Object.values(turn.state.clusters).find((one) => one.id === id);
  if (found) put(turn, "clusters", { ...found, settings: { ...found.settings, TagList: marks(role) } });
}

function attachedTo(state: AccountState, change: Partial<AccountState["attachments"]>): AccountState {
  return { ...state, attachments: { ...state.attachments, ...change } };
}
