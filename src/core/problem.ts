import * as z from "zod/mini";
import { type MistakeCode, mistakes } from "./mistakes.ts";
import { type Format, fill, type Note } from "./note.ts";
import { type ProblemCode, problems } from "./problems.ts";
import type { ParamsOf } from "./template.ts";

/** An expected outcome that is not success: a code from the catalogue and what its sentences interpolate. */
export const problemSchema = z.object({
  code: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type Problem = z.infer<typeof problemSchema>;

type ParamsFor<C extends ProblemCode> =
  ParamsOf<`${(typeof problems)[C]["why"]} ${(typeof problems)[C]["fix"]}`>;

export function problem<C extends ProblemCode>(code: C, params: ParamsFor<C>): Problem & { code: C } {
  return { code, params: params as Note["params"] };
}

/** Why it is so, and how to mend it. */
export type Explanation = { readonly why: string; readonly fix: string };

/** What went wrong and what to do about it, as two sentences. A code that a newer version wrote still reads. */
export function explain(of: Problem, format: Format): Explanation {
  const entry: Explanation | undefined = Object.hasOwn(problems, of.code)
    ? problems[of.code as ProblemCode]
    : undefined;
  if (!entry)
    return { why: format.text(of.code), fix: "Upgrade encrypt-db: this version does not know that problem." };
  return filled(entry, of, format);
}

/** What a command gets wrong before anything is looked up. */
export type Mistake = Problem & { code: MistakeCode };

/** The same for what is said without the whole catalogue. */
export function explainMistake(of: Mistake, format: Format): Explanation {
  return filled(mistakes[of.code], of, format);
}

function filled({ why, fix }: Explanation, { params }: Problem, format: Format): Explanation {
  return { why: fill(why, params, format), fix: fill(fix, params, format) };
}
