import { ownTags } from "../core/names.ts";
import { note } from "../core/sentences.ts";
import { minutes, seconds } from "../core/time.ts";
import { giveToProxies, proxiesAreOff, proxiesAreOn, takeFromProxies } from "./attached-before-steps.ts";
import {
  eachEndpoint,
  endpointNames,
  endpointsMade,
  isBlocked,
  proxyNames,
  replacementCluster,
  replacementRef,
  together,
  waitingForEndpoint,
} from "./attached-looks.ts";
import type { AuroraStep } from "./facts.ts";
import { evidence, waitingFor } from "./looks.ts";

/* What a restore leaves behind, hung on the replacement behind the fence. */

export const attachRoles: AuroraStep = {
  id: "attach-roles",
  effect: "creates",
  expect: seconds(30),
  deadline: minutes(30),
  title: () => note("step.attach-roles", {}),
  skip: ({ attached }) => (attached.roles.length === 0 ? note("skip.no-roles", {}) : undefined),
  keeps: note("keeps.replacement", {}),
  check: async (cx) => {
    const replacement = await replacementCluster(cx);
    if (isBlocked(replacement)) return replacement;
    return together(
      cx.pinned.attached.roles.map(({ arn: role, feature }) => {
        const found = replacement.own.roles.find((one) => one.arn === role && one.feature === feature);
        if (!found) return { status: "todo" } as const;
        if (!found.active) return waitingFor(note("wait.role", { role }));
        return evidence(note("saw.role", { role, feature }), role, "rds:DescribeDBClusters");
      }),
    );
  },
  run: async (cx) => {
    const replacement = await replacementCluster(cx);
    if (isBlocked(replacement)) return;
    for (const role of cx.pinned.attached.roles) {
      const isThere = replacement.own.roles.some(
        ({ arn, feature }) => arn === role.arn && feature === role.feature,
      );
      if (!isThere) await cx.cloud.addRole(replacementRef(cx), role);
    }
  },
};

export const attachEndpoints: AuroraStep = {
  id: "attach-endpoints",
  effect: "creates",
  expect: minutes(1),
  deadline: minutes(30),
  title: ({ pinned }) => note("step.attach-endpoints", { endpoints: endpointNames(pinned) }),
  skip: ({ attached }) => (attached.customEndpoints.length === 0 ? note("skip.no-endpoints", {}) : undefined),
  check: (cx) => endpointsMade(cx, replacementRef(cx).name),
  run: async (cx) => {
    await eachEndpoint(cx, async (endpoint, found) => {
      const tags = { ...endpoint.tags, ...ownTags(cx.names, "replacement") };
      if (!found) await cx.cloud.createCustomEndpoint(replacementRef(cx), { ...endpoint, tags });
    }).then((making) => Promise.all(making));
  },
  undo: {
    expect: seconds(5),
    title: ({ pinned }) => note("step.attach-endpoints.undo", { endpoints: endpointNames(pinned) }),
    check: async (cx) =>
      together(
        await eachEndpoint(cx, ({ name }, found) => {
          const isOurs = found?.clusterName === replacementRef(cx).name;
          if (isOurs && found.status === "available") return { status: "todo" } as const;
          if (isOurs && found.status !== "deleting") return waitingForEndpoint(found);
          const claim = note("saw.endpoint-free", { endpoint: name });
          return evidence(claim, found?.status ?? "absent", "rds:DescribeDBClusterEndpoints");
        }),
      ),
    run: async (cx) => {
      await eachEndpoint(cx, async ({ name }, found) => {
        const isOurs = found?.clusterName === replacementRef(cx).name && found.status === "available";
        if (isOurs) await cx.cloud.deleteCustomEndpoint(replacementRef(cx), name);
      }).then((deleting) => Promise.all(deleting));
    },
  },
};

/** The restored password is the old secret's of that moment, which is rotated on without the replacement. */
export const attachSecret: AuroraStep = {
  id: "attach-secret",
  effect: "creates",
  expect: minutes(2),
  deadline: minutes(30),
  title: () => note("step.attach-secret", {}),
  tells: ({ pinned, learned }) =>
    note("event.new-secret", { secret: learned.secret ?? "", old: pinned.attached.masterSecret?.arn ?? "" }),
  skip: ({ attached }) => (attached.masterSecret === null ? note("skip.no-secret", {}) : undefined),
  keeps: note("keeps.replacement", {}),
  check: async (cx) => {
    const replacement = await replacementCluster(cx);
    if (isBlocked(replacement)) return replacement;
    const { masterSecret: found } = replacement.own;
    if (!found) return { status: "todo" };
    if (!found.active || replacement.status !== "available") return waitingFor(note("wait.secret", {}));
    const claim = note("saw.secret", { secret: found.arn, old: cx.pinned.attached.masterSecret?.arn ?? "" });
    return {
      status: "done",
      evidence: [evidence(claim, found.arn, "rds:DescribeDBClusters")],
      learned: { secret: found.arn },
    };
  },
  run: (cx) =>
    cx.cloud.manageMasterPassword(replacementRef(cx), cx.pinned.attached.masterSecret?.keyArn ?? null),
};

export const attachStream: AuroraStep = {
  id: "attach-stream",
  effect: "creates",
  expect: minutes(4),
  deadline: minutes(60),
  title: () => note("step.attach-stream", {}),
  tells: ({ pinned, learned }) =>
    note("event.new-stream", {
      kinesis: learned.kinesis ?? "",
      old: pinned.attached.activityStream?.kinesis ?? "",
    }),
  skip: ({ attached }) => (attached.activityStream === null ? note("skip.no-stream", {}) : undefined),
  keeps: note("keeps.replacement", {}),
  check: async (cx) => {
    const replacement = await replacementCluster(cx);
    if (isBlocked(replacement)) return replacement;
    const { activityStream: found } = replacement.own;
    if (!found) return { status: "todo" };
    // It takes minutes to start, in which the replacement is verified; the last of the verifications waits for it.
    const old = cx.pinned.attached.activityStream?.kinesis ?? "";
    const claim = note("saw.stream", { kinesis: found.kinesis, old });
    return {
      status: "done",
      evidence: [evidence(claim, found.kinesis, "rds:DescribeDBClusters")],
      learned: { kinesis: found.kinesis },
    };
  },
  run: async (cx) => {
    const { activityStream: wanted } = cx.pinned.attached;
    if (wanted) await cx.cloud.startActivityStream(replacementRef(cx), wanted.stream);
  },
};

/**
 * Registered behind the fence: a proxy comes from the network that the fence keeps out, so it reaches the replacement only once
 * that is opened.
 */
export const attachProxies: AuroraStep = {
  id: "attach-proxies",
  effect: "creates",
  expect: seconds(10),
  deadline: minutes(30),
  title: ({ pinned }) => note("step.attach-proxies", { proxies: proxyNames(pinned) }),
  skip: ({ attached }) => (attached.proxies.length === 0 ? note("skip.no-proxies", {}) : undefined),
  check: (cx) => proxiesAreOn(cx, replacementRef(cx).name),
  run: (cx) => giveToProxies(cx, replacementRef(cx).name, () => replacementRef(cx)),
  undo: {
    mirrors: true,
    expect: seconds(10),
    title: ({ pinned }) => note("step.attach-proxies.undo", { proxies: proxyNames(pinned) }),
    check: (cx) => proxiesAreOff(cx, replacementRef(cx).name),
    run: (cx) => takeFromProxies(cx, replacementRef(cx).name, () => replacementRef(cx)),
  },
};
