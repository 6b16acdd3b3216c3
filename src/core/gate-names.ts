import { cutoverGate, discardGate, openGate } from "./approval.ts";
import type { Note } from "./note.ts";
import { decommissionGate } from "./purpose.ts";
import { takeDownGate } from "./rehearsal.ts";
import type { Terms } from "./terms.ts";

const names: Readonly<Record<string, string>> = {
  begin: "the plan",
  [cutoverGate]: "the cutover",
  [openGate]: "the opening",
  [takeDownGate]: "the take-down",
  [decommissionGate]: "the deletion",
};

/** What is approved at a gate, in words. */
export function gateName(gate: string): string {
  return names[gate] ?? gate;
}

export const openings: Readonly<Record<Terms["opening"], string>> = {
  automatic: "it opens by itself when every check passes",
  ask: "it asks before it opens",
};

const lateness: Readonly<Record<Terms["whenLate"], string>> = {
  offer: "a rollback is offered",
  "roll-back": "it rolls back by itself",
};

/** What is done where the forecast passes the longest downtime. */
export function ifLate(whenLate: Terms["whenLate"]): string {
  return `${lateness[whenLate] ?? whenLate} if the forecast passes that`;
}

/** Terms as parameters: they are stored, and said in words by `inWords`. */
export function termsParams({ longestDowntime, notBefore, ...kinds }: Terms): Note["params"] {
  return { longest: longestDowntime, ...kinds, ...(notBefore !== null && { notBefore }) };
}

/** As a part of a sentence. */
export function termsNote(terms: Terms): Note {
  return inWords({ code: "terms.at-once", params: termsParams(terms) });
}

const later: Readonly<Record<string, string>> = {
  "terms.at-once": "terms.later",
  "said.terms": "said.terms-later",
  "event.terms": "event.terms-later",
};

/** The same note with its gate and its terms in words, and a signature told from an approval. */
export function inWords({ code, params }: Note): Note {
  const { gate } = params;
  if (code === "event.approved" && gate === discardGate) return { code: "event.discard-signed", params };
  if ("longest" in params && "whenLate" in params) {
    const spoken = {
      ...params,
      opening: openings[params.opening as Terms["opening"]] ?? "",
      whenLate: ifLate(params.whenLate as Terms["whenLate"]),
    };
    const of = code === "event.approved" ? "event.terms" : code;
    return { code: ("notBefore" in params && later[of]) || of, params: spoken };
  }
  return typeof gate === "string" ? { code, params: { ...params, gate: gateName(gate) } } : { code, params };
}
