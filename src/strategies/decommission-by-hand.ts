import type { ByHand, GuideContext, Sign, Which } from "../core/by-hand.ts";
import type { ClusterFacts, ClusterSettings, InstanceFacts, MemberSettings } from "../core/cloud.ts";
import { migrationTag, type Role, roleTag } from "../core/names.ts";
import { nothingOfItsOwn } from "./aurora-on-paper.ts";
import type { DecommissionLearned, DecommissionPinned } from "./decommission-facts.ts";

/** What people look at who delete a source without the bot. */

type Cx = GuideContext<DecommissionPinned, DecommissionLearned>;
type Manual = ByHand<DecommissionPinned, DecommissionLearned>;

const source = ({ pinned }: Cx): Which => ({ resourceIds: [pinned.source.resourceId] });
const members = ({ pinned }: Cx): Which => ({
  resourceIds: pinned.servers.map(({ resourceId }) => resourceId),
});
const isCluster = ({ pinned }: Cx) => pinned.source.kind === "cluster";

const marked = (cx: Cx, migration: string, role: Role): Sign[] => {
  const { kind } = cx.pinned.source;
  const tag = (of: "cluster" | "instance", which: Which, key: string, be: readonly string[]): Sign => ({
    look: { of: "tag", kind: of, which, tag: key },
    must: { be },
  });
  const each = (value: string) => cx.pinned.servers.map(() => value);
  return [
    tag(kind, source(cx), migrationTag, [migration]),
    tag(kind, source(cx), roleTag, [role]),
    ...(isCluster(cx)
      ? [
          tag("instance", members(cx), migrationTag, each(migration)),
          tag("instance", members(cx), roleTag, each(role)),
        ]
      : []),
  ];
};

const protection = (cx: Cx, is: "True" | "False"): Sign => ({
  look: { of: isCluster(cx) ? "clusters" : "instances", which: source(cx), shows: ["deletionProtection"] },
  must: { be: [is] },
});

const fenced = (cx: Cx): Sign => ({
  look: { of: "groups", kind: cx.pinned.source.kind, which: source(cx) },
  must: { be: [`${cx.pinned.fenceGroup} active`] },
});

const nobodyIsIn = ({ pinned }: Cx): Sign[] =>
  pinned.servers.map(({ host }) => ({
    look: { of: "database", asks: "foreign-sessions", host },
    must: { be: ["0"] },
  }));

const snapshotIsThere = (cx: Cx): Sign => ({
  look: { of: "snapshot", kind: cx.pinned.source.kind, name: cx.names.lastSnapshot },
  must: { be: ["available"] },
});

const replacementAnswers = ({ pinned: { endpoint, replacement } }: Cx): Sign => ({
  look: { of: "database", asks: "identity", host: endpoint.host },
  must: { be: [replacement.resourceId] },
});

const isGone = (cx: Cx): Sign => ({
  look: { of: isCluster(cx) ? "clusters" : "instances", which: source(cx), shows: ["name"] },
  must: { be: [] },
});

const guides: Manual["guides"] = {
  condemn: { done: (cx) => marked(cx, cx.names.migration, "condemned") },
  "undo:condemn": {
    careful: "What has been deleted meanwhile has no tags.",
    done: (cx) => marked(cx, cx.pinned.move, "retired"),
  },
  "last-snapshot": { first: (cx) => [fenced(cx)], done: (cx) => [snapshotIsThere(cx)] },
  "unprotect-retired": {
    first: (cx) => [snapshotIsThere(cx)],
    done: (cx) => [protection(cx, "False")],
  },
  "undo:unprotect-retired": { done: (cx) => [protection(cx, "True")] },
  "verify-last": {
    careful:
      "Look in the other account as well, under its own credentials: `aws backup describe-recovery-point` with the vault and " +
      "the recovery point that are named above must say COMPLETED or AVAILABLE, and name a key of that account. Whatever does " +
      "not hold: do not delete.",
    done: (cx) => [fenced(cx), ...nobodyIsIn(cx), snapshotIsThere(cx), replacementAnswers(cx)],
  },
  "delete-retired-members": {
    careful: "By the names that are given, after looking at their resource ids. There is no way back.",
    first: (cx) => [fenced(cx), snapshotIsThere(cx)],
    done: (cx) => [{ look: { of: "instances", which: members(cx), shows: ["name"] }, must: { be: [] } }],
  },
  "delete-source": {
    careful: "By the name that is given, after looking at its resource id. There is no way back.",
    first: (cx) => [
      fenced(cx),
      snapshotIsThere(cx),
      {
        look: {
          of: isCluster(cx) ? "clusters" : "instances",
          which: { names: [cx.pinned.source.name] },
          shows: ["resourceId"],
        },
        must: { be: [cx.pinned.source.resourceId] },
      },
    ],
    done: (cx) => [isGone(cx)],
  },
  leftovers: {
    careful:
      "What the bot would list is for you to find: snapshots, recovery points and databases of that name.",
    done: (cx) => [snapshotIsThere(cx)],
  },
};

/** A run looks at nothing of the settings but what it changes itself. */
const unseen = { tags: {}, securityGroups: [], deletionProtection: true };

const untroubled = { encryption: "sse-kms", status: "available", pendingChanges: [] } as const;

function onPaper(
  { source: of, servers, endpoint }: DecommissionPinned,
  learned: Readonly<Partial<DecommissionLearned>>,
): ReturnType<Manual["onPaper"]> {
  const isOfCluster = of.kind === "cluster";
  const cluster: ClusterFacts = {
    ...untroubled,
    ...of,
    endpoint: endpoint.host,
    readerEndpoint: null,
    settings: unseen as Partial<ClusterSettings> as ClusterSettings,
    securityGroupsActive: true,
    members: servers.map(({ name }, index) => ({ name, writer: index === 0 })),
    earliestRestorableTime: null,
    latestRestorableTime: null,
    masterUser: "",
    databaseName: endpoint.database,
    own: nothingOfItsOwn,
  };
  const instances = servers.map(
    ({ name, resourceId, host }): InstanceFacts => ({
      ...untroubled,
      name,
      resourceId,
      arn: of.arn.replace(/:(cluster|db):.*$/, `:db:${name}`),
      keyArn: of.keyArn,
      engine: "",
      clusterName: isOfCluster ? of.name : null,
      endpoint: host,
      port: endpoint.port,
      settings: unseen as Partial<MemberSettings> as MemberSettings,
      standalone: null,
    }),
  );
  return {
    clusters: isOfCluster ? [cluster] : [],
    instances,
    customEndpoints: [],
    proxies: [],
    learned: { ...blanks, ...learned },
    replacementId: "",
  };
}

const blanks: DecommissionLearned = {
  condemned: { startedAt: "", databases: [] },
  lastSnapshot: { name: "", arn: "", createdAt: Number.NaN },
  leftovers: [],
};

export const decommissionByHand: Manual = {
  facts: ({ pinned, names }) => [
    ["Deletes", `${pinned.source.kind} ${pinned.source.name}, ${pinned.source.resourceId}`],
    ...pinned.servers
      .filter(({ resourceId }) => resourceId !== pinned.source.resourceId)
      .map(({ name, resourceId }) => ["  instance", `${name}, ${resourceId}`] as const),
    ["  its key", pinned.source.keyArn ?? "none"],
    ["Left by", `the move ${pinned.move}`],
    ["Last snapshot", names.lastSnapshot],
    ["Serves now", `${pinned.replacement.name}, ${pinned.replacement.resourceId}`],
    ["  its key", pinned.replacement.keyArn ?? "none"],
    ["  its copy", pinned.copy ? `${pinned.copy.arn} in ${pinned.copy.vaultArn}` : "none"],
    ["Fence group", pinned.fenceGroup],
  ],
  onPaper,
  guides,
};
