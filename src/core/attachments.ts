import * as z from "zod/mini";
import type { ClusterFacts, Ref, Tags } from "./cloud.ts";

/**
 * What hangs on a cluster and a restore leaves behind, with all that is needed to hang it on the replacement. What AWS tells
 * with the cluster itself is in `ClusterFacts.own`.
 */

const tags = z.record(z.string(), z.string());

/** A name of its own for some of a cluster's instances. Members are instance names. Source: RDS API, CreateDBClusterEndpoint. */
export const customEndpoint = z.object({
  name: z.string(),
  type: z.enum(["READER", "ANY"]),
  staticMembers: z.array(z.string()),
  excludedMembers: z.array(z.string()),
  tags,
});
export type CustomEndpoint = z.infer<typeof customEndpoint>;

export interface CustomEndpointFacts extends CustomEndpoint {
  readonly arn: string;
  readonly status: string;
  readonly clusterName: string;
}

export interface ProxyFacts {
  readonly name: string;
  readonly arn: string;
  readonly targetGroupArn: string;
  readonly tags: Tags;
  /** Of the logins that it uses, by ARN of the secret. */
  readonly secretArns: readonly string[];
  /** The clusters that it leads to, by the name that they have now. */
  readonly clusters: readonly string[];
  readonly instances: readonly {
    readonly name: string;
    /** Null where it is registered as an instance. */
    readonly cluster: string | null;
    /** `AVAILABLE` is the one state in which clients get through. Source: RDS API, TargetHealth. */
    readonly state: string;
    readonly reason: string | null;
  }[];
}

/** True suspends. Source: Application Auto Scaling API, SuspendedState. */
export const suspension = z.object({ in: z.boolean(), out: z.boolean(), scheduled: z.boolean() });
export type Suspension = z.infer<typeof suspension>;

/** By the cluster's name: it acts on whatever cluster has it. */
export interface ScalingFacts {
  readonly arn: string;
  readonly minimum: number;
  readonly maximum: number;
  readonly suspended: Suspension;
}

/** What AWS tells elsewhere than with the cluster. */
export interface AttachedFacts {
  readonly customEndpoints: readonly CustomEndpointFacts[];
  readonly proxies: readonly ProxyFacts[];
  readonly scaling: ScalingFacts | undefined;
  /** Names of the event subscriptions that name the cluster, and go on with the name. */
  readonly subscriptions: readonly string[];
}

/** An IAM role of a cluster, and what it is for. */
export const clusterRole = z.object({ arn: z.string(), feature: z.string() });
export type ClusterRole = z.infer<typeof clusterRole>;

export const activityStream = z.object({ mode: z.enum(["sync", "async"]), keyArn: z.string() });
export type ActivityStream = z.infer<typeof activityStream>;

/** The look-ups and changes of what hangs on a cluster; changes are made to the cluster that is meant by resource id. */
export interface AttachmentCloud {
  attachedTo(cluster: ClusterFacts): Promise<AttachedFacts>;
  findCustomEndpoint(name: string): Promise<CustomEndpointFacts | undefined>;
  findProxy(name: string): Promise<ProxyFacts | undefined>;
  /** Of the readers of whatever cluster has the name. */
  findScaling(clusterName: string): Promise<ScalingFacts | undefined>;

  addRole(cluster: Ref, role: ClusterRole): Promise<void>;
  createCustomEndpoint(cluster: Ref, endpoint: CustomEndpoint): Promise<void>;
  /** Only one of that very cluster. */
  deleteCustomEndpoint(cluster: Ref, name: string): Promise<void>;
  removeEndpointTags(cluster: Ref, name: string, keys: readonly string[]): Promise<void>;
  registerProxyTarget(cluster: Ref, proxy: string): Promise<void>;
  /** Ends the connections that the proxy holds. */
  deregisterProxyTarget(cluster: Ref, proxy: string): Promise<void>;
  suspendScaling(cluster: Ref, suspended: Suspension): Promise<void>;
  switchDataApi(cluster: Ref, on: boolean): Promise<void>;
  startActivityStream(cluster: Ref, stream: ActivityStream): Promise<void>;
  /** Makes a new secret with a new password. Under the account's own key for Secrets Manager where none is given. */
  manageMasterPassword(cluster: Ref, keyArn: string | null): Promise<void>;
}

export type AttachmentChange = Exclude<
  keyof AttachmentCloud,
  "attachedTo" | "findCustomEndpoint" | "findProxy" | "findScaling"
>;
