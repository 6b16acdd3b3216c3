import * as z from "zod";
import {
  type AttachedFacts,
  activityStream,
  clusterRole,
  customEndpoint,
  type Suspension,
  suspension,
} from "../core/attachments.ts";
import type { ClusterFacts, KeyFacts, MemberSettings } from "../core/cloud.ts";
import { foreignTags, isEnrolled } from "../core/names.ts";
import type { Note } from "../core/note.ts";
import { note } from "../core/sentences.ts";

/** What hangs on a cluster and is carried over to the replacement. The approval covers it. */
export const attached = z.object({
  roles: z.array(clusterRole),
  /** With the tags that are not the bot's. */
  customEndpoints: z.array(customEndpoint),
  proxies: z.array(
    z.object({
      name: z.string(),
      enrolled: z.boolean(),
      /** False where single instances are registered at it. */
      tracksCluster: z.boolean(),
      usesMasterSecret: z.boolean(),
    }),
  ),
  /** As it is before anybody suspends it. */
  scaling: z.nullable(suspension),
  /** Without a key where it is under Secrets Manager's own. */
  masterSecret: z.nullable(z.object({ arn: z.string(), keyArn: z.string().nullable() })),
  dataApi: z.boolean(),
  activityStream: z.nullable(z.object({ stream: activityStream, kinesis: z.string() })),
});
export type Attached = z.infer<typeof attached>;

/** Whose tag names the cluster whose readers are scaled. Source: Aurora User Guide, Aurora Auto Scaling. */
const scaledTag = "application-autoscaling:resourceId";

/** Autoscaling made it and takes it away again: it is fenced like all others, and never made anew. */
export function isScaled({ tags }: Pick<MemberSettings, "tags">): boolean {
  return scaledTag in tags;
}

/** `secretKey` is the key of the managed master secret, where there is one. */
export function toCarry(
  { name: cluster, own }: ClusterFacts,
  { customEndpoints, proxies, scaling }: AttachedFacts,
  secretKey: KeyFacts | undefined,
): Attached {
  const { masterSecret, activityStream: stream } = own;
  return {
    roles: sorted(
      own.roles.map(({ arn, feature }) => ({ arn, feature })),
      ({ arn, feature }) => arn + feature,
    ),
    customEndpoints: sorted(
      customEndpoints.map(({ name, type, staticMembers, excludedMembers, tags }) => ({
        name,
        type,
        staticMembers: [...staticMembers],
        excludedMembers: [...excludedMembers],
        tags: foreignTags(tags),
      })),
      ({ name }) => name,
    ),
    proxies: sorted(
      proxies.map(({ name, tags, clusters, secretArns }) => ({
        name,
        enrolled: isEnrolled(tags),
        tracksCluster: clusters.includes(cluster),
        usesMasterSecret: masterSecret !== null && secretArns.includes(masterSecret.arn),
      })),
      ({ name }) => name,
    ),
    scaling: scaling ? scaling.suspended : null,
    masterSecret: masterSecret && {
      arn: masterSecret.arn,
      keyArn: secretKey?.manager === "CUSTOMER" ? secretKey.arn : null,
    },
    dataApi: own.dataApi,
    activityStream: stream && {
      stream: { mode: stream.mode, keyArn: stream.keyArn },
      kinesis: stream.kinesis,
    },
  };
}

function sorted<T>(all: readonly T[], by: (one: T) => string): T[] {
  return [...all].sort((a, b) => (by(a) < by(b) ? -1 : 1));
}

export const wholly: Suspension = { in: true, out: true, scheduled: true };

export function sameSuspension(a: Suspension, b: Suspension): boolean {
  return a.in === b.in && a.out === b.out && a.scheduled === b.scheduled;
}

/** What approvers should know of what hangs on it; `scaled` are the readers that are not made again. */
export function attachedRemarks(
  { roles, proxies, masterSecret, activityStream: stream }: Attached,
  subscriptions: readonly string[],
  scaled: readonly { readonly name: string }[],
): readonly Note[] {
  const names = (of: readonly { readonly name: string }[]) => of.map(({ name }) => name).join(", ");
  return [
    note("remark.alarms", {}),
    ...(proxies.length > 0 ? [note("remark.proxies", { proxies: names(proxies) })] : []),
    ...(roles.length > 0 ? [note("remark.roles", { roles: roles.map(({ arn }) => arn).join(", ") })] : []),
    ...(masterSecret ? [note("remark.secret", { secret: masterSecret.arn })] : []),
    ...(stream ? [note("remark.stream", { kinesis: stream.kinesis })] : []),
    ...(subscriptions.length > 0
      ? [note("remark.subscriptions", { subscriptions: subscriptions.join(", ") })]
      : []),
    ...(scaled.length > 0 ? [note("remark.scaled-readers", { readers: names(scaled) })] : []),
  ];
}
