import * as z from "zod/mini";
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

export function problem<C extends ProblemCode>(code: C, params: ParamsFor<C>): Problem {
  return { code, params: params as Note["params"] };
}

/** What went wrong and what to do about it, as two sentences. A code that a newer version wrote still reads. */
export function explain(of: Problem, format: Format): { why: string; fix: string } {
  const entry: { why: string; fix: string } | undefined = Object.hasOwn(problems, of.code)
    ? problems[of.code as ProblemCode]
    : undefined;
  if (!entry)
    return { why: format.text(of.code), fix: "Upgrade encrypt-db: this version does not know that problem." };
  return { why: fill(entry.why, of.params, format), fix: fill(entry.fix, of.params, format) };
}
