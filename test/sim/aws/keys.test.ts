import {
  CreateGrantCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  DryRunOperationException,
  EnableKeyCommand,
  ListAliasesCommand,
  NotFoundException,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import {
  CreateDBClusterSnapshotCommand,
  RebootDBInstanceCommand,
  StartDBClusterCommand,
} from "@aws-sdk/client-rds";
import { describe, expect, test } from "vitest";
import { addKey } from "../../../src/sim/aws/seeds/furniture.ts";
import { day, laboratory, minute } from "./laboratory.ts";

test("a key is found by id, ARN, alias and alias ARN, in its own Region only", async () => {
  const { kms, key } = laboratory();
  const aliasArn = "arn:aws:kms:eu-central-1:123456789012:alias/databases";
  for (const KeyId of [key.id, key.arn, "alias/databases", aliasArn]) {
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
    expect(KeyMetadata).toMatchObject({
      Arn: key.arn,
      KeyManager: "CUSTOMER",
      KeyState: "Enabled",
      KeySpec: "SYMMETRIC_DEFAULT",
      CreationDate: expect.any(Date),
    });
  }
  const managed = await kms.send(new DescribeKeyCommand({ KeyId: "alias/aws/rds" }));
  expect(managed.KeyMetadata?.KeyManager).toBe("AWS");
  for (const KeyId of ["alias/none", key.arn.replace("eu-central-1", "us-east-1")]) {
    await expect(kms.send(new DescribeKeyCommand({ KeyId }))).rejects.toThrow(NotFoundException);
  }
});

test("aliases come in pages", async () => {
  const { kms } = laboratory();
  const first = await kms.send(new ListAliasesCommand({ Limit: 1 }));
  expect(first).toMatchObject({ Aliases: [{ AliasName: "alias/aws/rds" }], Truncated: true });
  const rest = await kms.send(new ListAliasesCommand({ Limit: 2, Marker: first.NextMarker }));
  expect(rest).toMatchObject({
    Aliases: [{ AliasName: "alias/aws/secretsmanager" }, { AliasName: "alias/databases" }],
    Truncated: false,
  });
});

test("a dry run says whether a grant could be made", async () => {
  const { kms, key, account } = laboratory();
  const dryRun = (KeyId: string) =>
    kms.send(
      new CreateGrantCommand({
        KeyId,
        GranteePrincipal: "rds.amazonaws.com",
        Operations: ["Decrypt"],
        DryRun: true,
      }),
    );
  await expect(dryRun(key.arn)).rejects.toThrow(DryRunOperationException);
  const closed = account.alter((turn) => addKey(turn, { grantable: false }));
  await expect(dryRun(closed.arn)).rejects.toMatchObject({ name: "AccessDeniedException" });
  await kms.send(new DisableKeyCommand({ KeyId: key.id }));
  await expect(dryRun(key.arn)).rejects.toMatchObject({ name: "DisabledException" });
});

describe("a key that goes away", () => {
  async function underKey() {
    const lab = laboratory();
    lab.seed({ id: "orders", storageKey: { type: "sse-kms", arn: lab.key.arn } });
    lab.seed({ id: "billing" });
    return lab;
  }

  test("is missed at once by what needs it, and by the database some minutes later", async () => {
    const { kms, rds, key, pass, cluster, instance, data } = await underKey();
    await kms.send(new DisableKeyCommand({ KeyId: key.id }));
    const refused = { name: "KMSKeyNotAccessibleFault" };
    const snapshot = { DBClusterIdentifier: "orders", DBClusterSnapshotIdentifier: "safety" };
    await expect(rds.send(new CreateDBClusterSnapshotCommand(snapshot))).rejects.toMatchObject(refused);
    const reboot = new RebootDBInstanceCommand({ DBInstanceIdentifier: "orders-1" });
    await expect(rds.send(reboot)).rejects.toMatchObject(refused);
    expect(cluster("orders")?.status).toBe("available");
    await pass(6 * minute);
    expect(cluster("orders")?.status).toBe("inaccessible-encryption-credentials-recoverable");
    expect(instance("orders-1")?.status).toBe("inaccessible-encryption-credentials-recoverable");
    expect(data.sessions).toHaveLength(2);
    expect(cluster("billing")?.status).toBe("available");
  });

  test("and comes back within seven days: the cluster can be started", async () => {
    const { kms, rds, key, pass, cluster } = await underKey();
    await kms.send(new DisableKeyCommand({ KeyId: key.id }));
    await pass(day);
    await kms.send(new EnableKeyCommand({ KeyId: key.id }));
    await rds.send(new StartDBClusterCommand({ DBClusterIdentifier: "orders" }));
    await pass(10 * minute);
    expect(cluster("orders")?.status).toBe("available");
  });

  test("and does not: the data is lost", async () => {
    const { kms, key, pass, cluster } = await underKey();
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId: key.id, PendingWindowInDays: 30 }));
    await pass(8 * day);
    expect(cluster("orders")?.status).toBe("inaccessible-encryption-credentials");
  });
});
