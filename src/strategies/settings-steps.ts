import { canonical } from "../core/hash.ts";
import type { InstanceSettings } from "../core/instance.ts";
import { note } from "../core/sentences.ts";
import { minutes, seconds } from "../core/time.ts";
import { type AuroraStep, type InstanceStep, known } from "./facts.ts";
import { evidence, isUsable, missingReplacement, onItsWay } from "./looks.ts";

/**
 * Only a later change can set these but the protection. Source: RDS API, ModifyDBCluster against RestoreDBClusterToPointInTime. From
 * here on the replacement is protected from deletion.
 */
export const applyClusterSettings: AuroraStep = {
  id: "apply-settings",
  effect: "creates",
  expect: seconds(40),
  deadline: minutes(30),
  title: () => note("step.apply-settings", {}),
  // The resource id is in the ARN of `rds-db:connect`. Source: Aurora User Guide, UsingWithRDS.IAMDBAuth.IAMPolicy.
  tells: ({ pinned, learned }) =>
    pinned.settings.iamAuthentication
      ? note("event.iam-policies", {
          old: pinned.source.resourceId,
          resourceId: learned.replacement?.resourceId ?? "",
        })
      : undefined,
  keeps: note("keeps.replacement", {}),
  check: async (cx) => {
    const { settings } = cx.pinned;
    const found = await cx.cloud.findClusterById(known(cx, "replacement").resourceId);
    if (!found) return missingReplacement(cx);
    const { maintenanceWindow, databaseInsights, localWriteForwarding, deletionProtection } = found.settings;
    const applied =
      maintenanceWindow === settings.maintenanceWindow &&
      databaseInsights === settings.databaseInsights &&
      localWriteForwarding === settings.localWriteForwarding &&
      deletionProtection;
    if (!applied) return { status: "todo" };
    if (found.status !== "available" || found.pendingChanges.length > 0) return onItsWay(found);
    const claim = note("saw.settings-applied", { window: maintenanceWindow, insights: databaseInsights });
    return { status: "done", evidence: [evidence(claim, found.arn, "rds:DescribeDBClusters")] };
  },
  run: async (cx) => {
    const found = await cx.cloud.findClusterById(known(cx, "replacement").resourceId);
    if (!found) return;
    const { maintenanceWindow, databaseInsights, localWriteForwarding } = cx.pinned.settings;
    const ref = { kind: "cluster", name: found.name, resourceId: found.resourceId } as const;
    await cx.cloud.changeCluster(ref, {
      maintenanceWindow,
      // Asking for the mode that is there keeps the cluster busy all the same, inside the downtime.
      ...(databaseInsights !== found.settings.databaseInsights && { databaseInsights }),
      ...(localWriteForwarding !== found.settings.localWriteForwarding && { localWriteForwarding }),
      deletionProtection: true,
    });
  },
};

/** What the restore of a snapshot does not take. Source: RDS API, ModifyDBInstance against RestoreDBInstanceFromDBSnapshot. */
const onlyLater = [
  "monitoring",
  "performanceInsights",
  "databaseInsights",
  "maxAllocatedStorage",
  "maintenanceWindow",
] as const;

type OnlyLater = Pick<InstanceSettings, (typeof onlyLater)[number]>;

function differing(wanted: OnlyLater, found: OnlyLater) {
  return onlyLater.filter((field) => canonical(wanted[field]) !== canonical(found[field]));
}

export const applyInstanceSettings: InstanceStep = {
  id: "apply-settings",
  effect: "creates",
  expect: minutes(2),
  deadline: minutes(60),
  title: () => note("step.apply-settings", {}),
  keeps: note("keeps.replacement", {}),
  check: async (cx) => {
    const found = await cx.cloud.findInstanceById(known(cx, "replacement").resourceId);
    if (!found?.standalone) return missingReplacement(cx);
    const { settings } = found.standalone;
    const left = differing(cx.pinned.settings, settings);
    if (left.length > 0 || !settings.deletionProtection) {
      return isUsable(found.status) ? { status: "todo" } : onItsWay(found);
    }
    if (!isUsable(found.status) || found.pendingChanges.length > 0) return onItsWay(found);
    const { maintenanceWindow: window, databaseInsights: insights } = settings;
    const claim = note("saw.settings-applied", { window, insights });
    return { status: "done", evidence: [evidence(claim, found.arn, "rds:DescribeDBInstances")] };
  },
  run: async (cx) => {
    const found = await cx.cloud.findInstanceById(known(cx, "replacement").resourceId);
    if (!found?.standalone) return;
    const wanted = cx.pinned.settings;
    const left = differing(wanted, found.standalone.settings);
    const { maxAllocatedStorage, ...others } = Object.fromEntries(
      left.map((field) => [field, wanted[field]]),
    ) as Partial<OnlyLater>;
    await cx.cloud.changeInstance(
      { kind: "instance", name: found.name, resourceId: found.resourceId },
      {
        ...others,
        // A limit that is not wanted would be none of the source's: it is never set by a restore.
        ...(typeof maxAllocatedStorage === "number" && { maxAllocatedStorage }),
        deletionProtection: true,
      },
    );
  },
};
