import type { KnownBlock } from "@slack/types";
import { verbs } from "../../core/command.ts";
import { sayDowntimeEstimate } from "../../core/estimate.ts";
import { inWords } from "../../core/gate-names.ts";
import { sayDuration } from "../../core/note.ts";
import { phaseOf } from "../../core/phase.ts";
import type { Plan } from "../../core/plan.ts";
import { explain, type Problem } from "../../core/problem.ts";
import { note, say } from "../../core/sentences.ts";
import { minutes } from "../../core/time.ts";
import type { MigrationView } from "../../engine/deps.ts";
import type { Notice, PollerState } from "../../engine/request.ts";
import { code, count, escaped, mrkdwn } from "../text.ts";
import { databasesMessage } from "./databases.ts";
import { leadOf, titleOf } from "./lead.ts";
import { context, fields, header, listing, type Message, message, saying, section } from "./message.ts";
import { refusal, refusalLines } from "./problem.ts";
import { planFacts, remarkBlocks, statusMessage } from "./root.ts";
import { planLines } from "./steps.ts";

/** What one person alone is told in answer to a command or a click. `approvers` is a mention of them. */
export function noticeMessage(notice: Notice, approvers: string): Message {
  switch (notice.kind) {
    case "problems":
      return problemsMessage(notice.problems);
    case "said":
      return saying(say(inWords(notice.note), mrkdwn));
    case "plan":
      return planMessage(notice.plan);
    case "status":
      return statusesMessage(notice.views, notice.poller, approvers);
    case "list":
      return databasesMessage(notice.databases);
    case "evidence":
      return saying(say(note("said.evidence", { name: notice.name, seal: notice.seal }), mrkdwn));
    case "help":
      return helpMessage();
  }
}

/** Every reason at once, so that nobody mends one only to meet the next. */
function problemsMessage(problems: readonly Problem[]): Message {
  const [first, ...others] = problems.map((problem) => explain(problem, mrkdwn));
  if (!first) return saying("Nothing is wrong.");
  if (others.length === 0) return refusal(first);
  const lines = [first, ...others].flatMap((each, index) => {
    const [whyLine, fixLine] = refusalLines(each);
    return [`*${index + 1}.* ${whyLine}`, fixLine, ""];
  });
  const { why, fix } = first;
  return message(`${why} ${fix} (and ${count(others.length, "more reason")})`, listing(lines, 20));
}

function planMessage(plan: Plan): Message {
  const { name } = plan.target;
  return message(
    `The plan for ${escaped(name)}: ${count(plan.steps.length, "step")}, a downtime of about ${sayDowntimeEstimate(plan.steps, sayDuration)}. Nothing has been created.`,
    [
      header(`Plan for ${name}`),
      section(
        "This is only a look: nothing has been created, and there is nothing to approve. No check stands against it.",
      ),
      fields(planFacts(plan)),
      ...listing(planLines(plan), 6),
      ...remarkBlocks(plan, plan.findings),
    ],
    [
      context([
        `Plan ${code(plan.hash.slice(0, 8))} · carry it out with \`/encrypt-db start ${escaped(name)}\``,
      ]),
    ],
  );
}

function statusesMessage(views: readonly MigrationView[], poller: PollerState, approvers: string): Message {
  const [only] = views;
  const shown = !only
    ? saying(say(note("said.none-open", {}), mrkdwn))
    : views.length === 1
      ? statusMessage(only, approvers)
      : severalMessage(views, approvers);
  const lines = pollerLines(poller);
  return message([shown.text, ...lines].join(" "), shown.blocks, [context(lines)]);
}

/** A minute and a half, plus what a run may take. */
const longestSilence = minutes(3);

/** A thread in which nothing happens looks the same whether AWS takes its time or nobody looks. */
function pollerLines({ now, lastBeat, halted }: PollerState): readonly [string, ...string[]] {
  const beat =
    lastBeat === null
      ? ":warning: The poller's schedule has not run yet: nothing goes on by itself. See the runbook: poller silent."
      : now - lastBeat > longestSilence
        ? `:warning: The poller's schedule last ran ${sayDuration(now - lastBeat)} ago: nothing goes on by itself. See the runbook: poller silent.`
        : `The poller last ran ${sayDuration(now - lastBeat)} ago.`;
  if (!halted) return [beat];
  const { by, reason, at } = halted;
  const since = `${sayDuration(now - at)} ago`;
  return [
    beat,
    `:octagonal_sign: ${escaped(by.name)} halted everything ${since}: ${escaped(reason)}. Go on with \`/encrypt-db unhalt\`.`,
  ];
}

function severalMessage(views: readonly MigrationView[], approvers: string): Message {
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
    "A second person from the approvers approves the plan, and then the cutover; nobody approves what they asked for themselves. Until the replacement is opened, rolling back loses no write. A retired source is deleted only under its own name, and after a second person's approval.",
  );
  return message(text, [section(text), ...listing(lines, 5), rules]);
}
