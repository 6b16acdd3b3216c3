import type { ProxyFacts } from "../core/attachments.ts";
import type { ClusterFacts } from "../core/cloud.ts";
import { problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { StepResult } from "../core/step.ts";
import { minutes, seconds } from "../core/time.ts";
import { wholly } from "./attached.ts";
import { scalingIs } from "./attached-before-steps.ts";
import {
  eachEndpoint,
  isBlocked,
  isSameEndpoint,
  proxyNames,
  replacementCluster,
  replacementRef,
  together,
} from "./attached-looks.ts";
import type { AuroraContext, AuroraPinned, AuroraStep, Learned } from "./facts.ts";
import { blockedBy, evidence, waitingFor } from "./looks.ts";

/** Once more, all at once and as the last of the verifications: each was seen when it was made, and since then time has passed. */
export const verifyAttached: AuroraStep = {
  id: "verify-attached",
  effect: "reads",
  verifies: true,
  expect: seconds(3),
  deadline: minutes(30),
  title: () => note("step.verify-attached", {}),
  skip: ({ attached }) => (hangs(attached) ? undefined : note("skip.nothing-attached", {})),
  check: async (cx) => {
    const replacement = await replacementCluster(cx);
    if (isBlocked(replacement)) return replacement;
    const { activityStream } = replacement.own;
    if (activityStream && !activityStream.started) return waitingFor(note("wait.stream", {}));
    const parts = [
      ...ownParts(cx.pinned.attached, replacement),
      ...(await endpointParts(cx)),
      ...(await proxyParts(cx)),
    ];
    const missing = parts.filter(({ isThere }) => !isThere).map(({ what }) => what);
    if (missing.length > 0) {
      const params = { name: cx.pinned.source.name, missing: missing.join(", ") };
      return blockedBy(problem("attached.missing", params));
    }
    const told = "rds:DescribeDBClusters, DescribeDBClusterEndpoints, DescribeDBProxyTargets";
    return together(parts.map(({ what }) => evidence(note("saw.attached", { what }), what, told)));
  },
};

type Attached = AuroraPinned["attached"];
type Part = { readonly what: string; readonly isThere: boolean };

/** True where something of what is verified before the opening hangs on it. */
function hangs({ roles, customEndpoints, proxies, masterSecret, activityStream }: Attached): boolean {
  const listed = roles.length + customEndpoints.length + proxies.length;
  return listed > 0 || masterSecret !== null || activityStream !== null;
}

function ownParts({ roles, masterSecret, activityStream }: Attached, { own }: ClusterFacts): Part[] {
  const stream = own.activityStream;
  return [
    ...roles.map((role) => ({
      what: `role ${role.arn} for ${role.feature}`,
      isThere: own.roles.some(
        ({ arn, feature, active }) => active && arn === role.arn && feature === role.feature,
      ),
    })),
    ...(masterSecret === null
      ? []
      : [
          {
            what: "the managed master password",
            isThere:
              own.masterSecret?.active === true &&
              (masterSecret.keyArn === null || own.masterSecret.keyArn === masterSecret.keyArn),
          },
        ]),
    ...(activityStream === null
      ? []
      : [
          {
            what: "the activity stream",
            isThere:
              stream?.started === true &&
              stream.mode === activityStream.stream.mode &&
              stream.keyArn === activityStream.stream.keyArn,
          },
        ]),
  ];
}

function endpointParts(cx: AuroraContext): Promise<Part[]> {
  const { name } = replacementRef(cx);
  return eachEndpoint(cx, (endpoint, found) => ({
    what: `custom endpoint ${endpoint.name}`,
    isThere: found?.clusterName === name && found.status === "available" && isSameEndpoint(endpoint, found),
  }));
}

function proxyParts(cx: AuroraContext): Promise<Part[]> {
  const { name } = replacementRef(cx);
  return Promise.all(
    cx.pinned.attached.proxies.map(async (proxy) => ({
      what: `proxy ${proxy.name}`,
      isThere: (await cx.cloud.findProxy(proxy.name))?.clusters.includes(name) ?? false,
    })),
  );
}

export const proxiesLead: AuroraStep = {
  id: "proxies-lead",
  effect: "reads",
  verifies: true,
  expect: minutes(1),
  deadline: minutes(30),
  title: ({ pinned }) => note("step.proxies-lead", { proxies: proxyNames(pinned) }),
  skip: ({ attached }) => (attached.proxies.length === 0 ? note("skip.no-proxies", {}) : undefined),
  check: proxiesReach,
};

/** The same on the way back, where they lead to the source again. */
export const proxiesLeadBack: AuroraStep = {
  ...proxiesLead,
  id: "proxies-lead-back",
  // They were registered before the fence was lifted.
  expect: seconds(3),
  title: ({ pinned }) =>
    note("step.proxies-lead-back", { name: pinned.source.name, proxies: proxyNames(pinned) }),
};

/** Whoever has the name: on the way there that is the replacement, on the way back the source. */
async function proxiesReach(cx: AuroraContext): Promise<StepResult<Learned>> {
  const { name } = cx.pinned.source;
  const looks = cx.pinned.attached.proxies.map(async ({ name: proxy }) => {
    const found = await cx.cloud.findProxy(proxy);
    if (!found) return evidence(note("saw.proxy-gone", { proxy }), "absent", "rds:DescribeDBProxies");
    return reaches(found, name);
  });
  return together(await Promise.all(looks));
}

function reaches({ name: proxy, instances }: ProxyFacts, name: string) {
  const ofCluster = instances.filter(({ cluster }) => cluster === name);
  const refused = ofCluster.find(({ reason }) => reason === "AUTH_FAILURE");
  if (refused) {
    const reason = refused.reason ?? refused.state;
    return blockedBy(problem("attached.proxy-refused", { proxy, name, reason }));
  }
  const open = ofCluster.find(({ state }) => state !== "AVAILABLE");
  if (open || ofCluster.length === 0) {
    return waitingFor(note("wait.proxy", { proxy, name, state: open?.state ?? "no target" }));
  }
  return evidence(note("saw.proxy-leads", { proxy, name }), "AVAILABLE", "rds:DescribeDBProxyTargets");
}

/** Only after the opening: it reaches the replacement past the fence. */
export const dataApiOn: AuroraStep = {
  id: "data-api-on",
  effect: "creates",
  expect: seconds(5),
  deadline: minutes(30),
  title: ({ pinned }) => note("step.data-api-on", { name: pinned.source.name }),
  skip: ({ attached }) => (attached.dataApi ? undefined : note("skip.no-data-api", {})),
  check: (cx) => dataApiOfReplacement(cx, true),
  run: (cx) => cx.cloud.switchDataApi(replacementRef(cx), true),
  undo: {
    mirrors: true,
    expect: seconds(5),
    title: () => note("step.data-api-on.undo", {}),
    check: (cx) => dataApiOfReplacement(cx, false),
    run: (cx) => cx.cloud.switchDataApi(replacementRef(cx), false),
  },
};

async function dataApiOfReplacement(cx: AuroraContext, on: boolean): Promise<StepResult<Learned>> {
  const replacement = await replacementCluster(cx);
  if (isBlocked(replacement)) return replacement;
  if (replacement.own.dataApi !== on) return { status: "todo" };
  const claim = note("saw.data-api", { name: replacement.name, state: on ? "on" : "off" });
  return together([evidence(claim, replacement.arn, "rds:DescribeDBClusters")]);
}

export const resumeScaling: AuroraStep = {
  id: "resume-scaling",
  effect: "creates",
  expect: seconds(5),
  deadline: minutes(30),
  title: ({ pinned }) => note("step.resume-scaling", { name: pinned.source.name }),
  skip: ({ attached }) => (attached.scaling === null ? note("skip.no-scaling", {}) : undefined),
  check: (cx) => scalingIs(cx, cx.pinned.attached.scaling ?? wholly),
  run: (cx) => cx.cloud.suspendScaling(replacementRef(cx), cx.pinned.attached.scaling ?? wholly),
  undo: {
    mirrors: true,
    expect: seconds(5),
    title: ({ pinned }) => note("step.resume-scaling.undo", { name: pinned.source.name }),
    check: (cx) => scalingIs(cx, wholly),
    run: (cx) => cx.cloud.suspendScaling(replacementRef(cx), wholly),
  },
};
