import { describe, expect, test } from "vitest";
import { minute } from "../sim/aws/laboratory.ts";
import { marks, narrowed, ref, source } from "./narrowed.ts";

describe("the credentials of one act", () => {
  test("change what is meant, in the name of the step and of whoever approved it", async () => {
    const { act, marked, account } = narrowed();
    await act().changeCluster(ref(marked("orders", source)), { newName: "orders-old" });
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
    const late = lab.act().changeCluster(ref(orders), { newName: "orders-old" });
    await expect(late).rejects.toMatchObject({ kind: "refused", code: "AccessDenied" });
  });

  test("do not reach a stranger that takes the name and has no mark at all", async () => {
    const lab = narrowed(() => {
      lab.alterCluster(orders, (cluster) => ({ ...cluster, id: "orders-old" }));
      lab.marked("orders", { "encrypt-db:enrolled": "true" });
    });
    const orders = lab.marked("orders", source);
    const late = lab.act().changeCluster(ref(orders), { newName: "orders-old" });
    await expect(late).rejects.toMatchObject({ kind: "refused", code: "AccessDenied" });
  });

  test("end with the act's time, also for what is meant; then it is meant anew", async () => {
    const lab = narrowed(() => {
      lab.clock.time += 2 * minute;
    });
    const orders = lab.marked("orders", source);
    const late = lab.act().changeCluster(ref(orders), { newName: "orders-old" });
    await expect(late).rejects.toMatchObject({ kind: "busy", code: "TooLate" });
    expect(lab.account.ledger.at(-1)).toMatchObject({
      operation: "ModifyDBCluster",
      outcome: "AccessDenied",
    });
    expect(lab.cluster("orders")).toBeDefined();
  });

  test("delete nothing but what is marked as failed", async () => {
    const { act, marked } = narrowed();
    const orders = marked("orders", { ...marks, "encrypt-db:role": "replacement" });
    await expect(act().deleteCluster(ref(orders))).rejects.toMatchObject({
      kind: "refused",
      code: "AccessDenied",
    });
  });
});
