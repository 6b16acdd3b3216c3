import type { Guide } from "../core/by-hand.ts";
import { migrationTag } from "../core/names.ts";
import type { Learned, Pinned } from "./facts.ts";
import {
  asked,
  changes,
  fenced,
  groups,
  named,
  protection,
  rows,
  scheduledTags,
  shows,
  source,
  sourceIsNamed,
  tagged,
  whole,
  writerRows,
} from "./signs.ts";

/** By key of the course: the way back, in the order of the way there reversed. */
export const backGuides: Readonly<Record<string, Guide<Pinned, Learned>>> = {
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
  "undo:set-aside-tags": {
    careful: "Put back as well what was taken off because a backup plan selected by it.",
    done: (cx) => scheduledTags(cx, (value) => [value]),
  },
  "undo:restore-writers": {
    done: (cx) => [asked(cx.pinned.endpoints.writer, "writers", [])],
  },
  "undo:restore": {
    careful:
      "While the replacement is being made, AWS accepts neither a rename nor a deletion: wait. If nothing has that name, " +
      "there is nothing to do. If the source has it, you are past this: never put that aside.",
    first: (cx) => [
      {
        look: whole(cx, named(cx), ["resourceId"]),
        must: cx.learned.replacement
          ? { be: [cx.learned.replacement.resourceId] }
          : { beOtherThan: cx.pinned.source.resourceId },
      },
      { look: whole(cx, named(cx), ["status"]), must: { be: ["available"] } },
    ],
    done: (cx) => {
      const failed = cx.names.failed(cx.pinned.source.name);
      return [shows(cx, { names: [failed] }, ["name", "status"], [`${failed} available`])];
    },
  },
  "undo:rename-source": {
    careful: "Only when the name is free: otherwise the replacement still has it.",
    first: (cx) => [
      { look: whole(cx, named(cx), ["name"]), must: { be: [] } },
      { look: whole(cx, source(cx), ["status"]), must: { be: ["available"] } },
    ],
    done: (cx) => [sourceIsNamed(cx, cx.pinned.source.name)],
  },
  "undo:fence-network": {
    careful: "The downtime ends with it.",
    done: (cx) => [groups(cx, source(cx), cx.pinned.settings.securityGroups)],
  },
  "undo:silence-writers": {
    done: (cx) => [asked(cx.pinned.endpoints.writer, "writers", writerRows(cx))],
  },
  "undo:prepare-database": {
    done: (cx) => [asked(cx.pinned.endpoints.writer, "own-schema", ["0"])],
  },
  "undo:protect-source": {
    done: (cx) => [
      protection(cx, source(cx), cx.pinned.settings.deletionProtection),
      ...tagged(cx, migrationTag, null),
    ],
  },
  "after:source-answers": {
    careful: "If TLS does not accept the certificate, reboot the writer: it then gets one with its own name.",
    done: (cx) => [
      sourceIsNamed(cx, cx.pinned.source.name),
      groups(cx, source(cx), cx.pinned.settings.securityGroups),
      asked(cx.pinned.endpoints.writer, "takes-writes", ["t"]),
    ],
  },
};
