import type {
  AddTagsToResourceMessage,
  ListTagsForResourceMessage,
  RemoveTagsFromResourceMessage,
  Tag,
} from "@aws-sdk/client-rds";
import { unmodelled } from "../fault.ts";
import {
  clusterNamed,
  instanceNamed,
  instanceSnapshotNamed,
  put,
  snapshotNamed,
  type Turn,
} from "../turn.ts";
import { changeEndpoint } from "./custom-endpoints.ts";
import { changeProxy } from "./proxies.ts";
import { refuseReservedTags } from "./restored-settings.ts";

interface Tagged {
  readonly tags: readonly Tag[];
  readonly retag: (tags: Tag[]) => void;
}

/** By the ARN's resource type. Throws the NotFound fault of that type. */
function taggedResource(turn: Turn, arn: string): Tagged {
  const [, , , region, account, type] = arn.split(":");
  if (region !== turn.state.region || account !== turn.state.accountId) {
    throw unmodelled("InvalidParameterValue", `Invalid resource name: ${arn}`);
  }
  if (type === "cluster") {
    const cluster = clusterNamed(turn, arn);
    const { settings } = cluster;
    return {
      tags: settings.TagList,
      retag: (TagList) => put(turn, "clusters", { ...cluster, settings: { ...settings, TagList } }),
    };
  }
  if (type === "db") {
    const instance = instanceNamed(turn, arn);
    const { settings } = instance;
    return {
      tags: settings.TagList,
      retag: (TagList) => put(turn, "instances", { ...instance, settings: { ...settings, TagList } }),
    };
  }
  if (type === "cluster-snapshot") {
    const snapshot = snapshotNamed(turn, arn);
    return { tags: snapshot.tags, retag: (tags) => put(turn, "snapshots", { ...snapshot, tags }) };
  }
  if (type === "snapshot") {
    const snapshot = instanceSnapshotNamed(turn, arn);
    return { tags: snapshot.tags, retag: (tags) => put(turn, "instanceSnapshots", { ...snapshot, tags }) };
  }
  const attached = taggedAttachment(turn, arn);
  if (attached !== undefined) return attached;
  throw unmodelled("InvalidParameterValue", `Invalid resource name: ${arn}`);
}

/** A proxy or a custom endpoint. */
function taggedAttachment(turn: Turn, arn: string): Tagged | undefined {
  const { attachments } = turn.state;
  const proxy = attachments.proxies.find((one) => one.proxy.DBProxyArn === arn);
  if (proxy !== undefined) return { tags: proxy.tags, retag: (tags) => changeProxy(turn, proxy, { tags }) };
  const endpoint = attachments.customEndpoints.find(({ id }) => arn.endsWith(`:cluster-endpoint:${id}`));
  if (endpoint === undefined) return undefined;
  return {
    tags: endpoint.tags,
    retag: (tags) => changeEndpoint(turn, endpoint.resourceId, { tags }),
  };
}

export function listTagsForResource(turn: Turn, input: ListTagsForResourceMessage) {
  return { TagList: [...taggedResource(turn, input.ResourceName ?? "").tags] };
}

export function addTagsToResource(turn: Turn, input: AddTagsToResourceMessage): object {
  const { tags, retag } = taggedResource(turn, input.ResourceName ?? "");
  const added = input.Tags ?? [];
  refuseReservedTags(added);
  retag([...tags.filter((tag) => !added.some(({ Key }) => Key === tag.Key)), ...added]);
  return {};
}

export function removeTagsFromResource(turn: Turn, input: RemoveTagsFromResourceMessage): object {
  const { tags, retag } = taggedResource(turn, input.ResourceName ?? "");
  const gone = new Set(input.TagKeys ?? []);
  retag(tags.filter(({ Key }) => !gone.has(Key ?? "")));
  return {};
}
