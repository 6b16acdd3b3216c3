import { describe, expect, test } from "vitest";
import { lintStrategy } from "../../src/core/lint.ts";
import type { Note } from "../../src/core/note.ts";
import { note } from "../../src/core/sentences.ts";
import type { Strategy } from "../../src/core/strategy.ts";
import { others, strategies } from "../../src/strategies/index.ts";

type AnyStep = Strategy["steps"][number];

const waits: AnyStep["check"] = async () => ({ status: "waiting", because: note("wait.not-yet", {}) });

/** The parts of which every strategy is made, each of them right. */
const parts = {
  gate: { ...part("gate", "reads"), gate: true },
  fence: { ...part("fence", "interrupts"), downtime: "begins", undo: way("undo") },
  build: { ...part("build", "creates"), keeps: note("keeps.snapshot", {}) },
  verify: { ...part("verify", "reads"), verifies: true },
  open: { ...part("open", "interrupts"), downtime: "ends", undo: way("undo") },
} as const satisfies Record<string, AnyStep>;

const { gate, fence, build, verify, open } = parts;
const sound = [gate, fence, build, verify, open];

function way(code: string, title: Note = note("step.begin", {})) {
  return { title: () => ({ ...title, params: { code } }), expect: 0, check: waits };
}

function part(id: string, effect: AnyStep["effect"]): AnyStep {
  return { ...way(id), id, effect };
}

function strategy(steps: readonly AnyStep[], given: Partial<Strategy> = {}): Strategy {
  const [registered] = strategies;
  if (!registered) throw new Error("the registry is empty");
  const byHand = { ...registered.byHand, guides: guidesFor(steps) };
  return { ...registered, preconditions: [], afterRollback: [], steps, byHand, ...given };
}

function guidesFor(steps: readonly AnyStep[]): Strategy["byHand"]["guides"] {
  const keys = steps.flatMap(({ id, gate, undo }) => (gate ? [] : undo ? [id, `undo:${id}`] : [id]));
  return Object.fromEntries(keys.map((key) => [key, { done: () => [] }]));
}

test.each([...strategies, ...others].map((registered) => [registered.id, registered] as const))(
  "%s is sound",
  (_, found) => {
    expect(lintStrategy(found)).toEqual([]);
  },
);

test.each(["cross-account-backup", "decommission"])("what moves nothing interrupts nothing: %s", (id) => {
  const idle = [gate, build, verify];
  expect(lintStrategy(strategy(idle, { id }))).toEqual([]);
  expect(lintStrategy(strategy(sound, { id }))).toContainEqual(
    expect.stringMatching(/^fence of a .* interrupts$/),
  );
});

test("the parts that are broken below are sound together", () => {
  expect(lintStrategy(strategy(sound))).toEqual([]);
});

/** The sound steps, with what people are told about these. */
function told(steps: readonly AnyStep[]): Strategy {
  const { byHand } = strategy(steps);
  return strategy(sound, { byHand });
}

const silent = part("silent", "creates");

test.each([
  ["an id is used twice", [...sound, verify], "verify is the id of several steps"],
  [
    "a proof after a rollback has a step's id",
    strategy(sound, { afterRollback: [verify] }),
    "verify is the id",
  ],
  ["a step cannot be done by hand", told(sound.slice(0, -1)), "nobody is told how open is done by hand"],
  [
    "an undo cannot be done by hand",
    told([gate, fence, build, verify, { ...part("open", "interrupts") }]),
    "nobody is told how undo:open is",
  ],
  [
    "a proof after a rollback cannot be made by hand",
    strategy(sound, { afterRollback: [part("proof", "reads")] }),
    "nobody is told how after:proof is",
  ],
  [
    "something is told that is no step",
    told([...sound, part("gone", "reads")]),
    "gone is told by hand and is no step",
  ],
  ["a gate does something", [{ ...gate, run: async () => {} }, fence, build, verify, open], "gate is a gate"],
  ["a gate can be undone", [{ ...gate, undo: way("undo") }, fence, build, verify, open], "gate is a gate"],
  ["something is made before a gate", [build, gate, fence, verify, open], "build creates before anybody"],
  ["something is interrupted before a gate", [fence, gate, verify, open], "fence interrupts before anybody"],
  ["there is no gate", [fence, build, verify, open], "fence interrupts before anybody"],
  ["it opens unverified", [gate, fence, build, open], "open opens without a verification"],
  [
    "it opens what was changed since",
    [gate, fence, verify, build, open],
    "open opens without a verification",
  ],
  [
    "it destroys unverified",
    [gate, fence, verify, open, { ...build, id: "delete", effect: "destroys" }],
    "delete destroys without a verification",
  ],
  [
    "a step leaves something behind in silence",
    [gate, fence, silent, verify, open],
    "silent has no way back",
  ],
  ["the downtime never begins", [gate, build, verify], "the downtime never begins"],
  ["the downtime never ends", [gate, fence, build], "the downtime begins"],
  ["the downtime ends before it begins", [gate, verify, open, fence], "the downtime ends, begins"],
  [
    "a title is not in the catalogue",
    [gate, fence, build, { ...verify, title: () => ({ code: "step.nowhere", params: {} }) }, open],
    "there is no sentence for step.nowhere",
  ],
  [
    "the title of an undo is not in the catalogue",
    [
      gate,
      { ...fence, undo: { ...way("undo"), title: () => ({ code: "undo.nowhere", params: {} }) } },
      build,
      verify,
      open,
    ],
    "there is no sentence for undo.nowhere",
  ],
  [
    "a reason to keep something is not in the catalogue",
    [gate, fence, { ...build, keeps: { code: "keeps.nowhere", params: {} } }, verify, open],
    "there is no sentence for keeps.nowhere",
  ],
] satisfies [string, readonly AnyStep[] | Strategy, string][])(
  "a strategy is refused where %s",
  (_, broken, says) => {
    const found = lintStrategy("steps" in broken ? broken : strategy(broken));
    expect(found).toContainEqual(expect.stringContaining(says));
  },
);

describe("a rehearsal", () => {
  const mark = { ...part("mark", "creates"), settlesPlan: true, keeps: note("keeps.marker", {}) } as const;
  const end = { ...part("end", "reads"), gate: true } as const;
  const remove = { ...part("remove", "destroys"), keeps: note("keeps.thrown-away", {}) } as const;
  const copy = { ...part("copy", "creates"), undo: way("undo") } as const;
  const soundly = [gate, mark, copy, verify, end, remove];
  const rehearsal = (steps: readonly AnyStep[]) => strategy(steps, { id: "anything-rehearsal" });

  test("that leaves the source alone and asks before it deletes is sound, and so is one that deletes twice", () => {
    expect(lintStrategy(rehearsal(soundly))).toEqual([]);
    expect(lintStrategy(rehearsal([...soundly, { ...remove, id: "remove-more" }]))).toEqual([]);
  });

  test.each([
    [
      "interrupts",
      [...soundly, { ...part("fence", "interrupts"), undo: way("undo") }],
      "fence of a rehearsal",
    ],
    [
      "has a downtime",
      [gate, mark, { ...copy, downtime: "begins" }, verify, end, remove],
      "copy of a rehearsal",
    ],
    ["takes nothing down", [gate, mark, copy, verify, end], "takes nothing down"],
    ["deletes without asking", [gate, mark, copy, verify, remove], "without being asked"],
    ["asks before it has proved anything", [gate, mark, end, copy, verify, remove], "without being asked"],
    ["deletes what it has not verified", [gate, mark, copy, end, remove], "remove destroys without"],
    ["would judge its own copy", [gate, copy, verify, end, remove], "judges its own copy"],
    ["leaves a snapshot behind", [gate, mark, build, verify, end, remove], "build of a rehearsal leaves"],
  ] satisfies [string, readonly AnyStep[], string][])("is refused where it %s", (_, steps, says) => {
    expect(lintStrategy(rehearsal(steps))).toContainEqual(expect.stringContaining(says));
  });
});
