import { describe, expect, test } from "vitest";
import { narrowedAuthority } from "../../src/aws/authority.ts";
import { createAccountClients, createChangeClient, createStsClient } from "../../src/aws/clients.ts";
import { createGateway } from "../../src/aws/cloud.ts";
import type { Tags } from "../../src/core/cloud.ts";
import { accountPlugin } from "../../src/sim/aws/middleware.ts";
import type { Cluster } from "../../src/sim/aws/state.ts";
import { put } from "../../src/sim/aws/turn.ts";
import { giveRoles, workerKey } from "../../src/sim/roles.ts";
import { laboratory, minute } from "../sim/aws/laboratory.ts";

const marks = { "encrypt-db:enrolled": "true", "encrypt-db:migration": "m00001" };
const source = { ...marks, "encrypt-db:role": "source" };

/** A gateway with roles; `between` happens when a change has left the process and has not reached AWS. */
function narrowed(between: () => void = () => {}) {
  const lab = laboratory();
  const { account, clock } = lab;
  const roles = giveRoles(account, [lab.key.arn]);
  const hold = async (operation: string) => {
    if (/^(Modify|Delete)/.test(operation)) between();
  };
  const options = {
    region: "eu-central-1",
    plugin: accountPlugin(account, hold),
    credentials: { accessKeyId: workerKey, secretAccessKey: "secret" },
  };
  const authority = narrowedAuthority({
    sts: createStsClient(options),
    roles,
    now: clock.now,
    clientWith: (credentials) => createChangeClient({ ...options, credentials }),
  });
  const cloudFor = createGateway(createAccountClients(options), authority);
  const cloud = cloudFor({
    effect: "interrupts",
    migration: "m00001",
    actor: "m00001.rename-source",
    approver: "UBOB",
    until: clock.now() + minute,
  });
  const marked = (id: string, tags: Tags) => lab.seed({ id, settings: { TagList: listed(tags) } });
  const alterCluster = (of: Cluster, change: (cluster: Cluster) => Cluster) =>
    account.alter((turn) => put(turn, "clusters", change(turn.state.clusters[of.resourceId] ?? of)));
  return { ...lab, cloud, marked, alterCluster };
}

const listed = (tags: Tags) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
const ref = ({ id, resourceId }: Cluster) => ({ kind: "cluster", name: id, resourceId }) as const;

describe("the credentials of one act", () => {
  test("change what is meant, in the name of the step and of whoever approved it", async () => {
    const { cloud, marked, account } = narrowed();
    await cloud.changeCluster(ref(marked("orders", source)), { newName: "orders-old" });
    expect(account.ledger.at(-1)).toMatchObject({ operation: "ModifyDBCluster", outcome: "ok" });
    expect(account.ledger.at(-1)?.callerArn).toMatch(
      /assumed-role\/encrypt-db-change\/m00001\.rename-source$/,
    );
    const assumed = account.ledger.find(({ operation }) => operation === "AssumeRole");
    expect(assumed?.input).toMatchObject({ SourceIdentity: "UBOB", DurationSeconds: 900 });
  });

  test("do not reach the replacement that takes the name within the same second", async () => {
    const lab = narrowed(() => {
      lab.alterCluster(orders, (cluster) => ({ ...cluster, id: "orders-old" }));
      lab.marked("orders", { ...marks, "encrypt-db:role": "replacement" });
    });
    const orders = lab.marked("orders", source);
    const late = lab.cloud.changeCluster(ref(orders), { newName: "orders-old" });
    await expect(late).rejects.toMatchObject({ kind: "refused", code: "AccessDenied" });
  });

  test("do not reach a stranger that takes the name and has no mark at all", async () => {
    const lab = narrowed(() => {
      lab.alterCluster(orders, (cluster) => ({ ...cluster, id: "orders-old" }));
      lab.marked("orders", { "encrypt-db:enrolled": "true" });
    });
    const orders = lab.marked("orders", source);
    const late = lab.cloud.changeCluster(ref(orders), { newName: "orders-old" });
    await expect(late).rejects.toMatchObject({ kind: "refused", code: "AccessDenied" });
  });

  test("end with the act's time, also for what is meant; then it is meant anew", async () => {
    const lab = narrowed(() => {
      lab.clock.time += 2 * minute;
    });
    const orders = lab.marked("orders", source);
    const late = lab.cloud.changeCluster(ref(orders), { newName: "orders-old" });
    await expect(late).rejects.toMatchObject({ kind: "busy", code: "TooLate" });
    expect(lab.account.ledger.at(-1)).toMatchObject({
      operation: "ModifyDBCluster",
      outcome: "AccessDenied",
    });
    expect(lab.cluster("orders")).toBeDefined();
  });

  test("delete nothing but what is marked as failed", async () => {
    const { cloud, marked } = narrowed();
    const orders = marked("orders", { ...marks, "encrypt-db:role": "replacement" });
    await expect(cloud.deleteCluster(ref(orders))).rejects.toMatchObject({
      kind: "refused",
      code: "AccessDenied",
    });
  });
});
