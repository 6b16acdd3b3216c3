import type { BlueGreenDeployment, DBProxy, Tag } from "@aws-sdk/client-rds";
import type { Instant, Undated } from "./state.ts";

/** Things that hang on a cluster. They follow its resource id, never its name, except where they are told to be by name. */
export interface Attachments {
  readonly proxies: readonly DatabaseProxy[];
  readonly customEndpoints: readonly CustomEndpoint[];
  readonly integrations: readonly { readonly cluster: string; readonly name: string }[];
  readonly blueGreens: readonly {
    readonly cluster: string;
    readonly deployment: Undated<BlueGreenDeployment>;
  }[];
  readonly globals: readonly { readonly cluster: string; readonly id: string; readonly writer: boolean }[];
  readonly maintenance: readonly {
    readonly resource: string;
    readonly action: string;
    readonly description: string;
    readonly appliesAt?: Instant;
  }[];
  readonly shares: readonly { readonly cluster: string; readonly shareArn: string }[];
  readonly autoscaling: readonly ScalableTarget[];
  /** By name: whoever has it is reported. */
  readonly subscriptions: readonly { readonly name: string; readonly sourceIds: readonly string[] }[];
}

export interface DatabaseProxy {
  readonly proxy: Undated<DBProxy>;
  readonly targetGroupArn: string;
  readonly tags: readonly Tag[];
  /** The cluster or instance that it leads to, by resource id, whatever that is called; null where none is registered. */
  readonly target: { readonly cluster: string; readonly registering: boolean } | null;
}

export interface CustomEndpoint {
  readonly cluster: string;
  readonly id: string;
  readonly resourceId: string;
  readonly status: "creating" | "available" | "deleting";
  readonly type: "ANY" | "READER";
  readonly staticMembers: readonly string[];
  readonly excludedMembers: readonly string[];
  readonly tags: readonly Tag[];
}

/** Application Auto Scaling knows the cluster by its name only. */
export interface ScalableTarget {
  readonly clusterName: string;
  /** The last part of its ARN. */
  readonly id: string;
  readonly min: number;
  readonly max: number;
  readonly suspended: { readonly in: boolean; readonly out: boolean; readonly scheduled: boolean };
}
