import { describe, expect, test } from "vitest";
import { actions as backupChanges, passedOn as backupPassedOn } from "../../src/aws/backup-change.ts";
import { actions as gateway } from "../../src/aws/cloud.ts";
import { actions as instanceChanges } from "../../src/aws/instance-change.ts";
import {
  assumeStatements,
  changeStatements,
  destroyStatements,
  lookStatements,
  type Scope,
  type Statement,
} from "../../src/aws/permissions.ts";
import { actions as clusterChanges, passedOn } from "../../src/aws/rds-change.ts";
import { type Ask, isAllowed } from "../../src/sim/aws/iam/evaluate.ts";

const key = "arn:aws:kms:eu-west-1:123456789012:key/wanted";
const monitoring = "arn:aws:iam::123456789012:role/rds-monitoring";
const clusterRole = "arn:aws:iam::123456789012:role/s3-import";
const scope: Scope = {
  partition: "aws",
  account: "123456789012",
  region: "eu-west-1",
  keyArns: [key],
  monitoringRoleArns: [monitoring],
  clusterRoleArns: [clusterRole],
  backup: { vault: "encrypt-db", roleArn: "arn:aws:iam::123456789012:role/AWSBackup-encrypt-db" },
};
const roles = {
  look: lookStatements(),
  change: changeStatements(scope),
  destroy: destroyStatements(scope),
};

const actionsOf = (statements: readonly Statement[]) =>
  new Set(statements.filter(({ Effect }) => Effect === "Allow").flatMap(({ Action }) => Action));

const rds = (resource: string) => `arn:aws:rds:eu-west-1:123456789012:${resource}`;

/** A resource's own tags, and those that a request sets. */
const tagged = (tags: Record<string, string>, prefix = "aws:ResourceTag") =>
  Object.fromEntries(Object.entries(tags).map(([name, value]) => [`${prefix}/encrypt-db:${name}`, value]));
const enrolled = tagged({ enrolled: "true" });
const as = (role: string) => tagged({ enrolled: "true", role, migration: "m00001" });
const making = (role: string) => ({
  ...tagged({ enrolled: "true", role, migration: "m00001" }, "aws:RequestTag"),
  "aws:TagKeys": ["encrypt-db:enrolled", "encrypt-db:role", "encrypt-db:migration"],
});
const ownKeys = { "aws:TagKeys": ["encrypt-db:role", "encrypt-db:migration"] };
const taggingAs = (role: string) => ({
  ...tagged({ role, migration: "m00001" }, "aws:RequestTag"),
  ...ownKeys,
});
/** Snapshots are not enrolled: only those of databases that copy their tags carry the owner's. */
const ownSnapshot = (role: string) => tagged({ role, migration: "m00001" });
const throughRds = { "kms:ViaService": "rds.eu-west-1.amazonaws.com" };
const throughSecrets = { "kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com" };
const inRegion = { "aws:RequestedRegion": "eu-west-1" };
const scalableTarget = "arn:aws:application-autoscaling:eu-west-1:123456789012:scalable-target/0abc";
const ofReaders = {
  "application-autoscaling:service-namespace": "rds",
  "application-autoscaling:scalable-dimension": "rds:cluster:ReadReplicaCount",
};
const viaRds = { "aws:ViaAWSService": "true" };
const granting = { ...throughRds, "kms:GrantIsForAWSResource": "true" };

function may(role: keyof typeof roles, action: string, resource: string, context: Ask["context"] = {}) {
  return isAllowed([roles[role]], { action, resource, context });
}

test("the three roles together may do what the gateway does, and nothing else", () => {
  const granted = [...actionsOf(roles.look), ...actionsOf(roles.change), ...actionsOf(roles.destroy)];
  expect([...new Set(granted)].sort()).toEqual(
    [...new Set([...gateway, ...passedOn, ...backupPassedOn])].sort(),
  );
  expect(actionsOf(assumeStatements([]))).toEqual(new Set(["sts:AssumeRole", "sts:SetSourceIdentity"]));
});

test("no action has a wildcard, and only looks are at everything", () => {
  for (const [role, statements] of Object.entries(roles)) {
    for (const { Effect, Action, Resource } of statements) {
      expect(Action.filter((action) => action.includes("*"))).toEqual([]);
      if (role !== "look" && Effect === "Allow") expect(Resource).not.toContain("*");
    }
  }
});

test("whoever looks cannot change anything", () => {
  const looking = actionsOf(roles.look);
  const changes: readonly string[] = [...clusterChanges, ...instanceChanges, ...backupChanges];
  expect([...looking].filter((action) => changes.includes(action))).toEqual([]);
  expect([...looking].filter((action) => !/:(Describe|List|Get)/.test(action))).toEqual([]);
});

describe("the role that changes", () => {
  test.each([
    [
      "marks an enrolled cluster",
      "rds:AddTagsToResource",
      rds("cluster:orders"),
      { ...enrolled, ...ownKeys },
    ],
    ["renames the source", "rds:ModifyDBCluster", rds("cluster:orders"), as("source")],
    ["opens the replacement", "rds:ModifyDBCluster", rds("cluster:orders"), as("replacement")],
    ["gives the retired source its name back", "rds:ModifyDBCluster", rds("cluster:o-old-m1"), as("retired")],
    ["renames a member", "rds:ModifyDBInstance", rds("db:orders-1"), as("source")],
    ["takes a safety copy", "rds:CreateDBClusterSnapshot", rds("cluster:orders"), as("source")],
    ["names it", "rds:CreateDBClusterSnapshot", rds("cluster-snapshot:o-before-m1"), making("safety-copy")],
    ["restores", "rds:RestoreDBClusterToPointInTime", rds("cluster:orders"), making("replacement")],
    ["takes a snapshot of an instance", "rds:CreateDBSnapshot", rds("db:ledger"), as("source")],
    ["names it, too", "rds:CreateDBSnapshot", rds("snapshot:l-after-m1"), making("safety-copy")],
    ["copies its own snapshot", "rds:CopyDBSnapshot", rds("snapshot:l-after-m1"), ownSnapshot("safety-copy")],
    ["names the copy", "rds:CopyDBSnapshot", rds("snapshot:l-after-m1-copy"), making("copy")],
    ["tags the copy", "rds:AddTagsToResource", rds("snapshot:l-after-m1-copy"), taggingAs("copy")],
    [
      "restores a cluster of its own snapshot",
      "rds:RestoreDBClusterFromSnapshot",
      rds("cluster-snapshot:o-after-m1"),
      ownSnapshot("safety-copy"),
    ],
    ["as a replacement", "rds:RestoreDBClusterFromSnapshot", rds("cluster:orders"), making("replacement")],
    [
      "restores an instance of its own copy",
      "rds:RestoreDBInstanceFromDBSnapshot",
      rds("snapshot:l-after-m1-copy"),
      ownSnapshot("copy"),
    ],
    ["as a replacement, too", "rds:RestoreDBInstanceFromDBSnapshot", rds("db:ledger"), making("replacement")],
    [
      "under an option group that it did not make",
      "rds:RestoreDBInstanceFromDBSnapshot",
      rds("og:default:postgres-16"),
      making("replacement"),
    ],
    ["replicates", "rds:CreateDBInstanceReadReplica", rds("db:ledger-2"), making("replacement")],
    ["tags what it restores", "rds:AddTagsToResource", rds("cluster:orders"), making("replacement")],
    ["makes members", "rds:CreateDBInstance", rds("db:orders-1"), making("replacement")],
    [
      "lets RDS keep a master password",
      "secretsmanager:CreateSecret",
      "arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!db-1234",
      viaRds,
    ],
    [
      "lets RDS look at the key of secrets",
      "kms:DescribeKey",
      `${key}-of-secrets`,
      { "kms:ResourceAliases": ["alias/aws/secretsmanager"] },
    ],
    ["gives the replacement a role", "rds:AddRoleToDBCluster", rds("cluster:orders"), as("replacement")],
    ["passes it", "iam:PassRole", clusterRole, { "iam:PassedToService": "rds.amazonaws.com" }],
    ["switches the Data API", "rds:DisableHttpEndpoint", rds("cluster:orders"), as("source")],
    ["takes a target from a proxy", "rds:DeregisterDBProxyTargets", rds("db-proxy:prx-1"), enrolled],
    ["of the source", "rds:DeregisterDBProxyTargets", rds("cluster:orders"), as("source")],
    ["in its group", "rds:RegisterDBProxyTargets", rds("target-group:prx-tg-1"), inRegion],
    [
      "makes an endpoint anew",
      "rds:CreateDBClusterEndpoint",
      rds("cluster-endpoint:r"),
      making("replacement"),
    ],
    ["or back at the source", "rds:AddTagsToResource", rds("cluster-endpoint:r"), making("source")],
    ["suspends scaling", "application-autoscaling:RegisterScalableTarget", scalableTarget, ofReaders],
    ["encrypts a secret with a key", "kms:GenerateDataKey", key, throughSecrets],
    ["lets RDS use the key", "kms:CreateGrant", key, granting],
    ["lets RDS look at the key", "kms:DescribeKey", key, throughRds],
    [
      "passes the monitoring role",
      "iam:PassRole",
      monitoring,
      { "iam:PassedToService": "monitoring.rds.amazonaws.com" },
    ],
  ])("%s", (_, action, resource, context) => {
    expect(may("change", action, resource, context)).toBe(true);
  });

  test.each([
    [
      "changes nothing that is not enrolled",
      "rds:ModifyDBCluster",
      rds("cluster:orders"),
      tagged({ role: "source" }),
    ],
    ["changes nothing that has no role", "rds:ModifyDBCluster", rds("cluster:orders"), enrolled],
    ["marks nothing that is not enrolled", "rds:AddTagsToResource", rds("cluster:orders"), ownKeys],
    [
      "enrols nothing itself",
      "rds:AddTagsToResource",
      rds("cluster:orders"),
      { ...enrolled, "aws:TagKeys": ["encrypt-db:enrolled"] },
    ],
    [
      "takes no enrolment away",
      "rds:RemoveTagsFromResource",
      rds("cluster:orders"),
      { ...as("source"), "aws:TagKeys": ["encrypt-db:enrolled"] },
    ],
    [
      "sets no other tag",
      "rds:AddTagsToResource",
      rds("cluster:orders"),
      { ...enrolled, "aws:TagKeys": ["encrypt-db:role", "cost-centre"] },
    ],
    ["restores nothing without its mark", "rds:RestoreDBClusterToPointInTime", rds("cluster:orders"), {}],
    [
      "restores nothing as something else",
      "rds:RestoreDBClusterToPointInTime",
      rds("cluster:orders"),
      making("source"),
    ],
    [
      "names no snapshot as it likes",
      "rds:CreateDBClusterSnapshot",
      rds("cluster-snapshot:nightly"),
      making("safety-copy"),
    ],
    [
      "names no snapshot of an instance as it likes",
      "rds:CreateDBSnapshot",
      rds("snapshot:nightly"),
      making("safety-copy"),
    ],
    [
      "makes no snapshot without its mark",
      "rds:CreateDBSnapshot",
      rds("snapshot:l-after-m1"),
      tagged({ role: "safety-copy" }, "aws:RequestTag"),
    ],
    [
      "takes no snapshot of what is not the source",
      "rds:CreateDBSnapshot",
      rds("db:ledger"),
      as("replacement"),
    ],
    ["copies no snapshot of somebody else", "rds:CopyDBSnapshot", rds("snapshot:nightly"), making("copy")],
    [
      "restores no snapshot of somebody else",
      "rds:RestoreDBInstanceFromDBSnapshot",
      rds("snapshot:nightly"),
      { ...tagged({ role: "nightly" }), ...making("replacement") },
    ],
    [
      "restores no snapshot that no migration has marked",
      "rds:RestoreDBClusterFromSnapshot",
      rds("cluster-snapshot:nightly"),
      { ...tagged({ role: "safety-copy" }), ...making("replacement") },
    ],
    [
      "restores no instance without its mark",
      "rds:RestoreDBInstanceFromDBSnapshot",
      rds("db:ledger"),
      ownSnapshot("copy"),
    ],
    [
      "lets RDS keep no other secret",
      "secretsmanager:CreateSecret",
      "arn:aws:secretsmanager:eu-west-1:123456789012:secret:slack",
      viaRds,
    ],
    [
      "makes no secret itself",
      "secretsmanager:CreateSecret",
      "arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!db-1234",
      {},
    ],
    ["gives the source no role", "rds:AddRoleToDBCluster", rds("cluster:orders"), as("source")],
    ["leads no proxy that is not enrolled", "rds:RegisterDBProxyTargets", rds("db-proxy:prx-1"), {}],
    ["makes no endpoint without its mark", "rds:CreateDBClusterEndpoint", rds("cluster-endpoint:r"), {}],
    [
      "scales nothing but readers",
      "application-autoscaling:RegisterScalableTarget",
      scalableTarget,
      { ...ofReaders, "application-autoscaling:service-namespace": "ecs" },
    ],
    ["decrypts nothing itself", "kms:Decrypt", key, {}],
    [
      "passes no role to monitoring that is a cluster's",
      "iam:PassRole",
      clusterRole,
      { "iam:PassedToService": "monitoring.rds.amazonaws.com" },
    ],
    ["deletes nothing", "rds:DeleteDBCluster", rds("cluster:orders"), as("failed")],
    ["enrols no copy", "rds:AddTagsToResource", rds("snapshot:l-after-m1-copy"), making("copy")],
    ["gives no other key away", "kms:CreateGrant", `${key}-other`, granting],
    ["gives the key to nobody but AWS", "kms:CreateGrant", key, throughRds],
    ["uses the key itself for nothing", "kms:DescribeKey", key, {}],
    [
      "passes no other role",
      "iam:PassRole",
      "arn:aws:iam::123456789012:role/admin",
      { "iam:PassedToService": "monitoring.rds.amazonaws.com" },
    ],
    [
      "touches no other account",
      "rds:ModifyDBCluster",
      "arn:aws:rds:eu-west-1:210987654321:cluster:orders",
      as("source"),
    ],
  ])("%s", (_, action, resource, context) => {
    expect(may("change", action, resource, context)).toBe(false);
  });
});

describe("the role that destroys", () => {
  test("deletes what is marked as failed", () => {
    expect(may("destroy", "rds:DeleteDBCluster", rds("cluster:orders"), as("failed"))).toBe(true);
    expect(may("destroy", "rds:DeleteDBInstance", rds("db:orders-1"), as("failed"))).toBe(true);
  });

  test.each(["source", "replacement", "retired", "safety-copy"])(
    "never deletes what is marked as %s",
    (role) => {
      expect(may("destroy", "rds:DeleteDBCluster", rds("cluster:orders"), as(role))).toBe(false);
    },
  );

  test("deletes snapshots that were only a means", () => {
    const copy = ownSnapshot("copy");
    expect(may("destroy", "rds:DeleteDBSnapshot", rds("snapshot:l-before-m1-copy"), copy)).toBe(true);
    expect(may("destroy", "rds:DeleteDBClusterSnapshot", rds("cluster-snapshot:o-after-m1"), copy)).toBe(
      true,
    );
  });

  test.each(["safety-copy", "failed", "source"])("never deletes a snapshot that is marked as %s", (role) => {
    const other = ownSnapshot(role);
    expect(may("destroy", "rds:DeleteDBSnapshot", rds("snapshot:l-before-m1"), other)).toBe(false);
    expect(may("destroy", "rds:DeleteDBClusterSnapshot", rds("cluster-snapshot:o-before-m1"), other)).toBe(
      false,
    );
  });

  test("deletes an endpoint of an enrolled cluster, and no other", () => {
    const endpoint = rds("cluster-endpoint:reports");
    expect(may("destroy", "rds:DeleteDBClusterEndpoint", endpoint, enrolled)).toBe(true);
    expect(may("destroy", "rds:DeleteDBClusterEndpoint", endpoint, {})).toBe(false);
  });

  test("deletes nothing that no migration has marked", () => {
    expect(may("destroy", "rds:DeleteDBSnapshot", rds("snapshot:l-copy"), tagged({ role: "copy" }))).toBe(
      false,
    );
    expect(may("destroy", "rds:DeleteDBCluster", rds("cluster:orders"), tagged({ role: "failed" }))).toBe(
      false,
    );
  });

  test("changes nothing", () => {
    expect(may("destroy", "rds:ModifyDBCluster", rds("cluster:orders"), as("failed"))).toBe(false);
  });
});
