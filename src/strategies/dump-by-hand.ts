import type { ByHand, Guide, OnPaper } from "../core/by-hand.ts";
import type { DumpPinned, Learned } from "./facts.ts";
import { factsOf } from "./facts-on-paper.ts";
import { backGuides } from "./guides-back.ts";
import { backupGuides } from "./guides-backup.ts";
import { snapshotGuides } from "./guides-copy.ts";
import { sharedGuides } from "./guides-forward.ts";
import { instanceByHand } from "./instance-by-hand.ts";
import {
  asked,
  type Cx,
  changes,
  fenced,
  host,
  keptAs,
  marked,
  named,
  protection,
  replacementHost,
  replacementId,
  rows,
  shows,
  source,
  whole,
  writer,
} from "./signs.ts";

type Guides = Readonly<Record<string, Guide<DumpPinned, Learned>>>;

const targetName = ({ pinned, names }: Cx) => names.target(pinned.source.name);
const target = (cx: Cx) => ({ names: [targetName(cx)] });
const isAvailable = (cx: Cx, name: string) =>
  shows(cx, { names: [name] }, ["name", "status", "endpoint"], [`${name} available ${host(cx, name)}`]);

const runsHere =
  "It runs in this shell, in the folder of encrypt-db, beside the client tools of the server's version. First export " +
  "MASTER_PASSWORD (in the secret of the new instance) and, where roles log in with passwords, DATABASE_LOGINS as JSON. ";

const endsByHand: Guide<DumpPinned, Learned> = {
  careful:
    "End transfer_run where it runs, and its task where the bot has begun one (`aws ecs list-tasks`, `stop-task`).",
  done: () => [],
};

const guides: Guides = {
  "make-target": {
    careful:
      "Read it before you send it: the key, and no group but the fence's. The bot's role is not needed; the tags are.",
    done: (cx) => [
      isAvailable(cx, targetName(cx)),
      fenced(cx, target(cx)),
      shows(cx, target(cx), ["keyArn"], [cx.pinned.keyArn]),
      keptAs(whole(cx, target(cx), ["resourceId"]), "REPLACEMENT_ID"),
    ],
  },
  "apply-settings": {
    done: (cx) => [
      protection(cx, target(cx), true),
      shows(
        cx,
        target(cx),
        ["status", "maintenanceWindow", "databaseInsights"],
        [`available ${cx.pinned.settings.maintenanceWindow} ${cx.pinned.settings.databaseInsights}`],
      ),
    ],
  },
  "prepare-transfer": {
    careful: `${runsHere}What it says will differ, somebody must agree to before the cutover.`,
    done: (cx) => [asked(host(cx, targetName(cx)), "own-schema", ["0"])],
  },
  transfer: {
    careful: `${runsHere}Only behind the fence and after T1. Repeat it if it stops: what is whole stays. If it says that contents differ, go back.`,
    first: (cx) => [fenced(cx, source(cx)), marked(host(cx, writer(cx)), cx.names.migration, "1")],
    done: (cx) => [marked(host(cx, targetName(cx)), cx.names.migration, "1")],
  },
  "verify-transfer": {
    careful:
      "If the source's changes are not what they were when it was quiet, somebody has written since: go back.",
    done: (cx) => [
      marked(host(cx, targetName(cx)), cx.names.migration, "1"),
      { look: changes(host(cx, writer(cx))), must: { be: rows(cx.learned.quiet, "$QUIET") } },
    ],
  },
  "verify-key": { done: (cx) => [shows(cx, named(cx), ["keyArn"], [cx.pinned.keyArn])] },
  "name-target": {
    careful: "Only once the name is free.",
    first: (cx) => [fenced(cx, target(cx))],
    done: (cx) => [isAvailable(cx, cx.names.replacement(cx.pinned.source.name)), fenced(cx, named(cx))],
  },
  "target-answers": { done: (cx) => [asked(replacementHost(cx), "identity", [replacementId(cx)])] },
  "undo:name-target": {
    careful: "If the source has that name, you are past this: never rename that.",
    first: (cx) => [fenced(cx, named(cx))],
    done: (cx) => [isAvailable(cx, targetName(cx))],
  },
  "undo:transfer": endsByHand,
  "undo:prepare-transfer": endsByHand,
  "undo:make-target": {
    careful: "While it is being made, AWS accepts neither a rename nor a deletion: wait.",
    first: (cx) => [shows(cx, target(cx), ["status"], ["available"])],
    done: (cx) => {
      const failed = cx.names.failed(cx.pinned.source.name);
      return [shows(cx, { names: [failed] }, ["name", "status"], [`${failed} available`])];
    },
  },
};

/** The source as it was surveyed; what a restore would be given, the new instance is made with. */
function onPaper(pinned: DumpPinned, known: Readonly<Partial<Learned>>): OnPaper<Learned> {
  const paper = instanceByHand.onPaper(pinned, known);
  return {
    ...paper,
    instances: paper.instances.map((one) =>
      one.standalone ? { ...one, standalone: { ...one.standalone, masterUser: pinned.master } } : one,
    ),
  };
}

const shared = { ...sharedGuides, ...instanceByHand.guides, ...snapshotGuides, ...backGuides };
const of = (keys: readonly string[]): Guides =>
  Object.fromEntries(Object.entries(shared).filter(([key]) => keys.includes(key)));

export const dumpByHand: ByHand<DumpPinned, Learned> = {
  facts: factsOf,
  onPaper,
  guides: {
    ...of([
      "protect-source",
      "safety-snapshot",
      "prepare-database",
      "fence-network",
      "end-sessions",
      "mark",
      "rename-source",
      "still-quiet",
      "endpoint-gone",
      "verify-settings",
      "verify-restorable",
      "last-look",
      "open",
      "endpoint-answers",
      "set-aside-tags",
      "retire-source",
      ...Object.keys(backupGuides),
      "undo:protect-source",
      "undo:safety-snapshot",
      "undo:prepare-database",
      "undo:fence-network",
      "undo:rename-source",
      "undo:open",
      "undo:set-aside-tags",
      "after:source-answers",
    ]),
    ...guides,
  },
};
