import type { Terms } from "../core/terms.ts";
import { type Duration, minutes } from "../core/time.ts";

/** The options with which the terms of a cutover are typed. */
export const termsOptions = {
  opening: { type: "string" },
  "at-most": { type: "string" },
  "if-late": { type: "string" },
  "not-before": { type: "string" },
} as const;

export type TypedTerms = { readonly [option in keyof typeof termsOptions]?: string | undefined };

/** What was typed of the terms; a longest downtime that was not is the plan's. */
export type ChosenTerms = Omit<Terms, "longestDowntime"> & { readonly longestDowntime: Duration | null };

/** Null where none of them was typed. */
export function readTerms(typed: TypedTerms): ChosenTerms | null | { misused: string } {
  const given = Object.keys(termsOptions).filter((name) => typed[name as keyof TypedTerms] !== undefined);
  if (given.length === 0) return null;
  const { opening, "at-most": atMost, "if-late": whenLate = "offer", "not-before": notBefore } = typed;
  if (opening !== "automatic" && opening !== "ask") {
    return {
      misused:
        opening === undefined
          ? `--${given[0]} goes with --opening automatic or ask.`
          : "--opening is automatic or ask.",
    };
  }
  if (whenLate !== "offer" && whenLate !== "roll-back")
    return { misused: "--if-late is offer or roll-back." };
  if (atMost !== undefined && !/^\d{1,4}$/.test(atMost))
    return { misused: "--at-most is a number of minutes." };
  const from = notBefore === undefined ? null : readTime(notBefore);
  // A time without its zone would be read as the one of whichever machine it is typed on.
  if (from !== null && Number.isNaN(from)) {
    return { misused: "--not-before is a time with its zone, such as 2026-11-28T02:00Z." };
  }
  const longestDowntime = atMost === undefined ? null : minutes(Number(atMost));
  return { longestDowntime, opening, whenLate, notBefore: from };
}

const timeWithZone = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)$/;

function readTime(typed: string): number {
  return timeWithZone.test(typed) ? Date.parse(typed) : Number.NaN;
}
