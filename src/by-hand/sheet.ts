import { cutoverGate, passedWith } from "../core/approval.ts";
import type { GuideContext, Sign } from "../core/by-hand.ts";
import { backCourse, currentOf, forwardCourse, isBeyondReturn } from "../core/course.ts";
import { ifLate, openings } from "../core/gate-names.ts";
import { isEnded, type Migration } from "../core/migration.ts";
import { plain } from "../core/note.ts";
import { takeOvers } from "../core/ownership.ts";
import type { Plan } from "../core/plan.ts";
import { rollbackPrice } from "../core/price.ts";
import { explain } from "../core/problem.ts";
import { movesOrTries, purposeOf } from "../core/purpose.ts";
import { namesBy } from "../core/rehearsal.ts";
import { say } from "../core/sentences.ts";
import { settleOf } from "../core/step.ts";
import type { Strategy } from "../core/strategy.ts";
import type { Instant } from "../core/time.ts";
import { settingsFunctions } from "./aws-cli.ts";
import { type ManualStep, remainingBack, remainingForward } from "./course.ts";
import type { Act } from "./paper.ts";
import { preparation } from "./psql.ts";
import { callingOff, forwardUntil, outcome, rules, subjectOf } from "./purposes.ts";
import { quoted, wrapped } from "./shell.ts";
import { actCommand, signLines } from "./signs.ts";
import { transferPreparation } from "./transfer.ts";

export interface SheetOf {
  readonly migration: Migration;
  /** The one that its approvals are for. */
  readonly plan: Plan;
  /** That of the migration, in the version that it was begun with. */
  readonly strategy: Strategy;
  readonly now: Instant;
  /** The name of the function that carries migrations out. */
  readonly worker: string;
}

/**
 * How to carry a migration on by hand, forward and back, as Markdown for a terminal. It is computed from what is stored
 * alone, so that it can be read while AWS, Slack and the bot are all away.
 */
export async function sheet(of: SheetOf): Promise<string> {
  const { migration, strategy } = of;
  if (isEnded(migration)) return [head(of), ended(migration), ...due(of)].join("\n\n");
  const forward = migration.direction === "forward" ? await remainingForward(strategy, migration) : null;
  const back = await remainingBack(strategy, migration);
  return [
    head(of),
    stopTheBot(of),
    prepareTheShell(of, runsTransfers([...(forward ?? []), ...back])),
    rules(migration),
    forward ? forwardSection(of, forward) : onItsWayBack,
    backSection(of, back),
    afterwards(of),
  ].join("\n\n");
}

function head(of: SheetOf): string {
  const { migration, plan, strategy, now } = of;
  const { account, region, kind, name } = migration.target;
  const moves = movesOrTries(migration);
  const facts: (readonly [string, string])[] = [
    ["Database", `${kind} ${name}, account ${account}, ${region}`],
    ["Migration", `${migration.id}, asked for by ${migration.requester.name}`],
    ["How", say(strategy.title, plain)],
    [moves ? "New key" : "Key", plan.keyArn],
    ["Written at", `${plain.instant(now)}, from revision ${migration.revision}`],
    ["Stands at", standing(of)],
    ["Next", next(of)],
    ["Downtime", moves ? downtime(of) : "none"],
    ["Approvals", approvals(migration)],
    ...(moves ? signed(of) : []),
    ...strategy.byHand.facts(contextOf(migration)),
  ];
  const lines = facts.map(([what, is]) => `    ${what.padEnd(15)}${is}`);
  const heading = `# Carry on by hand: ${subjectOf(migration)}`;
  return [heading, lines.join("\n"), ...trouble(migration)].join("\n\n");
}

function standing({ migration, strategy }: SheetOf): string {
  const { status, direction, pinned } = migration;
  const current = currentOf(strategy, migration);
  if (isEnded(migration) || !current) return status;
  const forward = direction === "forward";
  const course = forward ? forwardCourse(strategy, pinned) : backCourse(strategy, migration);
  const at = course.findIndex(({ key }) => key === current.key) + 1;
  return `step ${at} of ${course.length} on the way ${forward ? "there" : "back"}, ${status}`;
}

function next({ migration, strategy }: SheetOf): string {
  const current = isEnded(migration) ? undefined : currentOf(strategy, migration);
  return current ? say(current.way.title(contextOf(migration)), plain) : "nothing";
}

/** What the approver of the cutover wants kept to by whoever carries it on. */
function signed({ migration, plan }: SheetOf): readonly (readonly [string, string])[] {
  const given = passedWith(migration, cutoverGate);
  if (!given?.terms) {
    return [["Signed", `nothing yet; proposed: at most ${plain.duration(plan.longestDowntime)} down`]];
  }
  const { longestDowntime, notBefore, opening, whenLate } = given.terms;
  return [
    ["Signed", `at most ${plain.duration(longestDowntime)}, by ${given.person.name}`],
    ["  begins", notBefore === null ? "at once" : `not before ${plain.instant(notBefore)}`],
    ["  opening", openings[opening]],
    ["  if late", ifLate(whenLate)],
  ];
}

function downtime({ migration }: SheetOf): string {
  const { downtimeBegan, downtimeEnded } = migration;
  if (downtimeBegan === null) return "not begun";
  if (downtimeEnded === null) return `since ${plain.instant(downtimeBegan)}`;
  return `over; from ${plain.instant(downtimeBegan)} to ${plain.instant(downtimeEnded)}`;
}

function approvals({ approvals: given, planHash }: Migration): string {
  const valid = given.filter((one) => one.planHash === planHash);
  return valid.map(({ gate, person }) => `${gate} by ${person.name}`).join(", ") || "none";
}

function trouble({ problem }: Migration): string[] {
  if (!problem) return [];
  const { why, fix } = explain(problem, plain);
  return [wrapped(`It is stuck: ${why} ${fix}`)];
}

function ended(migration: Migration): string {
  const { status } = migration;
  if (status === "closed") {
    return wrapped(
      "Somebody closed it: people brought it to its end, and nobody but they know how it stands.",
    );
  }
  return wrapped(`Nothing remains to be done: ${outcome(migration)}`);
}

/** The code that made the database knows nothing of what serves in its place. */
function due({ migration, plan }: SheetOf): string[] {
  if (migration.status !== "finished" || purposeOf(migration) !== "move") return [];
  return takeOvers(plan, "after").map(
    ({ owner, lines }) => `Due for ${owner}, before anything is applied:\n\n${block(lines.join("\n"))}`,
  );
}

function stopTheBot(of: SheetOf): string {
  const { migration, worker } = of;
  const region = quoted(migration.target.region);
  const name = quoted(worker);
  const reason = quoted(`carrying on ${migration.target.name} by hand`);
  const halting = `${wrapped("The kill switch lets no step begin that leads forward; it does not stop a rollback. The second needs no bot:")}

    npm run operate -- halt ${reason}
    npm run operate -- halt ${reason} --table encrypt-db

${wrapped("If neither can be typed, let its function run no more, and end every process that was started with `npm run serve`:")}`;
  const taking = wrapped(
    "It is rolling back, which the kill switch does not stop. Let its function run no more, and end every process that was started with `npm run serve`:",
  );
  return `## 1. First stop the bot: two hands that do the same at once undo each other

${migration.direction === "forward" ? halting : taking}

    aws lambda get-function-concurrency --region ${region} \\
      --function-name ${name}        # note it, to give it back later
    aws lambda put-function-concurrency --region ${region} \\
      --function-name ${name} --reserved-concurrent-executions 0

${wrapped("A run that is under way goes on. Wait two minutes, and until its log is silent, before you change anything:")}

    aws logs tail ${quoted(`/aws/lambda/${worker}`)} --region ${region} --since 5m --follow

${wrapped(`Change nothing before ${plain.instant(settledAt(of))}: until then its last call may still take effect.`)}`;
}

/** AWS shows what was called with a delay; what is done under a call that is on its way is undone by it. */
function settledAt({ migration, strategy, now }: SheetOf): Instant {
  const current = currentOf(strategy, migration);
  const last = current && migration.steps[current.key]?.lastRun?.at;
  return current && last ? Math.max(now, last + settleOf(current.way)) : now;
}

function runsTransfers(steps: readonly ManualStep[]): boolean {
  return steps.some(({ acts }) => acts.some(({ to }) => to === "transfer"));
}

function prepareTheShell({ migration, strategy }: SheetOf, transfers: boolean): string {
  const { writer } = strategy.endpoints(migration.pinned);
  const functions = [
    preparation(writer),
    settingsFunctions(migration.target.region),
    ...(transfers ? [transferPreparation] : []),
  ];
  return `## 2. Prepare one shell, and keep it

${wrapped(
  "You need bash, the AWS CLI with rights to change these databases and to use the key (kms:CreateGrant), and psql on a " +
    "host that the fence group admits: nothing else gets in once the fence is up. Log in as the bot does, for what it has " +
    "written belongs to its login. Later steps use what earlier ones keep in this shell.",
)}

${block(functions.join("\n"))}`;
}

const onItsWayBack = `## 4. Forward

${wrapped("It is on its way back. From there nothing leads forward but a new migration.")}`;

function forwardSection(of: SheetOf, steps: readonly ManualStep[]): string {
  const total = forwardCourse(of.strategy, of.migration.pinned).length;
  const first = total - steps.length + 1;
  const written = steps.map((step, index) => stepText(of, step, `4.${first + index} of ${total}`));
  const heading = `## 4. Forward: what remains until ${forwardUntil[purposeOf(of.migration)]}`;
  return [heading, ...written].join("\n\n");
}

function backSection(of: SheetOf, steps: readonly ManualStep[]): string {
  const { migration, strategy, now } = of;
  const price = plain.duration(rollbackPrice(strategy, migration, now));
  const written = steps.map((step, index) => stepText(of, step, `5.${index + 1} of ${steps.length}`));
  const calledOff = callingOff(strategy, migration, price);
  if (calledOff) {
    const [heading, intro] = calledOff;
    const steps = isBeyondReturn(strategy, migration) ? [] : written;
    return [`## 5. Call it off: ${heading}`, wrapped(intro), ...steps].join("\n\n");
  }
  const loses =
    migration.downtimeEnded === null || migration.direction === "back"
      ? "It loses 0 writes, for nobody has written to the replacement."
      : "It loses every write since the opening: count them first, and do it only if two approvers have signed it.";
  const intro = `It takes about ${price} and ends with the source serving under its own name, unfenced. ${loses} A rollback before the opening needs no approval.`;
  return ["## 5. Back: what remains until the source serves again", wrapped(intro), ...written].join("\n\n");
}

function stepText(of: SheetOf, { course, acts, ifFailed }: ManualStep, number: string): string {
  const { migration, strategy } = of;
  const cx = contextOf(migration);
  const title = `### ${number}: ${say(course.way.title(cx), plain)}`;
  if (course.step.gate) return `${title}\n\n${wrapped(gateText(of, course.step.id))}`;
  const { region } = migration.target;
  const guide = strategy.byHand.guides[course.key];
  const begun = migration.steps[course.key]?.begunAt ?? null;
  return [
    title,
    ...(begun === null ? [] : [wrapped(`Begun at ${plain.instant(begun)}; it may have happened.`)]),
    ...(guide?.careful ? [wrapped(`Careful: ${guide.careful}`)] : []),
    ...signs(region, "Before it:", guide?.first?.(cx) ?? []),
    ...commands(region, "Run:", acts),
    ...(ifFailed ? commands(region, "Instead, where its status says that it has failed:", ifFailed) : []),
    ...signs(region, "Done when:", guide?.done(cx) ?? []),
  ].join("\n\n");
}

function gateText({ migration }: SheetOf, gate: string): string {
  const given = passedWith(migration, gate);
  return given
    ? `Approved by ${given.person.name}.`
    : `Needs the approval of ${gate} by an approver who is not ${migration.requester.name}. Ask one, and write down who agreed and when.`;
}

function signs(region: string, label: string, all: readonly Sign[]): string[] {
  return all.length === 0 ? [] : [label, block(all.map((one) => signLines(region, one)).join("\n"))];
}

function commands(region: string, label: string, acts: readonly Act[]): string[] {
  if (acts.length === 0) return label === "Run:" ? [] : [label, block("# nothing")];
  return [label, block(acts.map((act) => actCommand(region, act)).join("\n"))];
}

function block(lines: string): string {
  return `\`\`\`sh\n${lines}\n\`\`\``;
}

function afterwards({ migration, worker }: SheetOf): string {
  const { target, direction } = migration;
  const name = quoted(target.name);
  const returning = `    aws lambda put-function-concurrency --region ${quoted(target.region)} \\
      --function-name ${quoted(worker)} \\
      --reserved-concurrent-executions NOTED    # if it was stopped; as it was before`;
  const undone = movesOrTries(migration)
    ? "If you went forward past the opening, nobody may roll it back: the bot has not seen the opening and does not know of the writes since."
    : "If you went forward, nobody need roll it back.";
  const forward = `${wrapped("Write down what you did and when. Then, in this order:")}

    npm run operate -- halt 'by hand' --table encrypt-db    # if it was not halted
${returning}
    npm run operate -- rollback ${name}    # only if you went back: it would go forward again
    npm run operate -- unhalt

${wrapped(undone)}`;
  return `## 6. Give it back

${direction === "forward" ? forward : `${wrapped("Write down what you did and when. Then:")}\n\n${returning}`}

${wrapped(
  "It looks before it acts and repeats nothing that it finds done. What it can no longer prove, such as that the endpoint was " +
    "gone, makes it stuck; it then changes nothing. If it stays so, an approver lets it go: `npm run operate -- close NAME`.",
)}`;
}

function contextOf({
  id,
  strategy,
  target,
  pinned,
  learned,
}: Migration): GuideContext<Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>> {
  return { pinned, learned, names: namesBy(strategy, id, target.name) };
}
