import type { ByHand, Guide, Sign } from "../core/by-hand.ts";
import type { Tags } from "../core/cloud.ts";
import { foreignTags, migrationTag, ownTags, roleTag } from "../core/names.ts";
import { backByHand } from "./aurora-back-by-hand.ts";
import { onPaper } from "./aurora-on-paper.ts";
import {
  asked,
  available,
  type Cx,
  changes,
  fenced,
  groups,
  host,
  keptAs,
  marked,
  memberNames,
  named,
  nobodyIsIn,
  protection,
  readers,
  replacementId,
  restoreTime,
  retiredHost,
  rows,
  source,
  sourceIsNamed,
  sourceMembers,
  tagged,
  writer,
} from "./aurora-signs.ts";
import type { AuroraLearned, AuroraPinned } from "./facts.ts";

const forward: Readonly<Record<string, Guide<AuroraPinned, AuroraLearned>>> = {
  "protect-source": {
    done: (cx) => [protection(source(cx), true), ...tagged(cx, migrationTag, cx.names.migration)],
  },
  "safety-snapshot": {
    done: (cx) => [{ look: { of: "snapshot", name: cx.names.safetySnapshot }, must: { be: ["available"] } }],
  },
  "prepare-database": {
    careful: "If you cannot log in to every instance here, stop: without it there is no proof and no T1.",
    done: (cx) =>
      memberNames(cx).map((name) => asked(host(cx, name), "identity", [cx.pinned.source.resourceId])),
  },
  "fence-network": {
    careful:
      "The downtime begins. Connections that stand go on as if nothing had happened: the group only keeps new ones " +
      "out. If another instance than the one below writes, exchange the two where the replacement's are created.",
    done: (cx) => [
      fenced(cx, source(cx)),
      { look: { of: "writer", which: source(cx) }, must: { be: [writer(cx)] } },
    ],
  },
  "end-sessions": {
    careful:
      "Whoever is back at once is told again: repeat it until nobody is in. A prepared transaction must be committed " +
      "or rolled back by its owner. If the changes still move when you look again, somebody writes: do not go on.",
    done: (cx) => [
      ...nobodyIsIn(memberNames(cx).map((name) => host(cx, name))),
      keptAs(changes(host(cx, writer(cx))), "QUIET"),
      { look: changes(host(cx, writer(cx))), must: { be: ["$QUIET"] } },
    ],
  },
  mark: {
    careful:
      "This is T1: only once nobody is in. If the changes are not what they were when it was quiet, go back: somebody " +
      "has written since.",
    first: (cx) => [fenced(cx, source(cx))],
    done: (cx) => [
      marked(host(cx, writer(cx)), cx.names.migration, "1"),
      { look: changes(host(cx, writer(cx))), must: { be: rows(cx.learned.quiet, "$QUIET") } },
      keptAs({ of: "database", asks: "restore-time", host: host(cx, writer(cx)) }, "RESTORE_AT"),
    ],
  },
  "after-mark": {
    careful: "Not before the clock has passed the restore time: this row must not be in the replacement.",
    first: (cx) => [
      {
        look: { of: "database", asks: "clock", host: host(cx, writer(cx)) },
        must: { beLaterThan: restoreTime(cx) },
      },
    ],
    done: (cx) => [
      marked(host(cx, writer(cx)), `${cx.names.migration}-after`, "1"),
      { look: changes(host(cx, writer(cx))), must: { be: rows(cx.learned.quiet, "$QUIET") } },
    ],
  },
  "rename-members": {
    careful: "They restart. A rename keeps nobody out: never do this without the fence.",
    first: (cx) => [fenced(cx, source(cx))],
    done: (cx) => [available(sourceMembers(cx), memberNames(cx).map(cx.names.retired))],
  },
  "still-quiet": {
    careful:
      "The restart may have begun the counters anew, so they may be lower than before it and never higher. If anybody " +
      "is in, or they are higher, go back: T1 is worth nothing.",
    first: (cx) => [
      fenced(cx, source(cx)),
      { look: { of: "writer", which: source(cx) }, must: { be: [cx.names.retired(writer(cx))] } },
    ],
    done: (cx) => [
      ...nobodyIsIn(memberNames(cx).map((name) => retiredHost(cx, name))),
      keptAs(changes(retiredHost(cx, writer(cx))), "STILL_QUIET"),
      { look: changes(retiredHost(cx, writer(cx))), must: { be: ["$STILL_QUIET"] } },
    ],
  },
  "rename-source": {
    careful: "It only frees the name. Sessions survive it, so it is no fence.",
    first: (cx) => [fenced(cx, source(cx))],
    done: (cx) => [sourceIsNamed(cx, cx.names.retired(cx.pinned.source.name))],
  },
  "endpoint-gone": {
    done: ({ pinned }) => [{ look: { of: "host", host: pinned.endpoints.writer }, must: { be: [] } }],
  },
  restorable: {
    careful:
      "Restoring before this is seen loses the last writes without a word. It trails by about five minutes; if it does " +
      "not move, repeat the heartbeat every twenty seconds.",
    done: (cx) => [
      {
        look: { of: "clusters", which: source(cx), shows: ["latestRestorableTime"] },
        must: { beLaterThan: restoreTime(cx) },
      },
    ],
  },
  restore: {
    careful:
      "Read it before you send it: the key, the time, and no group but the fence's. It takes twenty minutes and can " +
      "take hours. If it ends in a status that says failed, error or incompatible, go back.",
    done: (cx) => [
      {
        look: { of: "clusters", which: named(cx), shows: ["name", "status", "endpoint"] },
        must: { be: [`${cx.pinned.source.name} available ${cx.pinned.endpoints.writer}`] },
      },
      fenced(cx, named(cx)),
      keptAs({ of: "clusters", which: named(cx), shows: ["resourceId"] }, "REPLACEMENT_ID"),
    ],
  },
  "create-writer": {
    careful: "Wait for it before you create another: the first one becomes the writer.",
    done: (cx) => [available({ names: [writer(cx)] }, [writer(cx)])],
  },
  "create-readers": { done: (cx) => [available({ names: readers(cx) }, readers(cx))] },
  "apply-settings": {
    done: (cx) => {
      const { maintenanceWindow, databaseInsights } = cx.pinned.settings;
      return [
        protection(named(cx), true),
        {
          look: {
            of: "clusters",
            which: named(cx),
            shows: ["status", "maintenanceWindow", "databaseInsights"],
          },
          must: { be: [`available ${maintenanceWindow} ${databaseInsights}`] },
        },
      ];
    },
  },
  "introduce-replacement": {
    done: (cx) => [asked(cx.pinned.endpoints.writer, "identity", [replacementId(cx)])],
  },
  "verify-key": {
    careful:
      "If it is another key, go back: a restore that is given no key takes the source's without a word.",
    done: (cx) => [
      { look: { of: "clusters", which: named(cx), shows: ["keyArn"] }, must: { be: [cx.pinned.keyArn] } },
      {
        look: { of: "instances", which: { names: memberNames(cx) }, shows: ["name", "keyArn"] },
        must: { be: memberNames(cx).map((name) => `${name} ${cx.pinned.keyArn}`) },
      },
    ],
  },
  "verify-settings": {
    done: (cx) => [
      {
        look: { of: "cluster-settings", which: source(cx) },
        must: { equal: { of: "cluster-settings", which: named(cx) } },
      },
      replacementTags(cx, "cluster", cx.pinned.source.name, cx.pinned.settings.tags),
      ...cx.pinned.members.map(({ settings: { name, tags } }) => replacementTags(cx, "instance", name, tags)),
      ...memberNames(cx).map(
        (name): Sign => ({
          look: { of: "instance-settings", which: { names: [cx.names.retired(name)] } },
          must: { equal: { of: "instance-settings", which: { names: [name] } } },
        }),
      ),
    ],
  },
  "verify-data": {
    careful: "If the marker is not there, what was acknowledged last is not either: do not open, go back.",
    done: (cx) => {
      const { writer: replacement } = cx.pinned.endpoints;
      return [
        marked(replacement, cx.names.migration, "1"),
        marked(replacement, `${cx.names.migration}-after`, "0"),
        {
          look: { of: "database", asks: "relations", host: retiredHost(cx, writer(cx)) },
          must: { equal: { of: "database", asks: "relations", host: replacement } },
        },
      ];
    },
  },
  "verify-restorable": {
    done: (cx) => [
      {
        look: { of: "clusters", which: named(cx), shows: ["latestRestorableTime"] },
        must: { beGiven: true },
      },
    ],
  },
  "last-look": {
    careful:
      "The last moment at which going back loses nothing. If the source's changes are not what they were, somebody " +
      "has written to it: do not open, go back.",
    done: (cx) => [
      fenced(cx, source(cx)),
      fenced(cx, named(cx)),
      {
        look: changes(retiredHost(cx, writer(cx))),
        must: { be: rows(cx.learned.stillQuiet, "$STILL_QUIET") },
      },
      keptAs(changes(cx.pinned.endpoints.writer), "AT_OPENING"),
    ],
  },
  open: {
    careful: "The downtime ends with it. From here on, going back loses what clients write.",
    first: (cx) => [fenced(cx, named(cx))],
    done: (cx) => [groups(named(cx), cx.pinned.settings.securityGroups)],
  },
  "endpoint-answers": {
    careful: "Clients that keep failing hold the old address: restart or recycle their connection pools.",
    done: (cx) => {
      const { writer: primary, reader } = cx.pinned.endpoints;
      const hosts = memberNames(cx).length > 1 ? [primary, reader] : [primary];
      return hosts.map((one) => asked(one, "identity", [replacementId(cx)]));
    },
  },
  "retire-source": {
    careful: "Do not delete it. It stays fenced and protected until somebody decides that nobody needs it.",
    done: (cx) => [
      { look: { of: "tag", kind: "cluster", which: source(cx), tag: roleTag }, must: { be: ["retired"] } },
      protection(source(cx), true),
      fenced(cx, source(cx)),
    ],
  },
};

/** The customer's own tags come along, and the bot's say whose it is. */
function replacementTags(cx: Cx, kind: "cluster" | "instance", name: string, tags: Tags): Sign {
  const all = { ...foreignTags(tags), ...ownTags(cx.names, "replacement") };
  const be = Object.entries(all).map(([key, value]) => `${key} ${value}`);
  return { look: { of: "tags", kind, which: { names: [name] } }, must: { be } };
}

function factsOf(cx: Cx): readonly (readonly [string, string])[] {
  const { pinned, learned, names } = cx;
  const { source, settings, members, endpoints } = pinned;
  const { writer: chosen, replacement, t1, restoreAt } = learned;
  return [
    ["Source", `${source.resourceId}, at first named ${source.name}`],
    ["  once renamed", names.retired(source.name)],
    ...members.map(
      ({ resourceId, settings: { name } }) => ["  member", `${resourceId}, at first ${name}`] as const,
    ),
    ["  its key", source.keyArn ?? "none"],
    ["  its groups", settings.securityGroups.join(", ")],
    ["  its writer", chosen ?? "known when the fence is up"],
    ["Replacement", replacement?.resourceId ?? "not made yet, or not seen yet"],
    ["  its key", pinned.keyArn],
    ["  put aside", names.failed(source.name)],
    ["Endpoint", endpoints.writer],
    ["Fence group", `${pinned.fenceGroup} in ${pinned.vpc}`],
    ["Safety copy", names.safetySnapshot],
    ["T1", t1 === undefined ? "not yet" : new Date(t1).toISOString()],
    ["Restore time", restoreAt === undefined ? "not yet" : restoreTime(cx)],
  ];
}

export const auroraByHand: ByHand<AuroraPinned, AuroraLearned> = {
  facts: factsOf,
  onPaper,
  guides: { ...forward, ...backByHand },
};
