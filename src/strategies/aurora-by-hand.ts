import type { ByHand, Guide, Sign } from "../core/by-hand.ts";
import { onPaper } from "./aurora-on-paper.ts";
import type { AuroraPinned, Learned } from "./facts.ts";
import { factsOf } from "./facts-on-paper.ts";
import { attachedGuides } from "./guides-attached.ts";
import { backGuides } from "./guides-back.ts";
import { snapshotGuides, toTimeGuides } from "./guides-copy.ts";
import { sharedGuides } from "./guides-forward.ts";
import {
  available,
  type Cx,
  fenced,
  named,
  readers,
  replacementName,
  replacementTags,
  serverNames,
  settingsApplied,
  source,
  sourceServers,
  whole,
  writer,
} from "./signs.ts";

type Guides = Readonly<Record<string, Guide<AuroraPinned, Learned>>>;

/** What only a cluster needs: it has instances. */
const clusterGuides: Guides = {
  "rename-members": {
    careful: "They restart. A rename keeps nobody out: never do this without the fence.",
    first: (cx) => [fenced(cx, source(cx))],
    done: (cx) => [available(sourceServers(cx), serverNames(cx).map(cx.names.retired))],
  },

  "create-writer": {
    careful: "Wait for it before you create another: the first one becomes the writer.",
    done: (cx) => [replacements(cx, [writer(cx)])],
  },

  "create-readers": { done: (cx) => [replacements(cx, readers(cx))] },

  "apply-settings": { done: (cx) => settingsApplied(cx, cx.pinned.settings) },

  "verify-settings": {
    done: (cx) => [
      {
        look: { of: "cluster-settings", which: source(cx) },
        must: { equal: { of: "cluster-settings", which: named(cx) } },
      },
      replacementTags(cx, "cluster", replacementName(cx), cx.pinned.settings.tags),
      ...cx.pinned.members.map(({ settings: { name, tags } }) =>
        replacementTags(cx, "instance", cx.names.replacement(name), tags),
      ),
      ...serverNames(cx).map(
        (name): Sign => ({
          look: { of: "member-settings", which: { names: [cx.names.retired(name)] } },
          must: { equal: { of: "member-settings", which: { names: [cx.names.replacement(name)] } } },
        }),
      ),
    ],
  },

  "verify-key": {
    careful:
      "If it is another key, go back: a restore that is given no key takes the source's without a word.",
    done: (cx) => [
      { look: whole(cx, named(cx), ["keyArn"]), must: { be: [cx.pinned.keyArn] } },
      {
        look: { of: "instances", which: { names: serverReplacements(cx) }, shows: ["name", "keyArn"] },
        must: { be: serverReplacements(cx).map((name) => `${name} ${cx.pinned.keyArn}`) },
      },
    ],
  },
  "undo:create-readers": aside((cx) => readers(cx)),
  "undo:create-writer": aside((cx) => [writer(cx)]),
  "undo:rename-members": {
    first: (cx) => [
      {
        look: { of: "instances", which: sourceServers(cx), shows: ["status"] },
        must: { be: serverNames(cx).map(() => "available") },
      },
    ],
    careful: "They restart, and with it get a certificate with their old names again.",
    done: (cx) => [available(sourceServers(cx), serverNames(cx))],
  },
};

function serverReplacements(cx: Cx): string[] {
  return serverNames(cx).map((name) => cx.names.replacement(name));
}

function replacements(cx: Cx, members: readonly string[]): Sign {
  const names = members.map((name) => cx.names.replacement(name));
  return available({ names }, names);
}

function aside(members: (cx: Cx) => readonly string[]): Guide<AuroraPinned, Learned> {
  return {
    careful: "While one is being created, AWS refuses to rename it: wait. What is not there needs nothing.",
    first: (cx) => [available({ names: members(cx) }, members(cx))],
    done: (cx) => {
      const failed = members(cx).map(cx.names.failed);
      return [available({ names: failed }, failed)];
    },
  };
}

const byHand = (guides: Guides): ByHand<AuroraPinned, Learned> => ({
  facts: factsOf,
  onPaper,
  guides: { ...sharedGuides, ...clusterGuides, ...attachedGuides, ...guides, ...backGuides },
});

export const auroraPointInTimeByHand = byHand(toTimeGuides);
export const auroraSnapshotByHand = byHand(snapshotGuides);
