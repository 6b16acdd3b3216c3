import type { ByHand, Guide, OnPaper } from "../core/by-hand.ts";
import type { InstanceFacts } from "../core/cloud.ts";
import type { InstancePinned, Learned } from "./facts.ts";
import { blanks, factsOf } from "./facts-on-paper.ts";
import { backGuides } from "./guides-back.ts";
import { snapshotGuides } from "./guides-copy.ts";
import { sharedGuides } from "./guides-forward.ts";
import {
  type Cx,
  named,
  replacementName,
  replacementTags,
  settingsApplied,
  shows,
  snapshot,
  source,
} from "./signs.ts";

const guides: Readonly<Record<string, Guide<InstancePinned, Learned>>> = {
  "first-copy": {
    careful: "A full copy: it can take hours. Nothing waits for it but you.",
    first: (cx) => [snapshot(cx, cx.names.safetySnapshot)],
    done: (cx) => [snapshot(cx, cx.names.firstCopy)],
  },
  "final-copy": {
    careful: "Name the key, or the copy is under the old one. If it takes longer than you have, go back.",
    first: (cx) => [snapshot(cx, cx.names.finalSnapshot)],
    done: (cx) => [snapshot(cx, cx.names.finalCopy)],
  },
  "undo:safety-snapshot": waitsFor((cx) => cx.names.safetySnapshot),
  "undo:final-snapshot": waitsFor((cx) => cx.names.finalSnapshot),
  "apply-settings": { done: (cx) => settingsApplied(cx, cx.pinned.settings) },
  "verify-key": {
    careful: "If it is another key, go back: a restore takes that of its snapshot without a word.",
    done: (cx) => [shows(cx, named(cx), ["keyArn"], [cx.pinned.keyArn])],
  },
  "verify-settings": {
    done: (cx) => [
      {
        look: { of: "instance-settings", which: source(cx) },
        must: { equal: { of: "instance-settings", which: named(cx) } },
      },
      replacementTags(cx, "instance", replacementName(cx), cx.pinned.settings.tags),
    ],
  },
};

function waitsFor(which: (cx: Cx) => string): Guide<InstancePinned, Learned> {
  return {
    careful:
      "While it is being taken AWS changes nothing of the instance: wait. What is not there needs nothing.",
    done: (cx) => [snapshot(cx, which(cx))],
  };
}

/** The source as it was surveyed, available and with nothing pending, and what is not known yet. */
function onPaper(pinned: InstancePinned, known: Readonly<Partial<Learned>>): OnPaper<Learned> {
  const learned = { ...blanks(pinned), ...known };
  return {
    clusters: [],
    customEndpoints: [],
    proxies: [],
    instances: [sourceInstance(pinned)],
    learned,
    replacementId: learned.replacement.resourceId,
  };
}

function sourceInstance({ source, settings, endpoints, database }: InstancePinned): InstanceFacts {
  return {
    ...source,
    status: "available",
    encryption: source.keyArn === null ? "none" : "sse-kms",
    engine: settings.engine,
    clusterName: null,
    endpoint: endpoints.writer,
    port: settings.port,
    settings: { ...settings, name: source.name, promotionTier: 1 },
    pendingChanges: [],
    standalone: {
      settings,
      securityGroupsActive: true,
      latestRestorableTime: null,
      masterUser: "",
      databaseName: database,
      own: {
        replicationSource: null,
        readReplicas: [],
        clusterReplicas: [],
        roles: [],
        masterSecretArn: null,
        domains: [],
        activityStream: false,
      },
    },
  };
}

export const instanceByHand: ByHand<InstancePinned, Learned> = {
  facts: factsOf,
  onPaper,
  guides: { ...sharedGuides, ...guides, ...snapshotGuides, ...backGuides },
};
