import * as z from "zod/mini";
import { type Problem, problemSchema } from "./problem.ts";

/**
 * How much it weighs. `blocks`: as long as it is so, nothing begins. `warns`: the migration may fail over it, and an approver
 * weighs that. `notes`: it is so, and whoever approves should have heard of it.
 */
export const severities = ["blocks", "warns", "notes"] as const;
export type Severity = (typeof severities)[number];

/** What was found out about a database before anything is touched: a problem, and how much it weighs. */
export const finding = z.extend(problemSchema, { severity: z.enum(severities) });
export type Finding = z.infer<typeof finding>;

/** Those that nobody was told of: another figure in the same warning is nothing new. Notes are not told again. */
export function newWarnings(known: readonly Finding[], found: readonly Finding[]): readonly Finding[] {
  const isKnown = ({ code }: Problem) => known.some((one) => one.code === code);
  return found.filter((one) => one.severity === "warns" && !isKnown(one));
}
