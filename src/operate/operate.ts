import { sheet } from "../by-hand/sheet.ts";
import { cutoverGate } from "../core/approval.ts";
import { databaseKey } from "../core/cloud.ts";
import { phaseOf } from "../core/phase.ts";
import { hashOf } from "../core/plan.ts";
import { problem } from "../core/problem.ts";
import type { MigrationView } from "../engine/deps.ts";
import type { Press } from "../engine/request.ts";
import { findStrategy } from "../strategies/index.ts";
import { type Order, parseArguments, usage, type Where } from "./arguments.ts";
import type { Question } from "./protocol.ts";
import { approvalText, discardText } from "./text/approval.ts";
import { noticeText, problemsText, type Told } from "./text/notice.ts";

/** Who is asked: the bot, or, where there is none, the table. */
export interface Counterpart {
  /** Throws an `OperateFault` or a `CloudFault`. */
  ask(question: Question): Promise<Told>;
  /** What the function is called that carries migrations out. */
  readonly worker: string;
}

export interface Terminal {
  print(text: string): void;
  complain(text: string): void;
  /** One line; null where nobody sits there to type it. */
  type(prompt: string): Promise<string | null>;
}

/** Something that whoever typed can do something about; its message says what. */
export class OperateFault extends Error {
  constructor(message: string) {
    super(message);
    this.name = "OperateFault";
  }
}

/** 0: it is done; 1: it was refused, or failed; 2: it cannot be meant like this. */
export type ExitCode = 0 | 1 | 2;

/** Does what was typed. Throws an `OperateFault` or a `CloudFault`. */
export async function operate(
  args: readonly string[],
  terminal: Terminal,
  connect: (where: Where) => Counterpart,
): Promise<ExitCode> {
  const order = parseArguments(args);
  if ("misused" in order) {
    const { misused } = order;
    terminal.complain(`${typeof misused === "string" ? misused : problemsText([misused])}\n\n${usage}`);
    return 2;
  }
  const bot = connect(order.where);
  if (order.does === "command")
    return tell(terminal, await bot.ask({ kind: "command", command: order.command }));
  const view = await findView(bot, order.name);
  if ("kind" in view) return tell(terminal, view);
  switch (order.does) {
    case "approve":
      return approve(bot, terminal, view, order);
    case "reject":
      return reject(bot, terminal, view);
    case "discard":
      terminal.print(discardText(view));
      return confirmed(bot, terminal, view, { does: "discard" }, "sign");
    case "sheet":
      return printSheet(bot, terminal, view);
  }
}

function tell(terminal: Terminal, told: Told): ExitCode {
  const text = noticeText(told);
  if (told.kind === "problems") terminal.complain(text);
  else terminal.print(text);
  return told.kind === "problems" ? 1 : 0;
}

/** How a migration stands, or why nobody says. */
async function findView(bot: Counterpart, name: string): Promise<MigrationView | Told> {
  const told = await bot.ask({ kind: "command", command: { verb: "status", name } });
  if (told.kind !== "status") return told;
  const [view] = told.views;
  if (!view) return { kind: "problems", problems: [problem("command.no-migration", { name })] };
  // What is signed is the hash; what is shown must be what it is the hash of.
  if (hashOf(view.plan) !== view.migration.planHash) {
    throw new OperateFault("The plan that was given is not the one with its hash. Nothing was done.");
  }
  return view;
}

async function approve(
  bot: Counterpart,
  terminal: Terminal,
  view: MigrationView,
  { name, terms: chosen }: Extract<Order, { does: "approve" }>,
): Promise<ExitCode> {
  const phase = phaseOf(view.migration, view.plan);
  if (phase.is !== "gate") return tell(terminal, notWaiting);
  const gate = phase.gate.id;
  if (gate === cutoverGate && chosen === null) {
    terminal.complain(
      `Say how ${name} is opened: --opening automatic, by itself when every check has passed; --opening ask, only after somebody was asked again, inside the downtime.`,
    );
    return 2;
  }
  if (gate !== cutoverGate && chosen !== null) {
    terminal.complain(
      `--opening and what goes with it are signed with the cutover, for which ${name} does not wait.`,
    );
    return 2;
  }
  const longestDowntime = chosen?.longestDowntime ?? view.migration.longestDowntime;
  const terms = chosen && { ...chosen, longestDowntime };
  terminal.print(approvalText(view, gate, terms));
  return confirmed(bot, terminal, view, { does: "approve", gate, terms }, "approve");
}

function reject(bot: Counterpart, terminal: Terminal, view: MigrationView): Promise<ExitCode> {
  const phase = phaseOf(view.migration, view.plan);
  if (phase.is !== "gate") return Promise.resolve(tell(terminal, notWaiting));
  return press(bot, terminal, view, { does: "reject", gate: phase.gate.id });
}

const notWaiting: Told = { kind: "problems", problems: [problem("approval.not-waiting", {})] };

/** Only a person can have read it: there is no option that answers in advance. */
async function confirmed(
  bot: Counterpart,
  terminal: Terminal,
  view: MigrationView,
  does: Press,
  verb: string,
): Promise<ExitCode> {
  const { name } = view.migration.target;
  const typed = await terminal.type(`Type ${name} to ${verb}, anything else to leave it: `);
  if (typed === null)
    throw new OperateFault(`To ${verb}, somebody must sit at the terminal. Nothing was done.`);
  if (typed.trim() === name) return press(bot, terminal, view, does);
  terminal.complain("That is not its name. Nothing was done.");
  return 1;
}

async function press(
  bot: Counterpart,
  terminal: Terminal,
  { migration }: MigrationView,
  does: Press,
): Promise<ExitCode> {
  const { id, target, planHash } = migration;
  const question = {
    kind: "click",
    press: does,
    database: databaseKey(target),
    migration: id,
    planHash,
  } as const;
  return tell(terminal, await bot.ask(question));
}

async function printSheet(
  { worker }: Counterpart,
  terminal: Terminal,
  { migration, plan, now }: MigrationView,
): Promise<ExitCode> {
  const { id, version } = migration.strategy;
  const strategy = findStrategy(id);
  if (strategy?.version !== version) {
    const known = strategy?.version ?? "none";
    return tell(terminal, {
      kind: "problems",
      problems: [problem("plan.code-changed", { strategy: id, stored: version, known })],
    });
  }
  terminal.print(await sheet({ migration, plan, strategy, now, worker }));
  return 0;
}
