import * as z from "zod/mini";
import { type Terms, terms } from "../core/terms.ts";
import { minutes, seconds } from "../core/time.ts";

/** The block in which the terms of a cutover are chosen. Slack keeps what was chosen as long as its id and theirs stay. */
export const termsBlock = "terms";

/** What can be chosen. Lengths are minutes. */
export const termsFields = {
  longest: "terms.longest",
  opening: "terms.opening",
  whenLate: "terms.when-late",
  notBefore: "terms.not-before",
} as const;

const menu = z.object({ selected_option: z.object({ value: z.string() }) });
const time = z.object({ selected_date_time: z.optional(z.nullable(z.number())) });

/** What Slack sends with a click of all that can be chosen in the message. */
const state = z.object({
  values: z.object({
    [termsBlock]: z.object({
      [termsFields.longest]: menu,
      [termsFields.opening]: menu,
      [termsFields.whenLate]: menu,
      [termsFields.notBefore]: time,
    }),
  }),
});

/** The terms as whoever clicked had chosen them; null where there are none to choose. */
export function chosenTerms(sent: unknown): Terms | null {
  const chosen = state.safeParse(sent).data?.values[termsBlock];
  if (!chosen) return null;
  const { selected_date_time: notBefore } = chosen[termsFields.notBefore];
  const read = terms.safeParse({
    longestDowntime: minutes(Number(chosen[termsFields.longest].selected_option.value)),
    opening: chosen[termsFields.opening].selected_option.value,
    whenLate: chosen[termsFields.whenLate].selected_option.value,
    notBefore: notBefore == null ? null : seconds(notBefore),
  });
  return read.data ?? null;
}
