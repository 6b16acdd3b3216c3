import type { OnPaper } from "../core/by-hand.ts";
import type { ClusterFacts, InstanceFacts } from "../core/cloud.ts";
import type { AuroraLearned, AuroraPinned } from "./facts.ts";

/** An instance's own endpoint. Source: Aurora User Guide, Aurora connections: only the cluster's have `cluster-` in them. */
export function memberHost({ endpoints }: AuroraPinned, member: string): string {
  return `${member}.${endpoints.writer.replace(/^[^.]+\.cluster-/, "")}`;
}

/** Which one writes is known when the fence is up; until then, the one that AWS would promote first. */
export function likelyWriter({ members }: AuroraPinned): string {
  const [first] = members.map(({ settings }) => settings).sort((a, b) => a.promotionTier - b.promotionTier);
  return first?.name ?? "";
}

/** The source as it was surveyed, available and with nothing pending, and what is not known yet. */
export function onPaper(
  pinned: AuroraPinned,
  known: Readonly<Partial<AuroraLearned>>,
): OnPaper<AuroraLearned> {
  const learned = { ...blanks(pinned), ...known };
  return {
    clusters: [sourceCluster(pinned, learned.writer)],
    instances: sourceMembers(pinned),
    learned,
    replacementId: learned.replacement.resourceId,
  };
}

const untroubled = { encryption: "sse-kms", status: "available", pendingChanges: [] } as const;

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
    own: {
      clusterInstanceClass: null,
      scalability: "standard",
      replicationSource: null,
      readReplicas: [],
      globalWriteForwarding: false,
      localWriteForwarding: false,
      roles: [],
      dataApi: false,
      activityStream: false,
      masterSecretArn: null,
      domains: [],
      backtrackSeconds: 0,
    },
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
    endpoint: memberHost(pinned, own.name),
    port: settings.port,
    settings: own,
  }));
}

/** What a step that is still to come will find out: variables of the shell, and a time that no clock can show. */
function blanks(pinned: AuroraPinned): AuroraLearned {
  const unknown = { startedAt: "", databases: [] };
  return {
    writer: likelyWriter(pinned),
    quiet: unknown,
    t1: Number.NaN,
    restoreAt: Number.NaN,
    stillQuiet: unknown,
    replacement: { resourceId: replacementVariable, arn: pinned.source.arn },
    atOpening: unknown,
  };
}

export const replacementVariable = "$REPLACEMENT_ID";
