import type { Guide } from "../core/by-hand.ts";
import { migrationTag } from "../core/names.ts";
import {
  asked,
  available,
  type Cx,
  changes,
  fenced,
  groups,
  memberNames,
  named,
  protection,
  readers,
  rows,
  source,
  sourceIsNamed,
  sourceMembers,
  tagged,
  writer,
} from "./aurora-signs.ts";
import type { AuroraLearned, AuroraPinned } from "./facts.ts";

/** By key of the course: the way back, in the order of the way there reversed. */
export const backByHand: Readonly<Record<string, Guide<AuroraPinned, AuroraLearned>>> = {
  "undo:open": {
    careful:
      "If the changes are not those from the opening, clients have written to the replacement, and going back loses " +
      "that: do not go on before two approvers have signed it.",
    done: (cx) => {
      const { writer: replacement } = cx.pinned.endpoints;
      return [
        fenced(cx, named(cx)),
        asked(replacement, "foreign-sessions", ["0"]),
        { look: changes(replacement), must: { be: rows(cx.learned.atOpening, "$AT_OPENING") } },
      ];
    },
  },
  "undo:create-readers": aside((cx) => readers(cx)),
  "undo:create-writer": aside((cx) => [writer(cx)]),
  "undo:restore": {
    careful:
      "While the replacement is being made, AWS accepts neither a rename nor a deletion: wait. If nothing has that name, " +
      "there is nothing to do. If the source has it, you are past this: never put that aside.",
    first: (cx) => [
      {
        look: { of: "clusters", which: named(cx), shows: ["resourceId"] },
        must: cx.learned.replacement
          ? { be: [cx.learned.replacement.resourceId] }
          : { beOtherThan: cx.pinned.source.resourceId },
      },
      { look: { of: "clusters", which: named(cx), shows: ["status"] }, must: { be: ["available"] } },
    ],
    done: (cx) => {
      const failed = cx.names.failed(cx.pinned.source.name);
      return [
        {
          look: { of: "clusters", which: { names: [failed] }, shows: ["name", "status"] },
          must: { be: [`${failed} available`] },
        },
      ];
    },
  },
  "undo:rename-source": {
    careful: "Only when the name is free: otherwise the replacement still has it.",
    first: (cx) => [
      { look: { of: "clusters", which: named(cx), shows: ["name"] }, must: { be: [] } },
      { look: { of: "clusters", which: source(cx), shows: ["status"] }, must: { be: ["available"] } },
    ],
    done: (cx) => [sourceIsNamed(cx, cx.pinned.source.name)],
  },
  "undo:rename-members": {
    first: (cx) => [
      {
        look: { of: "instances", which: sourceMembers(cx), shows: ["status"] },
        must: { be: memberNames(cx).map(() => "available") },
      },
    ],
    careful: "They restart, and with it get a certificate with their old names again.",
    done: (cx) => [available(sourceMembers(cx), memberNames(cx))],
  },
  "undo:fence-network": {
    careful: "The downtime ends with it.",
    done: (cx) => [groups(source(cx), cx.pinned.settings.securityGroups)],
  },
  "undo:prepare-database": {
    done: (cx) => [asked(cx.pinned.endpoints.writer, "own-schema", ["0"])],
  },
  "undo:protect-source": {
    done: (cx) => [
      protection(source(cx), cx.pinned.settings.deletionProtection),
      ...tagged(cx, migrationTag, null),
    ],
  },
  "after:source-answers": {
    careful: "If TLS does not accept the certificate, reboot the writer: it then gets one with its own name.",
    done: (cx) => [
      sourceIsNamed(cx, cx.pinned.source.name),
      groups(source(cx), cx.pinned.settings.securityGroups),
      asked(cx.pinned.endpoints.writer, "takes-writes", ["t"]),
    ],
  },
};

function aside(members: (cx: Cx) => readonly string[]): Guide<AuroraPinned, AuroraLearned> {
  return {
    careful: "While one is being created, AWS refuses to rename it: wait. What is not there needs nothing.",
    first: (cx) => [available({ names: members(cx) }, members(cx))],
    done: (cx) => {
      const failed = members(cx).map(cx.names.failed);
      return [available({ names: failed }, failed)];
    },
  };
}
