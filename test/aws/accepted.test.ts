import { expect, test } from "vitest";
import type { AcceptedRequest } from "../../src/core/mandate.ts";
import { anyAct, clusterRef, gateway } from "./gateway.ts";

function listening() {
  const { cloudFor, seed } = gateway();
  seed({ id: "orders" });
  const accepted: AcceptedRequest[] = [];
  return { accepted, cloud: cloudFor(anyAct, (request) => accepted.push(request)) };
}

test("a change that AWS accepts is told with the id of its request, and a look is not", async () => {
  const { accepted, cloud } = listening();
  await cloud.changeCluster(await clusterRef(cloud, "orders"), { deletionProtection: false });
  expect(accepted).toEqual([{ operation: "ModifyDBCluster", id: expect.stringMatching(/^[\w-]{36}$/) }]);
});

test("a change that is refused, or never sent, is not told as accepted", async () => {
  const { accepted, cloud } = listening();
  const orders = await clusterRef(cloud, "orders");
  await expect(cloud.deleteCluster(orders)).rejects.toMatchObject({ kind: "refused" });
  const other = { ...orders, resourceId: "cluster-OTHER" };
  await expect(cloud.changeCluster(other, { deletionProtection: false })).rejects.toMatchObject({
    kind: "mismatch",
  });
  expect(accepted).toEqual([]);
});
