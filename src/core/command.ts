import * as z from "zod/mini";
import { type Mistake, problem } from "./problem.ts";

const planned = { name: z.string(), key: z.nullable(z.string()), strategy: z.nullable(z.string()) };

/** What `/encrypt-db …` can say, after parsing. */
export const command = z.discriminatedUnion("verb", [
  z.object({ verb: z.literal("start"), ...planned }),
  z.object({ verb: z.literal("plan"), ...planned }),
  z.object({ verb: z.literal("rehearse"), ...planned }),
  z.object({ verb: z.literal("status"), name: z.nullable(z.string()) }),
  z.object({ verb: z.literal("list") }),
  z.object({ verb: z.literal("pause"), name: z.string() }),
  z.object({ verb: z.literal("resume"), name: z.string() }),
  z.object({ verb: z.literal("retry"), name: z.string() }),
  z.object({ verb: z.literal("rollback"), name: z.string() }),
  z.object({ verb: z.literal("close"), name: z.string() }),
  z.object({ verb: z.literal("backup"), name: z.string() }),
  z.object({ verb: z.literal("decommission"), name: z.string() }),
  z.object({ verb: z.literal("evidence"), name: z.string() }),
  z.object({ verb: z.literal("halt"), reason: z.string() }),
  z.object({ verb: z.literal("unhalt") }),
  z.object({ verb: z.literal("help") }),
]);
export type Command = z.infer<typeof command>;
export type Verb = Command["verb"];

/** The form and the meaning of every verb: help, usage hints and the README are made from it. */
export const verbs = {
  start: {
    usage: "start NAME [key KEY] [by STRATEGY]",
    says: "plan the move of a database and ask for approval",
  },
  plan: {
    usage: "plan NAME [key KEY] [by STRATEGY]",
    says: "show the whole plan and every check; nothing is created",
  },
  rehearse: {
    usage: "rehearse NAME [key KEY] [by STRATEGY]",
    says: "try the move on a copy that is thrown away, and measure it; nothing interrupts the database",
  },
  status: { usage: "status [NAME]", says: "what is under way, what it waits for, what a rollback costs" },
  list: { usage: "list", says: "every database and the state of its key" },
  pause: { usage: "pause NAME", says: "start no further step (refused inside the downtime)" },
  resume: { usage: "resume NAME", says: "go on after a pause, or forward again out of a refused rollback" },
  retry: { usage: "retry NAME", says: "look again at a migration that is stuck" },
  rollback: { usage: "rollback NAME", says: "give the source back under its name" },
  close: {
    usage: "close NAME",
    says: "let go of a stuck migration that people have brought to its end by hand; nothing is undone",
  },
  backup: {
    usage: "backup NAME",
    says: "back a database up to the other account, prove the copy, and let it go on daily",
  },
  decommission: {
    usage: "decommission RETIRED-NAME",
    says: "delete a source whose retention is over; its own name (…-old-…), in full",
  },
  evidence: {
    usage: "evidence NAME",
    says: "the evidence pack of the last migration once more, in its thread",
  },
  halt: {
    usage: "halt REASON",
    says: "begin no further step of any migration, also inside a downtime; rolling back still works",
  },
  unhalt: { usage: "unhalt", says: "let the steps of all migrations begin again" },
  help: { usage: "help", says: "this text" },
} as const satisfies Record<Verb, { usage: string; says: string }>;

const identifier = /^[a-z](?:-?[a-z0-9])*$/;
const invisible = /[\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2064\u2066-\u2069\uFEFF]/g;

/**
 * What people type becomes plain words: entities decoded once (Slack escapes `& < >`), links and mentions reduced
 * to their label, typographic quotes, dashes and spaces made plain, invisible characters dropped.
 */
function words(text: string): readonly string[] {
  const plain = text
    .slice(0, 4_000)
    .replace(/<([^<>|]*)\|([^<>]*)>/g, "$2")
    .replace(/<(?:https?:\/\/|mailto:)?([^<>]*)>/g, "$1")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&")
    .normalize("NFKC")
    .replace(invisible, "")
    .replace(/[\u2010-\u2015\u2212]/g, "-")
    .replace(/["'`\u2018-\u201F\u00AB\u00BB]/g, "");
  return plain.split(/\s+/u).filter((word) => word !== "");
}

/** Parses the text after `/encrypt-db`. Nothing is looked up; the answer to a mistake says how to mend it. */
export function parseCommand(text: string): { ok: Command } | { problem: Mistake } {
  const [first, ...rest] = words(text);
  if (first === undefined) return { ok: { verb: "help" } };
  const verb = first.toLowerCase().replace(/^[-/]+/, "");
  switch (verb) {
    case "help":
      return { ok: { verb } };
    case "halt":
      return rest.length === 0
        ? { problem: problem("command.reason-missing", {}) }
        : { ok: { verb, reason: rest.join(" ").slice(0, 200) } };
    case "unhalt":
      return rest.length > 0 ? tooMuch(verb, rest) : { ok: { verb } };
    case "list":
      return rest.length > 0 ? tooMuch(verb, rest) : { ok: { verb } };
    case "status":
      return rest.length === 0 ? { ok: { verb, name: null } } : named(verb, rest, (name) => ({ verb, name }));
    case "pause":
    case "resume":
    case "retry":
    case "rollback":
    case "close":
    case "backup":
    case "decommission":
    case "evidence":
      return named(verb, rest, (name) => ({ verb, name }));
    case "start":
    case "plan":
    case "rehearse":
      return toPlan(verb, rest);
    default:
      return { problem: problem("command.unknown", { word: shorten(first), suggestion: suggest(verb) }) };
  }
}

function named(
  verb: Verb,
  rest: readonly string[],
  make: (name: string) => Command,
): ReturnType<typeof parseCommand> {
  const [name, ...more] = rest;
  if (name === undefined) {
    const example = verb === "decommission" ? "orders-prod-old-k3xw9p" : "orders-prod";
    return { problem: problem("command.name-missing", { verb, example }) };
  }
  const lower = name.toLowerCase();
  if (lower.length > 63 || !identifier.test(lower)) {
    return { problem: problem("command.bad-name", { name: shorten(name) }) };
  }
  return more.length > 0 ? tooMuch(verb, more) : { ok: make(lower) };
}

/** The name, and then `key KEY` and `by STRATEGY` in any order. */
function toPlan(
  verb: "start" | "plan" | "rehearse",
  rest: readonly string[],
): ReturnType<typeof parseCommand> {
  const [name, ...options] = rest;
  const given: { key: string | null; strategy: string | null } = { key: null, strategy: null };
  for (let at = 0; at < options.length; at += 2) {
    const option = optionNamed(options[at]);
    const value = options[at + 1];
    if (option === undefined || value === undefined || given[option] !== null) {
      return tooMuch(verb, options.slice(at));
    }
    given[option] = option === "strategy" ? value.toLowerCase() : value;
  }
  return named(verb, name === undefined ? [] : [name], (is) => ({ verb, name: is, ...given }));
}

function optionNamed(word: string | undefined): "key" | "strategy" | undefined {
  const plain = word?.toLowerCase().replace(/^-+/, "");
  return plain === "key" ? "key" : plain === "by" ? "strategy" : undefined;
}

function tooMuch(verb: Verb, rest: readonly string[]): { problem: Mistake } {
  return {
    problem: problem("command.too-much", { rest: shorten(rest.join(" ")), usage: verbs[verb].usage }),
  };
}

function suggest(word: string): string {
  const all = Object.keys(verbs) as Verb[];
  const nearest = all.map((verb) => ({ verb, far: distance(word, verb) })).sort((a, b) => a.far - b.far)[0];
  const list = `I know ${all.slice(0, -1).join(", ")} and ${all.at(-1)}.`;
  return nearest !== undefined && nearest.far <= 2 ? `Did you mean ${nearest.verb}? ${list}` : list;
}

/** Edit distance; both words are short. */
function distance(a: string, b: string): number {
  const short = a.slice(0, 20);
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= short.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (short[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
