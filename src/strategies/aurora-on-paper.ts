import type { OnPaper } from "../core/by-hand.ts";
import type { ClusterFacts, InstanceFacts } from "../core/cloud.ts";
import type { AuroraPinned, Learned } from "./facts.ts";
import { blanks } from "./facts-on-paper.ts";
import { serverHost } from "./signs.ts";

/** The source as it was surveyed, available and with nothing pending, and what is not known yet. */
export function onPaper(pinned: AuroraPinned, known: Readonly<Partial<Learned>>): OnPaper<Learned> {
  const learned = { ...blanks(pinned), ...known };
  return {
    clusters: [sourceCluster(pinned, learned.writer)],
    instances: sourceMembers(pinned),
    customEndpoints: pinned.attached.customEndpoints.map((endpoint) => ({
      ...endpoint,
      arn: "",
      status: "available",
      clusterName: pinned.source.name,
    })),
    proxies: pinned.attached.proxies.map(({ name }) => ({
      ...proxyOnPaper,
      name,
      clusters: [pinned.source.name],
    })),
    learned,
    replacementId: learned.replacement.resourceId,
  };
}

const proxyOnPaper = { arn: "", targetGroupArn: "", tags: {}, secretArns: [], instances: [] };

const untroubled = { encryption: "sse-kms", status: "available", pendingChanges: [] } as const;

/** What a cluster tells of itself besides, where no step's `run` asks for it. */
export const nothingOfItsOwn: ClusterFacts["own"] = {
  clusterInstanceClass: null,
  scalability: "standard",
  replicationSource: null,
  readReplicas: [],
  globalWriteForwarding: false,
  roles: [],
  dataApi: false,
  activityStream: null,
  masterSecret: null,
  domains: [],
  backtrackSeconds: 0,
};

function sourceCluster(pinned: AuroraPinned, writer: string): ClusterFacts {
  const { source, settings, endpoints, members } = pinned;
  return {
    ...untroubled,
    ...source,
    endpoint: endpoints.writer,
    readerEndpoint: endpoints.reader,
    settings,
    securityGroupsActive: true,
    members: members.map(({ settings: { name } }) => ({ name, writer: name === writer })),
    earliestRestorableTime: null,
    latestRestorableTime: null,
    masterUser: "",
    databaseName: pinned.database,
    own: nothingOfItsOwn,
  };
}

function sourceMembers(pinned: AuroraPinned): InstanceFacts[] {
  const { source, settings, members } = pinned;
  return members.map(({ resourceId, settings: own }) => ({
    ...untroubled,
    name: own.name,
    resourceId,
    arn: source.arn.replace(/:cluster:.*$/, `:db:${own.name}`),
    keyArn: source.keyArn,
    engine: settings.engine,
    clusterName: source.name,
    standalone: null,
    endpoint: serverHost(pinned, own.name),
    port: settings.port,
    settings: own,
  }));
}
