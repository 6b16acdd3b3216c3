import { DisableKeyCommand } from "@aws-sdk/client-kms";
import {
  DBClusterAlreadyExistsFault,
  DeleteDBClusterCommand,
  DescribeDBClustersCommand,
  DescribeEventsCommand,
  FailoverDBClusterCommand,
  InvalidDBClusterStateFault,
  InvalidGlobalClusterStateFault,
  InvalidVPCNetworkStateFault,
  ModifyDBClusterCommand,
  type ModifyDBClusterMessage,
  StopDBClusterCommand,
} from "@aws-sdk/client-rds";
import { describe, expect, test } from "vitest";
import { attachBlueGreen } from "../../../../src/sim/aws/seeds/attach.ts";
import { addSecurityGroup, databasesGroup } from "../../../../src/sim/aws/seeds/furniture.ts";
import {
  globalDatabaseMember,
  sharedCluster,
  stoppedCluster,
} from "../../../../src/sim/aws/seeds/topologies.ts";
import { day, laboratory, minute, second } from "../laboratory.ts";

type Laboratory = ReturnType<typeof laboratory>;

const modify = ({ rds }: Laboratory, id: string, change: Partial<ModifyDBClusterMessage>) =>
  rds.send(new ModifyDBClusterCommand({ DBClusterIdentifier: id, ...change }));

const rename = (lab: Laboratory, from: string, to: string, now = true) =>
  modify(lab, from, { NewDBClusterIdentifier: to, ApplyImmediately: now });

const described = async ({ rds }: Laboratory, id: string) =>
  (await rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: id }))).DBClusters?.[0];

describe("a rename", () => {
  test("is shown as available, then as renaming, and takes the endpoint names along at its end", async () => {
    const lab = laboratory();
    lab.seed({ id: "orders" });
    const before = await described(lab, "orders");
    const answer = await rename(lab, "orders", "Orders-Old");
    expect(answer.DBCluster).toMatchObject({
      Status: "available",
      PendingModifiedValues: { DBClusterIdentifier: "orders-old" },
    });
    expect(lab.account.resolve(before?.Endpoint ?? "")).toBeDefined();
    await lab.pass(5 * second);
    expect(await described(lab, "orders")).toMatchObject({ Status: "renaming", Endpoint: before?.Endpoint });
    await lab.pass(2 * minute);
    const after = await described(lab, "orders-old");
    expect(after?.Endpoint).toBe(before?.Endpoint?.replace("orders.", "orders-old."));
    expect(after?.ReaderEndpoint).toBe(before?.ReaderEndpoint?.replace("orders.", "orders-old."));
    expect(after?.PendingModifiedValues).toBeUndefined();
    expect(lab.account.resolve(before?.Endpoint ?? "")).toBeUndefined();
    expect(after?.DBClusterMembers?.map(({ DBInstanceIdentifier }) => DBInstanceIdentifier)).toEqual([
      "orders-1",
      "orders-2",
    ]);
    const { Events } = await lab.rds.send(new DescribeEventsCommand({ SourceIdentifier: "orders-old" }));
    expect(Events?.map(({ Message }) => Message)).toEqual(["Renamed cluster from orders to orders-old"]);
  });

  test("ends no session", async () => {
    const lab = laboratory();
    lab.seed({ id: "orders" });
    await rename(lab, "orders", "orders-old");
    await lab.pass(10 * minute);
    expect(lab.cluster("orders-old")?.status).toBe("available");
    expect(lab.data.sessions).toEqual([]);
  });

  test("without ApplyImmediately waits for the maintenance window, and happens then by itself", async () => {
    const lab = laboratory();
    lab.seed({ id: "orders", settings: { PreferredMaintenanceWindow: "sun:04:10-sun:04:40" } });
    await rename(lab, "orders", "orders-old", false);
    await lab.pass(4 * day);
    expect(await described(lab, "orders")).toMatchObject({
      Status: "available",
      PendingModifiedValues: { DBClusterIdentifier: "orders-old" },
    });
    await lab.pass(day + 3 * 60 * minute);
    expect(lab.cluster("orders-old")?.status).toBe("available");
  });

  test("an immediate change also applies what was waiting", async () => {
    const lab = laboratory();
    lab.seed({ id: "orders" });
    await rename(lab, "orders", "orders-old", false);
    await modify(lab, "orders", { EnableIAMDatabaseAuthentication: true, ApplyImmediately: true });
    await lab.pass(3 * minute);
    expect(lab.cluster("orders-old")?.settings.IAMDatabaseAuthenticationEnabled).toBe(true);
  });

  test("a repeated rename finds whatever cluster bears the name by then", async () => {
    const lab = laboratory();
    const source = lab.seed({ id: "orders" });
    await rename(lab, "orders", "orders-old");
    await lab.pass(3 * minute);
    const replacement = lab.seed({ id: "orders", members: [] });
    await rename(lab, "orders", "orders-failed");
    await lab.pass(3 * minute);
    expect(lab.cluster("orders-failed")?.resourceId).toBe(replacement.resourceId);
    expect(lab.cluster("orders-old")?.resourceId).toBe(source.resourceId);
  });

  test("to a name that a cluster has, or has been promised, is refused", async () => {
    const lab = laboratory();
    for (const id of ["orders", "billing", "users"]) lab.seed({ id });
    await expect(rename(lab, "orders", "billing")).rejects.toThrow(DBClusterAlreadyExistsFault);
    await rename(lab, "orders", "archive");
    await expect(rename(lab, "billing", "archive")).rejects.toThrow(DBClusterAlreadyExistsFault);
  });

  test.each(["1orders", "orders--old", "orders-", "", "orders_old", "o".repeat(64)])(
    "to %j is refused",
    async (name) => {
      const lab = laboratory();
      lab.seed({ id: "orders" });
      await expect(rename(lab, "orders", name)).rejects.toMatchObject({ name: "InvalidParameterValue" });
    },
  );

  test("of a shared, a blue/green, a global or a stopped cluster is refused", async () => {
    const lab = laboratory();
    const green = lab.seed({ id: "green" });
    lab.account.alter((turn) => {
      sharedCluster(turn, "shared");
      globalDatabaseMember(turn, "global");
      stoppedCluster(turn, "stopped");
      attachBlueGreen(turn, green, "upgrade");
    });
    for (const id of ["shared", "green", "stopped"]) {
      await expect(rename(lab, id, "other")).rejects.toThrow(InvalidDBClusterStateFault);
    }
    await expect(rename(lab, "global", "other")).rejects.toThrow(InvalidGlobalClusterStateFault);
  });

  test("is refused while another modification is under way", async () => {
    const lab = laboratory();
    lab.seed({ id: "orders" });
    await modify(lab, "orders", { VpcSecurityGroupIds: ["sg-fence"] });
    await lab.pass(5 * second);
    await expect(rename(lab, "orders", "orders-old")).rejects.toThrow(InvalidDBClusterStateFault);
  });
});

describe("a change of security groups", () => {
  test("takes most of a minute, during which the old ones hold", async () => {
    const lab = laboratory();
    lab.seed({ id: "orders" });
    const writer = lab.instance("orders-1")?.resourceId ?? "";
    await modify(lab, "orders", { VpcSecurityGroupIds: ["sg-fence"] });
    await lab.pass(10 * second);
    expect(await described(lab, "orders")).toMatchObject({
      Status: "modifying",
      VpcSecurityGroups: [
        { VpcSecurityGroupId: databasesGroup, Status: "removing" },
        { VpcSecurityGroupId: "sg-fence", Status: "adding" },
      ],
    });
    expect(lab.account.admits(writer, "application")).toBe(true);
    await lab.pass(minute);
    expect((await described(lab, "orders"))?.VpcSecurityGroups).toEqual([
      { VpcSecurityGroupId: "sg-fence", Status: "active" },
    ]);
    expect(lab.account.admits(writer, "application")).toBe(false);
    expect(lab.account.admits(writer, "probe")).toBe(true);
    expect(lab.data.sessions).toEqual([]);
  });

  test("lets nobody in before its end", async () => {
    const lab = laboratory();
    const VpcSecurityGroups = [{ VpcSecurityGroupId: "sg-fence", Status: "active" }];
    lab.seed({ id: "orders", settings: { VpcSecurityGroups } });
    const writer = lab.instance("orders-1")?.resourceId ?? "";
    await modify(lab, "orders", { VpcSecurityGroupIds: [databasesGroup] });
    await lab.pass(30 * second);
    expect(lab.account.admits(writer, "application")).toBe(false);
    await lab.pass(30 * second);
    expect(lab.account.admits(writer, "application")).toBe(true);
  });

  test("to those in force changes nothing", async () => {
    const lab = laboratory();
    lab.seed({ id: "orders" });
    await modify(lab, "orders", { VpcSecurityGroupIds: [databasesGroup], ApplyImmediately: true });
    await lab.pass(10 * second);
    expect(lab.cluster("orders")?.status).toBe("available");
  });

  test("to a group of another VPC is refused", async () => {
    const lab = laboratory();
    lab.seed({ id: "orders" });
    lab.account.alter((turn) => addSecurityGroup(turn, { id: "sg-far", vpcId: "vpc-far", admits: [] }));
    await expect(modify(lab, "orders", { VpcSecurityGroupIds: ["sg-far"] })).rejects.toThrow(
      InvalidVPCNetworkStateFault,
    );
  });
});

describe("between its acceptance and its beginning, a modification", () => {
  test("is joined by a second one", async () => {
    const lab = laboratory();
    lab.seed({ id: "orders" });
    await rename(lab, "orders", "orders-old");
    await modify(lab, "orders", { VpcSecurityGroupIds: ["sg-fence"] });
    await lab.pass(3 * minute);
    expect(lab.cluster("orders-old")?.settings.VpcSecurityGroups).toEqual([
      { VpcSecurityGroupId: "sg-fence", Status: "active" },
    ]);
  });

  test("keeps the cluster from being stopped, failed over or deleted", async () => {
    const lab = laboratory();
    lab.seed({ id: "orders", members: [], settings: { DeletionProtection: false } });
    await rename(lab, "orders", "orders-old");
    const DBClusterIdentifier = "orders";
    const refusing = expect.objectContaining({ name: "InvalidDBClusterStateFault" });
    for (const command of [
      new StopDBClusterCommand({ DBClusterIdentifier }),
      new FailoverDBClusterCommand({ DBClusterIdentifier }),
      new DeleteDBClusterCommand({ DBClusterIdentifier, SkipFinalSnapshot: true }),
    ]) {
      await expect(lab.rds.send(command as StopDBClusterCommand)).rejects.toEqual(refusing);
    }
  });

  test("is dropped when the key is lost, and frees the name that it was promised", async () => {
    const lab = laboratory({ durations: { noticeKey: second } });
    lab.seed({ id: "orders", storageKey: { type: "sse-kms", arn: lab.key.arn } });
    await modify(lab, "orders", { VpcSecurityGroupIds: ["sg-fence"], ApplyImmediately: true });
    await rename(lab, "orders", "orders-old");
    await lab.kms.send(new DisableKeyCommand({ KeyId: lab.key.id }));
    await lab.pass(minute);
    expect(lab.cluster("orders")).toMatchObject({
      status: "inaccessible-encryption-credentials-recoverable",
      applying: {},
      settings: { VpcSecurityGroups: [{ VpcSecurityGroupId: databasesGroup, Status: "active" }] },
    });
  });
});

test("a rename that waited is dropped when somebody else has taken the name", async () => {
  const lab = laboratory();
  lab.seed({ id: "orders" });
  await rename(lab, "orders", "archive", false);
  lab.seed({ id: "archive" });
  await lab.pass(8 * day);
  expect(lab.cluster("orders")).toMatchObject({ status: "available", pending: {}, applying: {} });
});

describe("other changes", () => {
  test("deletion protection is on at once, and the cluster stays available", async () => {
    const lab = laboratory();
    lab.seed({ id: "orders", settings: { DeletionProtection: false } });
    const { DBCluster } = await modify(lab, "orders", { DeletionProtection: true });
    expect(DBCluster).toMatchObject({ DeletionProtection: true, Status: "available" });
  });

  test("a parameter group waits for the reboot of each member", async () => {
    const lab = laboratory();
    lab.seed({ id: "orders" });
    await modify(lab, "orders", { DBClusterParameterGroupName: "default.aurora-postgresql17" });
    await lab.pass(3 * minute);
    expect((await described(lab, "orders"))?.DBClusterMembers).toMatchObject([
      { DBClusterParameterGroupStatus: "pending-reboot" },
      { DBClusterParameterGroupStatus: "pending-reboot" },
    ]);
  });

  test("Database Insights' advanced mode needs Performance Insights kept for 465 days", async () => {
    const lab = laboratory();
    lab.seed({ id: "orders" });
    const advanced = { DatabaseInsightsMode: "advanced" } as const;
    await expect(modify(lab, "orders", advanced)).rejects.toMatchObject({
      name: "InvalidParameterCombination",
    });
    const kept = { EnablePerformanceInsights: true, PerformanceInsightsRetentionPeriod: 465 };
    await modify(lab, "orders", { ...advanced, ...kept, ApplyImmediately: true });
    await lab.pass(3 * minute);
    expect((await described(lab, "orders"))?.DatabaseInsightsMode).toBe("advanced");
  });

  test("a parameter that the account does not know is refused by name", async () => {
    const lab = laboratory();
    lab.seed({ id: "orders" });
    await expect(modify(lab, "orders", { Domain: "d-123" })).rejects.toThrow(
      "the simulated account does not cover ModifyDBCluster.Domain",
    );
  });
});
