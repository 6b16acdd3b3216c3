import { cutoverGate, discardGate, openGate } from "./approval.ts";
import type { Note } from "./note.ts";

const names: Readonly<Record<string, string>> = {
  begin: "the plan",
  [cutoverGate]: "the cutover",
  [openGate]: "the opening",
};

/** What is approved at a gate, in words. */
export function gateName(gate: string): string {
  return names[gate] ?? gate;
}

/** The same note with its gate in words, and a signature told from an approval. */
export function withGateName(of: Note): Note {
  const { gate } = of.params;
  if (typeof gate !== "string") return of;
  if (of.code === "event.approved" && gate === discardGate) {
    return { code: "event.discard-signed", params: of.params };
  }
  return { code: of.code, params: { ...of.params, gate: gateName(gate) } };
}
