import { inWords } from "../../core/gate-names.ts";
import { sayDuration } from "../../core/note.ts";
import { explain, type Problem } from "../../core/problem.ts";
import { note, say } from "../../core/sentences.ts";
import { minutes } from "../../core/time.ts";
import { sayKeyState } from "../../engine/key-state.ts";
import type { ListedDatabase, Notice, PollerState } from "../../engine/request.ts";
import { statusText } from "./status.ts";
import { asTypedHere, columns, harmless, terminal } from "./terminal.ts";

/** What an operator is told; those that only Slack gives have no text here. */
export type Told = Extract<Notice, { kind: "problems" | "said" | "status" | "list" | "evidence" }>;

/** The text of an answer, for a terminal. */
export function noticeText(notice: Told): string {
  switch (notice.kind) {
    case "problems":
      return problemsText(notice.problems);
    case "said":
      return asTypedHere(say(inWords(notice.note), terminal));
    case "status":
      return [...statusesTexts(notice), pollerText(notice.poller)].join("\n\n");
    case "list":
      return listText(notice.databases);
    case "evidence":
      // What prints it ends the line. Its form has no character that a terminal would obey.
      return notice.text.replace(/\n$/, "");
  }
}

/** Every reason at once, so that nobody mends one only to meet the next. */
export function problemsText(problems: readonly Problem[]): string {
  const texts = problems.map((problem) => {
    const { why, fix } = explain(problem, terminal);
    return asTypedHere(`${why}\nWhat to do: ${fix}`);
  });
  return texts.join("\n\n");
}

function statusesTexts({ views }: Extract<Told, { kind: "status" }>): readonly string[] {
  return views.length === 0
    ? [asTypedHere(say(note("said.none-open", {}), terminal))]
    : views.map(statusText);
}

/** A run a minute, and what a run may take. */
const longestSilence = minutes(3);

/** Where nothing happens, the first question is whether anybody looks. */
function pollerText({ now, lastBeat, halted }: PollerState): string {
  const silence = "nothing goes on by itself. See infra/runbook.md, poller-silent.";
  const beat =
    lastBeat === null
      ? `WARNING: the poller's schedule has not run yet: ${silence}`
      : now - lastBeat > longestSilence
        ? `WARNING: the poller's schedule last ran ${sayDuration(now - lastBeat)} ago: ${silence}`
        : `The poller last ran ${sayDuration(now - lastBeat)} ago.`;
  if (!halted) return beat;
  const { by, reason, at } = halted;
  const since = `${sayDuration(now - at)} ago`;
  return `${beat}\nHALTED ${since} by ${harmless(by.name)}: ${harmless(reason)}. Go on with: npm run operate -- unhalt`;
}

/** What is still to be moved comes first. */
function listText(databases: readonly ListedDatabase[]): string {
  if (databases.length === 0) {
    return "There is no database in this account and Region, or the bot is not allowed to see any.";
  }
  const isMoved = ({ keyManager }: ListedDatabase) => keyManager === "CUSTOMER";
  const part = (title: string, of: readonly ListedDatabase[]) =>
    of.length === 0 ? [] : [`${title}:\n${columns(of.map(row))}`];
  return [
    ...part(
      "Not under a customer-managed key",
      databases.filter((one) => !isMoved(one)),
    ),
    ...part("Under a customer-managed key", databases.filter(isMoved)),
  ].join("\n\n");
}

function row(of: ListedDatabase): readonly [string, string] {
  const parts = [
    `${of.kind}, ${of.engine}`,
    sayKeyState(of, (arn) => arn),
    ...(of.status === "available" ? [] : [of.status]),
    ...(of.migration === null ? [] : [`migration ${of.migration} under way`]),
  ];
  return [harmless(of.name), harmless(parts.join("; "))];
}
