import { migrationTag, ownTags, roleTag } from "../core/names.ts";
import { note } from "../core/sentences.ts";
import type { StepResult } from "../core/step.ts";
import { minutes, seconds } from "../core/time.ts";
import { sameSuspension, wholly } from "./attached.ts";
import {
  eachEndpoint,
  endpointNames,
  endpointsMade,
  isBlocked,
  proxyNames,
  sourceCluster,
  together,
} from "./attached-looks.ts";
import { type AuroraContext, type AuroraStep, type Learned, sourceRef } from "./facts.ts";
import { evidence } from "./looks.ts";

/*
 * What is taken off the source before the replacement takes its name. The ways past the security groups are closed within the
 * fence, before anybody is proved gone.
 */

/** By name: it would give readers to the replacement while that is being built, and to the source while it is fenced. */
export const suspendScaling: AuroraStep = {
  id: "suspend-scaling",
  effect: "creates",
  expect: seconds(5),
  deadline: minutes(15),
  title: ({ pinned }) => note("step.suspend-scaling", { name: pinned.source.name }),
  skip: ({ attached }) => (attached.scaling === null ? note("skip.no-scaling", {}) : undefined),
  check: (cx) => scalingIs(cx, wholly),
  run: (cx) => cx.cloud.suspendScaling(sourceRef(cx.pinned), wholly),
  undo: {
    mirrors: true,
    expect: seconds(5),
    title: ({ pinned }) => note("step.suspend-scaling.undo", { name: pinned.source.name }),
    check: (cx) => scalingIs(cx, cx.pinned.attached.scaling ?? wholly),
    run: (cx) => cx.cloud.suspendScaling(sourceRef(cx.pinned), cx.pinned.attached.scaling ?? wholly),
  },
};

export async function scalingIs(cx: AuroraContext, wanted: typeof wholly): Promise<StepResult<Learned>> {
  const { name } = cx.pinned.source;
  const found = await cx.cloud.findScaling(name);
  const source = "application-autoscaling:DescribeScalableTargets";
  // What is not scaled any more needs no suspension, and nobody can give it back but who took it.
  if (!found) return together([evidence(note("saw.scaling-gone", { name }), "absent", source)]);
  if (!sameSuspension(found.suspended, wanted)) return { status: "todo" };
  const isSuspended = sameSuspension(wanted, wholly);
  const claim = isSuspended
    ? note("saw.scaling-suspended", { name })
    : note("saw.scaling-as-before", { name });
  return together([evidence(claim, JSON.stringify(found.suspended), source)]);
}

/** A proxy tracks the cluster and not its name: after the rename its clients would write to the retired source. */
export const detachProxies: AuroraStep = {
  id: "detach-proxies",
  effect: "interrupts",
  expect: seconds(5),
  deadline: minutes(15),
  title: ({ pinned }) =>
    note("step.detach-proxies", { name: pinned.source.name, proxies: proxyNames(pinned) }),
  skip: ({ attached }) => (attached.proxies.length === 0 ? note("skip.no-proxies", {}) : undefined),
  check: async (cx) => {
    const source = await sourceCluster(cx);
    return isBlocked(source) ? source : proxiesAreOff(cx, source.name);
  },
  run: (cx) => takeFromProxies(cx, cx.pinned.source.name, () => sourceRef(cx.pinned)),
  undo: {
    mirrors: true,
    expect: seconds(5),
    title: ({ pinned }) =>
      note("step.detach-proxies.undo", { name: pinned.source.name, proxies: proxyNames(pinned) }),
    check: (cx) => proxiesAreOn(cx, cx.pinned.source.name),
    run: (cx) => giveToProxies(cx, cx.pinned.source.name, () => sourceRef(cx.pinned)),
  },
};

/** No proxy leads to the cluster of that name; to which others they lead is not this migration's business. */
export async function proxiesAreOff(cx: AuroraContext, cluster: string): Promise<StepResult<Learned>> {
  const looks = cx.pinned.attached.proxies.map(async ({ name: proxy }) => {
    const found = await cx.cloud.findProxy(proxy);
    if (found?.clusters.includes(cluster)) return { status: "todo" } as const;
    const claim = found ? note("saw.proxy-detached", { proxy }) : note("saw.proxy-gone", { proxy });
    return evidence(claim, found?.clusters.join(", ") || "no target", "rds:DescribeDBProxyTargets");
  });
  return together(await Promise.all(looks));
}

/** Registered, whether or not they reach it: behind the fence they do not. */
export async function proxiesAreOn(cx: AuroraContext, cluster: string): Promise<StepResult<Learned>> {
  const looks = cx.pinned.attached.proxies.map(async ({ name: proxy }) => {
    const found = await cx.cloud.findProxy(proxy);
    const source = "rds:DescribeDBProxyTargets";
    if (!found) return evidence(note("saw.proxy-gone", { proxy }), "absent", source);
    if (!found.clusters.includes(cluster)) return { status: "todo" } as const;
    return evidence(note("saw.proxy-attached", { proxy, name: cluster }), found.clusters.join(", "), source);
  });
  return together(await Promise.all(looks));
}

export async function takeFromProxies(
  cx: AuroraContext,
  cluster: string,
  ref: () => ReturnType<typeof sourceRef>,
) {
  for (const { name } of cx.pinned.attached.proxies) {
    const found = await cx.cloud.findProxy(name);
    if (found?.clusters.includes(cluster)) await cx.cloud.deregisterProxyTarget(ref(), name);
  }
}

export async function giveToProxies(
  cx: AuroraContext,
  cluster: string,
  ref: () => ReturnType<typeof sourceRef>,
) {
  for (const { name } of cx.pinned.attached.proxies) {
    const found = await cx.cloud.findProxy(name);
    if (found && !found.clusters.includes(cluster)) await cx.cloud.registerProxyTarget(ref(), name);
  }
}

export const dataApiOff: AuroraStep = {
  id: "data-api-off",
  effect: "interrupts",
  expect: seconds(5),
  deadline: minutes(15),
  title: ({ pinned }) => note("step.data-api-off", { name: pinned.source.name }),
  skip: ({ attached }) => (attached.dataApi ? undefined : note("skip.no-data-api", {})),
  check: (cx) => dataApiOfSource(cx, false),
  run: (cx) => cx.cloud.switchDataApi(sourceRef(cx.pinned), false),
  undo: {
    mirrors: true,
    expect: seconds(5),
    title: ({ pinned }) => note("step.data-api-off.undo", { name: pinned.source.name }),
    check: (cx) => dataApiOfSource(cx, true),
    run: (cx) => cx.cloud.switchDataApi(sourceRef(cx.pinned), true),
  },
};

async function dataApiOfSource(cx: AuroraContext, on: boolean): Promise<StepResult<Learned>> {
  const source = await sourceCluster(cx);
  if (isBlocked(source)) return source;
  if (source.own.dataApi !== on) return { status: "todo" };
  const claim = note("saw.data-api", { name: source.name, state: on ? "on" : "off" });
  return together([evidence(claim, source.arn, "rds:DescribeDBClusters")]);
}

/**
 * An endpoint's name is unique in the account and Region. Before anything is renamed, so that on the way back they are made
 * again when the cluster and its instances have their names again: members are given by name. Source: RDS API,
 * CreateDBClusterEndpoint; Aurora User Guide, Custom endpoints.
 */
export const freeEndpoints: AuroraStep = {
  id: "free-endpoints",
  effect: "interrupts",
  expect: seconds(5),
  deadline: minutes(15),
  title: ({ pinned }) => note("step.free-endpoints", { endpoints: endpointNames(pinned) }),
  skip: ({ attached }) => (attached.customEndpoints.length === 0 ? note("skip.no-endpoints", {}) : undefined),
  check: async (cx) =>
    together(
      await eachEndpoint(cx, (endpoint, found) => {
        // Whoever makes them again waits until they are gone; the downtime does not.
        const isGoing = !found || found.status === "deleting";
        if (!isGoing) return { status: "todo" } as const;
        const claim = note("saw.endpoint-free", { endpoint: endpoint.name });
        return evidence(claim, found?.status ?? "absent", "rds:DescribeDBClusterEndpoints");
      }),
    ),
  run: async (cx) => {
    await eachEndpoint(cx, async (endpoint, found) => {
      if (found?.status === "available")
        await cx.cloud.deleteCustomEndpoint(sourceRef(cx.pinned), endpoint.name);
    }).then((deleting) => Promise.all(deleting));
  },
  undo: {
    expect: seconds(45),
    title: ({ pinned }) =>
      note("step.free-endpoints.undo", { name: pinned.source.name, endpoints: endpointNames(pinned) }),
    check: async (cx) => {
      const made = await endpointsMade(cx, cx.pinned.source.name);
      const marked = await eachEndpoint(cx, (_, found) => found !== undefined && migrationTag in found.tags);
      return made.status === "done" && marked.includes(true) ? { status: "todo" } : made;
    },
    run: async (cx) => {
      const source = sourceRef(cx.pinned);
      await eachEndpoint(cx, async (endpoint, found) => {
        const tags = { ...endpoint.tags, ...ownTags(cx.names, "source") };
        if (!found) await cx.cloud.createCustomEndpoint(source, { ...endpoint, tags });
        // Only what carries the bot's tags may be made; they are taken off again.
        const made = found ?? (await cx.cloud.findCustomEndpoint(endpoint.name));
        if (made?.clusterName === source.name && migrationTag in made.tags)
          await cx.cloud.removeEndpointTags(source, endpoint.name, [migrationTag, roleTag]);
      }).then((making) => Promise.all(making));
    },
  },
};
