import type { ClusterFacts } from "../core/cloud.ts";
import { foreignTags, ownTags, roleTag } from "../core/names.ts";
import { problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { StepResult } from "../core/step.ts";
import { minutes, seconds } from "../core/time.ts";
import type { AuroraContext, AuroraLearned, AuroraStep } from "./facts.ts";
import { known } from "./facts.ts";
import {
  aside,
  blockedBy,
  clusterEndpoint,
  evidence,
  findSource,
  hasFailed,
  isReplacement,
  isResult,
  missingReplacement,
  onItsWay,
  openedByOthers,
  refOf,
  sameGroups,
  sourceWriter,
  waitingFor,
} from "./looks.ts";

/**
 * The restorable time trails by up to five minutes and moves in steps; restoring before it has passed T1 would lose the
 * tail silently. Source: Aurora User Guide, Managing backups; RDS API, RestoreToTime.
 */
export const restorable: AuroraStep = {
  id: "restorable",
  effect: "creates",
  expect: minutes(3),
  deadline: minutes(30),
  // A heartbeat every so often: whether the restorable time of a silent cluster moves is not documented.
  settle: seconds(20),
  repeats: true,
  title: () => note("step.restorable", {}),
  keeps: note("keeps.heartbeat", {}),
  check: async (cx) => {
    const source = await findSource(cx);
    if (isResult(source)) return source;
    const restoreAt = known(cx, "restoreAt");
    const { earliestRestorableTime: earliest, latestRestorableTime: latest } = source;
    if (latest === null || earliest === null || latest <= restoreAt || earliest > restoreAt)
      return { status: "todo" };
    const claim = note("saw.restorable", { latest });
    return {
      status: "done",
      evidence: [evidence(claim, new Date(latest).toISOString(), "rds:DescribeDBClusters")],
    };
  },
  run: async (cx) => {
    const at = await sourceWriter(cx);
    if (!("status" in at)) await cx.database.heartbeat(at);
  },
};

export const restore: AuroraStep = {
  id: "restore",
  effect: "creates",
  expect: minutes(20),
  deadline: minutes(720),
  title: ({ pinned }) => note("step.restore", { name: pinned.source.name }),
  tells: ({ learned }) => note("event.restored", { resourceId: learned.replacement?.resourceId ?? "" }),
  check: async (cx) => {
    const { name } = cx.pinned.source;
    const found = await cx.cloud.findCluster(name);
    if (!found) return { status: "todo" };
    if (!isReplacement(cx, found)) return blockedBy(problem("name.taken", { taken: name, name }));
    if (hasFailed(found.status)) return blockedBy(problem("restore.failed", { name, status: found.status }));
    if (found.status !== "available") return waitingFor(note("wait.status", { name, status: found.status }));
    if (!sameGroups(found.settings.securityGroups, [cx.pinned.fenceGroup])) {
      return blockedBy(problem("replacement.unfenced", { name }));
    }
    const { writer, reader } = cx.pinned.endpoints;
    if (found.endpoint !== writer) {
      return blockedBy(
        problem("endpoint.changed", { found: found.endpoint ?? "none", wanted: writer, name }),
      );
    }
    const { resourceId, arn } = found;
    return {
      status: "done",
      evidence: [
        evidence(note("saw.restored", { resourceId, name }), arn, "rds:DescribeDBClusters"),
        evidence(note("saw.endpoint-kept", { endpoint: writer, reader }), writer, "rds:DescribeDBClusters"),
      ],
      learned: { replacement: { resourceId, arn } },
    };
  },
  run: async (cx) => {
    const { source, settings, keyArn, fenceGroup } = cx.pinned;
    await cx.cloud.restoreClusterToTime({
      source: { kind: "cluster", name: cx.names.retired(source.name), resourceId: source.resourceId },
      at: known(cx, "restoreAt"),
      name: source.name,
      keyArn,
      settings: {
        ...settings,
        securityGroups: [fenceGroup],
        // A restore that fails could otherwise not be deleted: AWS modifies nothing that is not available.
        deletionProtection: false,
        tags: { ...foreignTags(settings.tags), ...ownTags(cx.names, "replacement") },
      },
    });
  },
  undo: {
    expect: seconds(90),
    title: ({ pinned, names }) => note("step.restore.undo", { failed: names.failed(pinned.source.name) }),
    check: putAside,
    run: async (cx) => {
      const found = await findReplacement(cx);
      if (!found) return;
      const ref = refOf("cluster", found);
      // Nothing else may be deleted.
      await cx.cloud.addTags(ref, { [roleTag]: "failed" });
      if (hasFailed(found.status)) return cx.cloud.deleteCluster(ref);
      await cx.cloud.changeCluster(ref, { newName: cx.names.failed(cx.pinned.source.name) });
    },
  },
};

/** The replacement under whichever of its names, also when the restore was never seen done. */
async function findReplacement(cx: AuroraContext): Promise<ClusterFacts | undefined> {
  const { name } = cx.pinned.source;
  const learned = cx.learned.replacement;
  if (learned) return cx.cloud.findClusterById(learned.resourceId);
  const found = (await cx.cloud.findCluster(name)) ?? (await cx.cloud.findCluster(cx.names.failed(name)));
  return found && isReplacement(cx, found) ? found : undefined;
}

async function putAside(cx: AuroraContext): Promise<StepResult<AuroraLearned>> {
  const opened = await openedByOthers(cx);
  if (opened) return opened;
  const failed = cx.names.failed(cx.pinned.source.name);
  const found = await findReplacement(cx);
  if (!found) return aside(failed, "absent");
  if (found.name === failed) return found.status === "available" ? aside(failed, found.arn) : onItsWay(found);
  // Neither rename nor delete is accepted while it is being made: it must be waited for.
  return found.status === "available" || hasFailed(found.status) ? { status: "todo" } : onItsWay(found);
}

/**
 * Only a later change can set the first two. Source: RDS API, ModifyDBCluster against RestoreDBClusterToPointInTime. From
 * here on the replacement is protected from deletion.
 */
export const applySettings: AuroraStep = {
  id: "apply-settings",
  effect: "creates",
  expect: seconds(40),
  deadline: minutes(30),
  title: () => note("step.apply-settings", {}),
  keeps: note("keeps.replacement", {}),
  check: async (cx) => {
    const { settings } = cx.pinned;
    const found = await cx.cloud.findClusterById(known(cx, "replacement").resourceId);
    if (!found) return missingReplacement(cx);
    const { maintenanceWindow, databaseInsights, deletionProtection } = found.settings;
    const applied =
      maintenanceWindow === settings.maintenanceWindow &&
      databaseInsights === settings.databaseInsights &&
      deletionProtection;
    if (!applied) return { status: "todo" };
    if (found.status !== "available" || found.pendingChanges.length > 0) return onItsWay(found);
    const claim = note("saw.settings-applied", { window: maintenanceWindow, insights: databaseInsights });
    return { status: "done", evidence: [evidence(claim, found.arn, "rds:DescribeDBClusters")] };
  },
  run: async (cx) => {
    const found = await cx.cloud.findClusterById(known(cx, "replacement").resourceId);
    if (!found) return;
    const { maintenanceWindow, databaseInsights } = cx.pinned.settings;
    await cx.cloud.changeCluster(refOf("cluster", found), {
      maintenanceWindow,
      // Asking for the mode that is there keeps the cluster busy all the same, inside the downtime.
      ...(databaseInsights !== found.settings.databaseInsights && { databaseInsights }),
      deletionProtection: true,
    });
  },
};

export const introduceReplacement: AuroraStep = {
  id: "introduce-replacement",
  effect: "creates",
  watch: "closely",
  expect: seconds(10),
  deadline: minutes(30),
  settle: seconds(2),
  title: () => note("step.introduce-replacement", {}),
  keeps: note("keeps.replacement", {}),
  check: async (cx) => {
    const { resourceId } = known(cx, "replacement");
    const at = clusterEndpoint(cx.pinned);
    const { sight } = await cx.database.look(at);
    if (sight.state === "unreachable") {
      return waitingFor(note("wait.answer", { host: at.host, layer: sight.layer, reason: sight.reason }));
    }
    if (sight.answersAs !== resourceId) return { status: "todo" };
    const claim = note("saw.introduced", { resourceId });
    return { status: "done", evidence: [evidence(claim, resourceId, "probe: encrypt_db.identity")] };
  },
  run: (cx) => cx.database.introduce(clusterEndpoint(cx.pinned), known(cx, "replacement").resourceId),
};
