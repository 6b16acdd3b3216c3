import type { KnownBlock } from "@slack/types";
import { verbs } from "../../core/command.ts";
import { sayDuration } from "../../core/note.ts";
import { expectedDowntime, type Plan } from "../../core/plan.ts";
import { explain, type Problem } from "../../core/problem.ts";
import { say } from "../../core/sentences.ts";
import type { MigrationView } from "../../engine/deps.ts";
import type { Notice } from "../../engine/request.ts";
import { phaseOf } from "../phase.ts";
import { code, count, escaped, mrkdwn } from "../text.ts";
import { databasesMessage } from "./databases.ts";
import { withGateName } from "./gates.ts";
import { leadOf, titleOf } from "./lead.ts";
import { context, fields, header, listing, type Message, message, saying, section } from "./message.ts";
import { refusalLines } from "./problem.ts";
import { planFacts, remarkBlocks, statusMessage } from "./root.ts";
import { planLines } from "./steps.ts";

/** What one person alone is told in answer to a command or a click. `approvers` is a mention of them. */
export function noticeMessage(notice: Notice, approvers: string): Message {
  switch (notice.kind) {
    case "problems":
      return problemsMessage(notice.problems);
    case "said":
      return saying(say(withGateName(notice.note), mrkdwn));
    case "plan":
      return planMessage(notice.plan);
    case "status":
      return statusesMessage(notice.views, approvers);
    case "list":
      return databasesMessage(notice.databases);
    case "help":
      return helpMessage();
  }
}

/** Every reason at once, so that nobody mends one only to meet the next. */
export function problemsMessage(problems: readonly Problem[]): Message {
  const [first] = problems;
  if (!first) return saying("Nothing is wrong.");
  const { why, fix } = explain(first, mrkdwn);
  const more = problems.length > 1 ? ` (and ${count(problems.length - 1, "more reason")})` : "";
  const lines =
    problems.length === 1
      ? refusalLines(first)
      : problems.flatMap((problem, index) => {
          const [whyLine, fixLine] = refusalLines(problem);
          return [`*${index + 1}.* ${whyLine}`, `${fixLine}`, ""];
        });
  return message(`${why} ${fix}${more}`, listing(lines, 20));
}

function planMessage(plan: Plan): Message {
  const { name } = plan.target;
  return message(
    `The plan for ${escaped(name)}: ${count(plan.steps.length, "step")}, a downtime of about ${sayDuration(expectedDowntime(plan.steps))}. Nothing has been created.`,
    [
      header(`Plan for ${name}`),
      section(
        "This is only a look: nothing has been created, and there is nothing to approve. Every check held.",
      ),
      fields(planFacts(plan)),
      ...listing(planLines(plan), 6),
      ...remarkBlocks(plan),
    ],
    [
      context([
        `Plan ${code(plan.hash.slice(0, 8))} · carry it out with \`/encrypt-db start ${escaped(name)}\``,
      ]),
    ],
  );
}

function statusesMessage(views: readonly MigrationView[], approvers: string): Message {
  const [only] = views;
  if (!only) return saying("No migration is under way.");
  if (views.length === 1) return statusMessage(only, approvers);
  const text = `${count(views.length, "migration")} under way.`;
  const lines = views.flatMap((view) => {
    const phase = phaseOf(view.migration, view.plan);
    return [`*${escaped(titleOf(phase, view))}*`, leadOf(phase, view, approvers), ""];
  });
  return message(text, [section(`*${text}*`), ...listing(lines, 30)]);
}

/** Made from the same table that the parser knows. */
export function helpMessage(): Message {
  const text = "encrypt-db puts a customer-managed key on a running database, under the same endpoint name.";
  const lines = Object.values(verbs).map(({ usage, says }) => `• \`/encrypt-db ${usage}\` — ${says}`);
  const rules: KnownBlock = section(
    "A second person from the approvers approves the plan, and then the cutover; nobody approves what they asked for themselves. Until the replacement is opened, rolling back loses no write.",
  );
  return message(text, [section(text), ...listing(lines, 5), rules]);
}
