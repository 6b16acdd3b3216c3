import type { BackedUp, BackupTarget } from "../../src/core/backup.ts";
import type { Cloud, ClusterSettings, MemberSettings, Ref } from "../../src/core/cloud.ts";
import type { InstanceSettings } from "../../src/core/instance.ts";

interface Given {
  readonly cluster: Ref;
  readonly member: Ref;
  /** Outside of a cluster. */
  readonly instance: Ref;
  readonly clusterSettings: ClusterSettings;
  readonly memberSettings: MemberSettings;
  readonly instanceSettings: InstanceSettings;
  readonly keyArn: string;
}

type Change = (given: Given) => Promise<void>;

const copyTags = { "encrypt-db:migration": "m00001", "encrypt-db:role": "copy" };

/** Snapshots that the other changes are made of: they have to be there first. */
export function everySnapshot(cloud: Cloud): readonly Change[] {
  return [
    ({ cluster }) => cloud.takeSnapshot(cluster, "of-cluster", copyTags),
    ({ instance }) => cloud.takeSnapshot(instance, "of-instance", copyTags),
  ];
}

/** One call of each other change that a cloud can make. */
export function everyChange(cloud: Cloud): readonly Change[] {
  return [
    ({ cluster }) => cloud.changeCluster(cluster, { deletionProtection: false }),
    ...everyAttachmentChange(cloud),
    ({ member }) => cloud.addTags(member, { a: "b" }),
    ({ cluster }) => cloud.removeTags(cluster, ["a"]),
    ({ keyArn }) => cloud.copySnapshot({ snapshot: "of-instance", name: "copy", keyArn, tags: copyTags }),
    ({ cluster, clusterSettings: settings, keyArn }) =>
      cloud.restoreClusterToTime({ source: cluster, at: 0, name: "restored", keyArn, settings }),
    ({ clusterSettings: settings, keyArn }) =>
      cloud.restoreClusterFromSnapshot({ snapshot: "of-cluster", name: "restored", keyArn, settings }),
    ({ instanceSettings: settings }) =>
      cloud.restoreInstanceFromSnapshot({ snapshot: "of-instance", name: "restored", settings }),
    ({ instance: source, instanceSettings: settings, keyArn }) =>
      cloud.createInstance({
        source,
        name: "created",
        keyArn,
        masterUser: "postgres",
        databaseName: null,
        settings,
      }),
    ({ instance: source, instanceSettings: settings }) =>
      cloud.createReplica({ source, name: "replica", settings }),
    ({ cluster, memberSettings }) => cloud.createMember(cluster, { ...memberSettings, name: "another" }),
    ({ member }) => cloud.changeInstance(member, { newName: "renamed" }),
    ({ instance }) => cloud.deleteInstance(instance),
    ({ cluster }) => cloud.deleteCluster(cluster),
    () => cloud.deleteSnapshot("cluster", "of-cluster"),
    () => cloud.deleteSnapshot("instance", "of-instance"),
  ];
}

/** Each change that AWS Backup is asked for; what it is made to is there. */
export function everyBackupChange(
  cloud: Cloud,
  of: BackedUp,
  {
    target,
    point,
    planId,
  }: { readonly target: BackupTarget; readonly point: string; readonly planId: string },
): readonly (() => Promise<void>)[] {
  return [
    () => cloud.startBackup(of, target, "backup", copyTags),
    () => cloud.startCopy(of, point, target, "copy"),
    () => cloud.createBackupPlan(of, { name: "new", schedule: "cron(0 12 * * ? *)", target }, "plan"),
    () => cloud.selectForBackup(of, { planId, name: "orders", target }, "select"),
    () => cloud.deleteBackupPlan(of, { planId, name: "daily" }),
  ];
}

const suspended = { in: true, out: true, scheduled: true };

/** Of what hangs on a cluster: a proxy, a custom endpoint and scaling are there. */
function everyAttachmentChange(cloud: Cloud): readonly Change[] {
  return [
    ({ cluster }) => cloud.addRole(cluster, { arn: "arn:aws:iam::123456789012:role/r", feature: "s3Import" }),
    ({ cluster }) =>
      cloud.createCustomEndpoint(cluster, {
        name: "batch",
        type: "ANY",
        staticMembers: [],
        excludedMembers: [],
        tags: copyTags,
      }),
    ({ cluster }) => cloud.removeEndpointTags(cluster, "reports", ["a"]),
    ({ cluster }) => cloud.deleteCustomEndpoint(cluster, "reports"),
    ({ cluster }) => cloud.deregisterProxyTarget(cluster, "proxy"),
    ({ cluster }) => cloud.registerProxyTarget(cluster, "proxy"),
    ({ cluster }) => cloud.suspendScaling(cluster, suspended),
    ({ cluster }) => cloud.switchDataApi(cluster, true),
    ({ cluster }) => cloud.switchDataApi(cluster, false),
    ({ cluster, keyArn }) => cloud.startActivityStream(cluster, { mode: "async", keyArn }),
    ({ cluster }) => cloud.manageMasterPassword(cluster, null),
  ];
}
