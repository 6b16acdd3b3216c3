import { takeOvers, type When } from "../../core/ownership.ts";
import type { Plan } from "../../core/plan.ts";
import { harmless } from "./terminal.ts";

/** What is to be done about the code that made a database, to be copied. */
export function takeOverLines(plan: Plan, when: When): readonly string[] {
  return takeOvers(plan, when).flatMap(({ owner, lines }) => [
    when === "before"
      ? `${owner} made this database. Freeze it, and prepare before the cutover:`
      : `Due now for ${owner}, before anything is applied:`,
    ...lines.map((line) => `    ${harmless(line)}`),
  ]);
}
