import { cutoverGate } from "../../core/approval.ts";
import { bar, budgetOf, mayStillFit } from "../../core/budget.ts";
import { isBeyondReturn } from "../../core/course.ts";
import { gateName, ifLate, termsNote } from "../../core/gate-names.ts";
import { isEnded } from "../../core/migration.ts";
import {
  currentStep,
  hasSomethingToUndo,
  isGoingOn,
  mayHoldWrites,
  type Phase,
  phaseOf,
  remainsToDo,
  servingOf,
  signers,
  sourceOf,
} from "../../core/phase.ts";
import { explain } from "../../core/problem.ts";
import { condemnedName, movesOrTries, purposeOf } from "../../core/purpose.ts";
import { takeDownGate } from "../../core/rehearsal.ts";
import { say } from "../../core/sentences.ts";
import type { MigrationView } from "../../engine/deps.ts";
import { afterText, copyRows, keptRows } from "./afterwards.ts";
import { asTypedHere, columns, harmless, terminal } from "./terminal.ts";

type Row = readonly [string, string];

/** How one migration stands: whether clients are served, what it waits for, and what can be typed now. */
export function statusText(view: MigrationView): string {
  const { migration, plan } = view;
  const phase = phaseOf(migration, plan);
  return [
    heading(phase, view),
    columns([
      ["Serving", servingText(view)],
      ...stepRows(view),
      ...scheduledRows(phase),
      ...downtimeRows(phase, view),
      ...backRows(phase, view),
      ["Key", keyText(view)],
      ...copyRows(view),
      ...keptRows(view),
      [
        "Migration",
        `${migration.id}, plan ${plan.hash.slice(0, 8)}, asked for by ${harmless(migration.requester.name)}`,
      ],
    ]),
    ...problemText(phase),
    ...afterText(view),
    ...nextText(phase, view),
  ].join("\n");
}

function heading(phase: Phase, { migration, plan }: MigrationView): string {
  const { name } = migration.target;
  switch (purposeOf(migration)) {
    case "move":
      return phase.is === "running" && mayHoldWrites(migration, plan)
        ? `${name}: open; ${say(remainsToDo(migration, plan), terminal)}`
        : `${name}: ${phaseText(phase)}`;
    case "rehearsal":
      return `Rehearsal of ${name}: ${rehearsalText(phase)}`;
    case "backup":
      return `Backup of ${name}: ${backupText(phase)}`;
    case "decommission":
      return `Deletion of ${condemnedName(migration)}: ${deletionText(phase)}`;
  }
}

function phaseText(phase: Phase): string {
  switch (phase.is) {
    case "gate":
      return phase.scheduled
        ? `${gateName(phase.gate.id)} is approved for later`
        : `${gateName(phase.gate.id)} waits for approval`;
    case "running":
      return "under way";
    case "downtime":
      return "in its DOWNTIME";
    case "stuck":
      return "STUCK: it needs a human and does not go on by itself";
    case "signatures":
      return `going back would discard ${phase.writes} writes; two people must sign that`;
    case "paused":
      return "paused";
    case "rolling-back":
      return "rolling back";
    case "rejected":
      return "rejected; nothing was changed";
    case "finished":
      return "under the new key";
    case "rolled-back":
      return "rolled back; the source answers under its name, unfenced";
    case "closed":
      return "closed by people, who brought it to its end by hand";
  }
}

/** Where a rehearsal stands otherwise than a move would. */
function rehearsalText(phase: Phase): string {
  switch (phase.is) {
    case "rolling-back":
      return "being called off; what it made is deleted";
    case "finished":
      return "held, and everything that it made is gone";
    case "rolled-back":
      return "called off, and everything that it made is gone";
    default:
      return phaseText(phase);
  }
}

function backupText(phase: Phase): string {
  switch (phase.is) {
    case "gate":
      return "waits for approval";
    case "rolling-back":
      return "being called off";
    case "finished":
      return "done, and seen from the other account";
    case "rolled-back":
      return "called off; what was made until then stays until AWS Backup deletes it";
    default:
      return phaseText(phase);
  }
}

function deletionText(phase: Phase): string {
  switch (phase.is) {
    case "gate":
      return "waits for approval";
    case "rolling-back":
      return "being called off; nothing is deleted";
    case "finished":
      return "done";
    case "rolled-back":
      return "called off; it is kept as before";
    default:
      return phaseText(phase);
  }
}

function keyText({ migration, plan }: MigrationView): string {
  const now = sourceOf(plan).keyArn ?? "none";
  return movesOrTries(migration) ? `${now} -> ${plan.keyArn}` : now;
}

function servingText({ migration, plan }: MigrationView): string {
  if (!movesOrTries(migration)) return "all the while";
  if (migration.status === "closed") return "not known to the bot";
  const state = servingOf(migration, plan);
  if (state.by === "source") return "as before, from the source";
  const since = terminal.instant(state.since);
  return state.by === "replacement"
    ? `from the replacement, since ${since}`
    : `NOBODY: fenced since ${since}; the source is intact`;
}

function stepRows({ migration, plan }: MigrationView): readonly Row[] {
  if (isEnded(migration)) return [];
  const waits = Object.values(migration.steps).find(
    ({ doneAt, waitingFor }) => doneAt === null && waitingFor,
  );
  const waiting: readonly Row[] = waits?.waitingFor ? [["Waits for", say(waits.waitingFor, terminal)]] : [];
  const current = currentStep(migration, plan);
  if (migration.direction === "back" || !current) return waiting;
  const record = migration.steps[current.id];
  const since = record ? `, since ${terminal.instant(record.begunAt ?? record.since)}` : "";
  const progress = record?.progress == null ? "" : ` (${record.progress} %)`;
  const number = plan.steps.indexOf(current) + 1;
  return [
    ["Step", `${number} of ${plan.steps.length}: ${say(current.title, terminal)}${progress}${since}`],
    ...waiting,
  ];
}

/** What was signed for a cutover that is to begin later. */
function scheduledRows(phase: Phase): readonly Row[] {
  if (phase.is !== "gate" || !phase.scheduled?.terms) return [];
  const { person, terms } = phase.scheduled;
  return [["Signed", `${say(termsNote(terms), terminal)}, by ${harmless(person.name)}`]];
}

/** What of the downtime is used, signed for and expected. */
function downtimeRows(phase: Phase, view: MigrationView): readonly Row[] {
  const { migration, plan, now } = view;
  const isOpening = mayHoldWrites(migration, plan);
  const budget = budgetOf(migration, { ...view, waitsForPeople: !isGoingOn(phase), isOpening });
  if (!budget) return [];
  const { used, left, longest, signer, whenLate, forecast, backUntil } = budget;
  const past = left < 0 ? "; PAST IT" : "";
  const late = forecast !== null && forecast > longest ? ", LONGER THAN SIGNED" : "";
  const ends =
    forecast === null
      ? "does not end before somebody acts"
      : `expected to end in about ${terminal.duration(forecast - used)}${late}`;
  const signed = `${terminal.duration(longest)} signed by ${harmless(signer.name)}`;
  const fits = backUntil < now ? "no longer" : `if begun until ${terminal.instant(backUntil)}`;
  return [
    ["Downtime", `${bar(budget)} ${terminal.duration(used)} of at most ${signed}${past}; ${ends}`],
    ["If late", ifLate(whenLate)],
    ...(mayStillFit(budget, migration) ? [["Going back fits", fits] as const] : []),
  ];
}

function backRows(phase: Phase, { migration, plan, rollbackPrice }: MigrationView): readonly Row[] {
  const isForward = migration.direction === "forward" && !isEnded(migration);
  const signed = signers(migration).map(harmless);
  const signatures: readonly Row[] =
    signed.length > 0 && !isEnded(migration)
      ? [["Signed", `discarding the writes: ${signed.join(", ")}`]]
      : [];
  if (phase.is === "rolling-back" && migration.rollback) {
    const { at, price } = migration.rollback;
    return [
      ["Going back", `since ${terminal.instant(at)}, expected to take ${terminal.duration(price)}`],
      ...signatures,
    ];
  }
  if (!isForward || !hasSomethingToUndo(migration, plan)) return signatures;
  if (isBeyondReturn(plan, migration))
    return [["Going back", "impossible: what is deleted does not come back"]];
  const takes = `would take about ${terminal.duration(rollbackPrice)}`;
  if (!movesOrTries(migration)) return [["Calling it off", takes]];
  const loses = mayHoldWrites(migration, plan) ? "discards what clients have written" : "loses 0 writes";
  return [["Going back", `${takes} and ${loses}`], ...signatures];
}

function problemText(phase: Phase): readonly string[] {
  if (phase.is !== "stuck" || !phase.problem) return [];
  const { why, fix } = explain(phase.problem, terminal);
  return [asTypedHere(`  Why: ${why}\n  What to do: ${fix}`)];
}

function nextText(phase: Phase, view: MigrationView): readonly string[] {
  const typed = commandsFor(phase, view).map((command) => `    npm run operate -- ${command}`);
  return typed.length === 0 ? [] : ["  What can be typed now:", ...typed];
}

function commandsFor(phase: Phase, { migration, plan }: MigrationView): readonly string[] {
  const { name } = migration.target;
  const goesBack = hasSomethingToUndo(migration, plan) && !isBeyondReturn(plan, migration);
  const back = goesBack ? [`rollback ${name}`] : [];
  const discard = mayHoldWrites(migration, plan) ? [`discard ${name}`] : [];
  switch (phase.is) {
    case "gate":
      return [
        ...(phase.gate.id === cutoverGate
          ? [`approve ${name} --opening automatic`, `approve ${name} --opening ask --if-late roll-back`]
          : [`approve ${name}`]),
        ...(phase.gate.id === takeDownGate ? back : [`reject ${name}`]),
      ];
    case "running":
      return [`pause ${name}`, ...back, ...discard];
    case "downtime":
      return back;
    case "paused":
      return [`resume ${name}`, ...back, ...discard];
    case "stuck":
      return [`retry ${name}`, ...back, ...discard, `sheet ${name}`];
    case "signatures":
      return [`resume ${name}`, ...discard];
    case "rolling-back":
      return [`sheet ${name}`];
    default:
      return [];
  }
}
