import type { Suspension } from "../core/attachments.ts";
import type { GuideContext, Sign } from "../core/by-hand.ts";
import type { AuroraPinned, Learned } from "./facts.ts";
import { named, type source } from "./signs.ts";

/** What people look at of what hangs on a cluster. */

export type AttachedCx = GuideContext<AuroraPinned, Learned>;
type Where = typeof source;

export function scalingIs({ pinned }: AttachedCx, { in: inward, out, scheduled }: Suspension): Sign {
  const say = (is: boolean) => (is ? "True" : "False");
  return {
    look: { of: "scaling", cluster: pinned.source.name },
    must: { be: [[inward, out, scheduled].map(say).join(" ")] },
  };
}

/** Leading to nothing where no cluster is given. */
export function proxiesLeadTo({ pinned }: AttachedCx, cluster: string | null): readonly Sign[] {
  return pinned.attached.proxies.map(({ name }) => ({
    look: { of: "proxy-targets", name },
    must: { be: cluster === null ? [] : [cluster] },
  }));
}

export function proxiesReach({ pinned }: AttachedCx): readonly Sign[] {
  return pinned.attached.proxies.map(({ name }) => ({
    look: { of: "proxy-health", name },
    must: { be: pinned.members.map(() => "AVAILABLE") },
  }));
}

/** Gone where no cluster is given. */
export function endpointsAreAt({ pinned }: AttachedCx, cluster: string | null): readonly Sign[] {
  return pinned.attached.customEndpoints.map(({ name }) => ({
    look: { of: "custom-endpoint", name },
    must: { be: cluster === null ? [] : [`${cluster} available`] },
  }));
}

export function dataApiIs(cx: AttachedCx, which: Where, on: boolean): Sign {
  return { look: { of: "data-api", which: which(cx) }, must: { be: [on ? "True" : "False"] } };
}

export function rolesAreThere(cx: AttachedCx): Sign {
  const be = cx.pinned.attached.roles.map(({ arn, feature }) => `${arn} ${feature} ACTIVE`);
  return { look: { of: "roles", which: named(cx) }, must: { be } };
}

export function secretIsThere(cx: AttachedCx): Sign {
  return { look: { of: "master-secret", which: named(cx) }, must: { be: ["active"] } };
}

export function streamRuns(cx: AttachedCx): Sign {
  return { look: { of: "activity-stream", which: named(cx) }, must: { be: ["started"] } };
}
