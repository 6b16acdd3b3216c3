import type { KnownBlock } from "@slack/types";
import { isBeyondReturn } from "../../core/course.ts";
import type { Finding, Severity } from "../../core/finding.ts";
import { digest } from "../../core/hash.ts";
import { inDowntime, isEnded } from "../../core/migration.ts";
import { sayDuration } from "../../core/note.ts";
import {
  hasSomethingToUndo,
  isGoingOn,
  mayHoldWrites,
  type Phase,
  phaseOf,
  sourceOf,
} from "../../core/phase.ts";
import type { Option, Plan } from "../../core/plan.ts";
import { explain } from "../../core/problem.ts";
import { movesOrTries, purposeOf } from "../../core/purpose.ts";
import { isRehearsal, withoutRehearsal } from "../../core/rehearsal.ts";
import { say } from "../../core/sentences.ts";
import { minutes } from "../../core/time.ts";
import type { MigrationView } from "../../engine/deps.ts";
import { code, count, escaped, mention, mrkdwn, sayMinute } from "../text.ts";
import { afterwardsFacts } from "./afterwards.ts";
import { keyName } from "./key.ts";
import { downtimeFields, leadOf, sayExpectedDowntime, titleOf } from "./lead.ts";
import {
  actions,
  context,
  fields,
  folded,
  header,
  listing,
  type Message,
  message,
  section,
} from "./message.ts";
import { buttonsFor, formFor } from "./press-buttons.ts";
import { refusalLines } from "./problem.ts";
import { backLines, forwardLines, nearLines } from "./steps.ts";
import { summaryBlocks } from "./summary.ts";
import { takeOverBlocks } from "./take-over.ts";

const stepSections = 6;

/** The one message of a migration that is edited in place. `approvers` is a mention of them. */
export function rootMessage(view: MigrationView, approvers: string): Message {
  const phase = phaseOf(view.migration, view.plan);
  const shown = body(phase, view, approvers);
  return message(shown.text, shown.blocks, [
    ...formFor(phase, view),
    ...actions(buttonsFor(phase, view)),
    footer(phase, view),
  ]);
}

/** The same without buttons, for somebody who asked how it stands. */
export function statusMessage(view: MigrationView, approvers: string): Message {
  const phase = phaseOf(view.migration, view.plan);
  const shown = body(phase, view, approvers);
  return message(shown.text, shown.blocks, [footer(phase, view)]);
}

/**
 * A hash of the root message. What moves with every look (the time, forecasts) counts only by the minute: an unchanged
 * poll edits nothing, and a heartbeat that has stopped still shows within a minute.
 */
export function rootHash(view: MigrationView, approvers: string): string {
  const now = Math.floor(view.now / minutes(1)) * minutes(1);
  return digest(rootMessage({ ...view, now, remaining: 0, rollbackPrice: 0 }, approvers));
}

function body(phase: Phase, view: MigrationView, approvers: string): Message {
  const title = titleOf(phase, view);
  const lead = leadOf(phase, view, approvers);
  const facts = [...downtimeFields(phase, view), ...factsOf(phase, view)];
  return {
    text: `${escaped(title)}. ${lead.split("\n")[0] ?? ""}`,
    blocks: [
      header(title),
      section(lead),
      ...(facts.length > 0 ? [fields(facts)] : []),
      ...summaryBlocks(view),
      ...stepBlocks(phase, view),
    ],
  };
}

/**
 * Whoever approves sees every step that is approved. While it goes on, a list of thirty would hide the one that matters
 * and push the buttons out of sight, so that the whole list is folded; so it is when all is over.
 */
function stepBlocks(phase: Phase, { migration, plan }: MigrationView): readonly KnownBlock[] {
  if (migration.direction === "back") {
    const lines = backLines(migration, plan);
    const list = listing(lines, stepSections);
    return isEnded(migration) && lines.length > 0 ? [folded("Every step of the way back", list)] : list;
  }
  const every = folded(
    `All ${plan.steps.length} steps`,
    listing(forwardLines(migration, plan), stepSections),
  );
  if (phase.is === "gate") {
    return [
      ...listing(nearLines(migration, plan, plan.steps.length), stepSections),
      ...remarkBlocks(plan, migration.findings),
    ];
  }
  return isEnded(migration) ? [every] : [...listing(nearLines(migration, plan, 1), stepSections), every];
}

type Fact = readonly [string, string];

/** What an approver looks for first; once it is under way, only what can still change. */
function factsOf(phase: Phase, view: MigrationView): readonly Fact[] {
  const { migration, plan, remaining } = view;
  if (isEnded(migration)) return [];
  const facts: Fact[] = [];
  if (phase.is === "gate" && migration.downtimeBegan === null) {
    facts.push(...(hasSomethingToUndo(migration, plan) ? keyFacts(plan) : planFacts(plan)));
  }
  if (hasSomethingToUndo(migration, plan) && migration.direction === "forward") {
    facts.push(...backFacts(view));
  }
  if (isGoingOn(phase) && !inDowntime(migration)) {
    facts.push(["Left", `about ${sayDuration(remaining)}, without what people take to approve`]);
  }
  return facts;
}

/** What going back would take and cost, in the words of what there is to go back from. */
function backFacts({ migration, plan, rollbackPrice }: MigrationView): readonly Fact[] {
  const takes = `takes about ${sayDuration(rollbackPrice)}`;
  switch (purposeOf(migration)) {
    case "move": {
      const price = mayHoldWrites(migration, plan) ? "discards what clients have written" : "loses 0 writes";
      return [["Rolling back now", `${takes}, ${price}`]];
    }
    case "rehearsal":
      return [["Calling it off now", `${takes} and deletes the copy`]];
    case "backup":
      return [["Calling it off now", takes]];
    case "decommission":
      return isBeyondReturn(plan, migration) ? [] : [["Calling it off now", takes]];
  }
}

/** The facts of a plan as fields. */
export function planFacts(plan: Plan): readonly (readonly [string, string])[] {
  if (!movesOrTries(plan)) return afterwardsFacts(plan);
  const { account, region, kind, name } = plan.target;
  const total = plan.steps.reduce((sum, step) => sum + (step.skipped ? 0 : step.expect), 0);
  return [
    ["Database", `${code(name)} (${kind})`],
    ["Account and Region", `${escaped(account)}, ${escaped(region)}`],
    ...keyFacts(plan),
    ...(isRehearsal(plan)
      ? [["Downtime", "none"] as const]
      : [
          ["Expected downtime", sayExpectedDowntime(plan)] as const,
          ["Longest downtime to approve", sayDuration(plan.longestDowntime)] as const,
        ]),
    ["Method", say(plan.strategy.title, mrkdwn)],
    ["Expected in all", `${sayDuration(total)}, without what people take to approve`],
  ];
}

function keyFacts(plan: Plan): readonly Fact[] {
  const { keyArn } = sourceOf(plan);
  return [
    ["Key now", keyArn === null ? "none" : keyName(keyArn, plan.target)],
    ["New key", keyName(plan.keyArn, plan.target)],
  ];
}

const verdicts: Readonly<Record<Option["suits"], string>> = {
  yes: "possible",
  "on request": "possible",
  "after rehearsal": "to be rehearsed first",
  no: "not possible",
};

/** Every way there is, the one that is taken first, and why. */
function optionLines({ options, strategy }: Plan): readonly string[] {
  const taken = ({ strategy: id }: Option) => id === withoutRehearsal({ strategy });
  return [...options]
    .sort((a, b) => Number(taken(b)) - Number(taken(a)))
    .map((option) => {
      const verdict = taken(option) ? "*taken*" : verdicts[option.suits];
      return `• ${say(option.title, mrkdwn)} (${code(option.strategy)}) — ${verdict}: ${say(option.why, mrkdwn)}`;
    });
}

/** What may go wrong comes before what only ought to be known. */
function findingLines(findings: readonly Finding[]): readonly string[] {
  const of = (severity: Severity) => findings.filter((found) => found.severity === severity);
  return [
    ...of("warns").map((found) => `:warning: ${refusalLines(explain(found, mrkdwn)).join(" ")}`),
    ...of("notes").map((found) => `• ${refusalLines(explain(found, mrkdwn)).join(" ")}`),
  ];
}

/** What an approver should know, what other ways there are, and what was checked and held. */
export function remarkBlocks(plan: Plan, findings: readonly Finding[]): readonly KnownBlock[] {
  const remarks = [...findingLines(findings), ...plan.remarks.map((remark) => `• ${say(remark, mrkdwn)}`)];
  const checks = plan.checks.map((check) => `• ${say(check, mrkdwn)}`);
  return [
    ...(remarks.length > 0 ? listing(["*What to know*", ...remarks], 3) : []),
    ...takeOverBlocks(plan, "before"),
    ...(plan.options.length > 1 ? listing(["*Ways compared*", ...optionLines(plan)], 2) : []),
    ...(checks.length > 0
      ? [
          folded(
            `${count(checks.length, "check")} held, and will be made again at every approval`,
            listing(checks, 3),
          ),
        ]
      : []),
  ];
}

/**
 * While it goes on by itself the time is that of the last look, so that a poller that has died shows; while it waits
 * for somebody nothing is looked at, and the time is that of the last change.
 */
function footer(phase: Phase, { migration, plan, now }: MigrationView) {
  const { id, requester, journal, createdAt } = migration;
  const times = isGoingOn(phase)
    ? `Last look ${sayMinute(now)} · the next within ${inDowntime(migration) ? "seconds" : "a minute"}`
    : `Last change ${sayMinute(journal.at(-1)?.at ?? createdAt)}`;
  return context([
    `Migration ${code(id)} · plan ${code(plan.hash.slice(0, 8))} · asked for by ${mention(requester)}`,
    times,
  ]);
}
