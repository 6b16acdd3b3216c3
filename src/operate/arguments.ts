import { parseArgs } from "node:util";
import { type Command, parseCommand } from "../core/command.ts";
import type { Problem } from "../core/problem.ts";
import { type ChosenTerms, readTerms, type TypedTerms, termsOptions } from "./terms.ts";

/** What an operator wants. */
export type Order = { readonly where: Where } & (
  | { readonly does: "command"; readonly command: Command }
  | { readonly does: "approve"; readonly name: string; readonly terms: ChosenTerms | null }
  | { readonly does: "reject" | "discard" | "sheet"; readonly name: string }
);

/** The deployed worker; a process of `npm run serve`; or nobody: the table alone. */
export type Where =
  | { readonly is: "worker" }
  | { readonly is: "process"; readonly url: URL }
  | { readonly is: "table"; readonly table: string };

/** Undone as it is typed: one line says what is wrong. */
export type Misused = { readonly misused: string | Problem };

export const usage = `npm run operate -- COMMAND [--url URL | --table TABLE]

  status [NAME]    what is under way, what it waits for, what going back costs
  list             every database and the state of its key
  approve NAME     the gate that NAME waits at; shows first what that is
                   the cutover wants its terms: --opening automatic or ask, and
                   as you like --at-most MINUTES, --if-late offer or roll-back,
                   --not-before 2026-11-28T02:00Z
  reject NAME      the same gate, refused
  rollback NAME    give the source back under its name
  discard NAME     sign that a rollback discards the writes since the opening
  pause NAME, resume NAME, retry NAME
  close NAME       let go of a stuck migration that people brought to its end
  halt REASON      begin no further step of any migration; rolling back still works
  unhalt           let the steps of all migrations begin again
  sheet NAME       how to carry the migration on by hand, forward and back
  evidence NAME    the evidence of the migration, as the file that
                   \`npm run verify-evidence\` judges; redirect it into one

Without an option the worker function is asked, under your own AWS identity. --url asks a process of
\`npm run serve\`. --table asks nobody: status, sheet, evidence and halt then work on the table
itself, for when no bot is left. See README.md, "When Slack is down".`;

const options = { url: { type: "string" }, table: { type: "string" }, ...termsOptions } as const;
const fromSlack = [
  "status",
  "list",
  "rollback",
  "pause",
  "resume",
  "retry",
  "close",
  "evidence",
  "halt",
  "unhalt",
];
const withoutBot = ["status", "sheet", "evidence", "halt"];

/** Reads the command line; nothing is looked up. */
export function parseArguments(args: readonly string[]): Order | Misused {
  const read = readOptions(args);
  if ("misused" in read) return read;
  const { values, positionals } = read;
  const [verb, ...rest] = positionals;
  if (verb === undefined) return { misused: "Say what to do." };
  const where = whereOf(values);
  if ("misused" in where) return where;
  if (where.is === "table" && !withoutBot.includes(verb)) {
    return {
      misused: `--table is for ${withoutBot.join(", ")}: for everything else the bot itself is needed.`,
    };
  }
  const signed = Object.keys(termsOptions).find((name) => name in values);
  if (signed !== undefined && verb !== "approve") return { misused: `--${signed} goes with approve.` };
  if (fromSlack.includes(verb)) {
    const parsed = parseCommand([verb, ...rest].join(" "));
    return "problem" in parsed ? { misused: parsed.problem } : { does: "command", command: parsed.ok, where };
  }
  return parseOwn(verb, rest, values, where);
}

function readOptions(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (fault) {
    if (!(fault instanceof TypeError)) throw fault;
    return { misused: fault.message };
  }
}

function parseOwn(verb: string, rest: readonly string[], typed: TypedTerms, where: Where): Order | Misused {
  if (verb !== "approve" && verb !== "reject" && verb !== "discard" && verb !== "sheet") {
    return { misused: `There is no command ${verb}.` };
  }
  const named = parseCommand(["status", ...rest].join(" "));
  if ("problem" in named) return { misused: named.problem };
  const name = "name" in named.ok ? named.ok.name : null;
  if (name === null) return { misused: `${verb} needs the name of a database.` };
  if (verb !== "approve") return { does: verb, name, where };
  const terms = readTerms(typed);
  return terms && "misused" in terms ? terms : { does: verb, name, terms, where };
}

function whereOf({ url, table }: { url?: string | undefined; table?: string | undefined }): Where | Misused {
  if (url !== undefined && table !== undefined) return { misused: "--url and --table exclude each other." };
  if (table !== undefined) return { is: "table", table };
  if (url === undefined) return { is: "worker" };
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol)) return { misused: "--url is not an address." };
  // What is signed is good for this bot alone, yet says who signs it: nobody on the way need have it.
  if (parsed.protocol === "http:" && !isLoopback(parsed.hostname)) {
    return { misused: "--url must be https, unless it is on this machine." };
  }
  return { is: "process", url: parsed };
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(host);
}
