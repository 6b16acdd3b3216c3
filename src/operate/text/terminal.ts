import { type Format, plain } from "../../core/note.ts";

/** The format of an operator's terminal, which obeys control characters: a name must not be able to hold any. */
export const terminal: Format = { ...plain, text: harmless };

export function harmless(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ");
}

const here = "status|list|evidence|pause|resume|retry|rollback|halt|unhalt";

/** The sentences name Slack's command; what can be said here is said as it is typed here. */
export function asTypedHere(sentence: string): string {
  return sentence.replace(new RegExp(`/encrypt-db (?=(?:${here})\\b)`, "g"), "npm run operate -- ");
}

/** Name and value, in two columns. */
export function columns(pairs: readonly (readonly [string, string])[]): string {
  const widest = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, value]) => `  ${name.padEnd(widest)}  ${value}`).join("\n");
}
