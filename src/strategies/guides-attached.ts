import type { Guide } from "../core/by-hand.ts";
import { wholly } from "./attached.ts";
import {
  type AttachedCx,
  dataApiIs,
  endpointsAreAt,
  proxiesLeadTo,
  proxiesReach,
  rolesAreThere,
  scalingIs,
  secretIsThere,
  streamRuns,
} from "./attached-signs.ts";
import type { AuroraPinned, Learned } from "./facts.ts";
import { named, source } from "./signs.ts";

const asBefore = ({ pinned }: AttachedCx) => pinned.attached.scaling ?? wholly;

/** Of what hangs on a cluster: taken off the source, hung on the replacement, and the way back. */
export const attachedGuides: Readonly<Record<string, Guide<AuroraPinned, Learned>>> = {
  "suspend-scaling": { done: (cx) => [scalingIs(cx, wholly)] },
  "detach-proxies": {
    careful:
      "A proxy tracks the cluster and not its name: left as it is, its clients would write to the old one.",
    done: (cx) => proxiesLeadTo(cx, null),
  },
  "data-api-off": {
    careful: "It reaches the database past every security group.",
    done: (cx) => [dataApiIs(cx, source, false)],
  },
  "free-endpoints": { done: (cx) => endpointsAreAt(cx, null) },
  "attach-secret": {
    careful: "Whoever uses the old secret must be given the new one.",
    done: (cx) => [secretIsThere(cx)],
  },
  "attach-stream": {
    careful: "Whoever reads the old Kinesis stream must be given the new one.",
    done: (cx) => [streamRuns(cx)],
  },
  "attach-roles": { done: (cx) => [rolesAreThere(cx)] },
  "attach-endpoints": { done: (cx) => endpointsAreAt(cx, cx.pinned.source.name) },
  "attach-proxies": {
    careful: "They do not reach it before it is opened.",
    done: (cx) => proxiesLeadTo(cx, cx.pinned.source.name),
  },
  "verify-attached": {
    done: (cx) => [
      ...(cx.pinned.attached.roles.length > 0 ? [rolesAreThere(cx)] : []),
      ...(cx.pinned.attached.masterSecret ? [secretIsThere(cx)] : []),
      ...(cx.pinned.attached.activityStream ? [streamRuns(cx)] : []),
      ...endpointsAreAt(cx, cx.pinned.source.name),
      ...proxiesLeadTo(cx, cx.pinned.source.name),
    ],
  },
  "proxies-lead": { done: proxiesReach },
  "data-api-on": { done: (cx) => [dataApiIs(cx, named, true)] },
  "resume-scaling": { done: (cx) => [scalingIs(cx, asBefore(cx))] },

  "undo:resume-scaling": { done: (cx) => [scalingIs(cx, wholly)] },
  "undo:data-api-on": { done: (cx) => [dataApiIs(cx, named, false)] },
  "undo:attach-proxies": { done: (cx) => proxiesLeadTo(cx, null) },
  "undo:attach-endpoints": { done: (cx) => endpointsAreAt(cx, null) },
  "undo:free-endpoints": { done: (cx) => endpointsAreAt(cx, cx.pinned.source.name) },
  "undo:data-api-off": { done: (cx) => [dataApiIs(cx, source, true)] },
  "undo:detach-proxies": { done: (cx) => proxiesLeadTo(cx, cx.pinned.source.name) },
  "undo:suspend-scaling": { done: (cx) => [scalingIs(cx, asBefore(cx))] },
  "after:proxies-lead-back": { done: proxiesReach },
};
