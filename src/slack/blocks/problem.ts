import { explain, type Problem } from "../../core/problem.ts";
import { mrkdwn } from "../text.ts";

/** Why, and what to do about it. */
export function problemLines(problem: Problem): readonly string[] {
  const { why, fix } = explain(problem, mrkdwn);
  return explanation(why, fix);
}

/** The same as an answer: what was asked is not done, and the reason is the whole of what there is to say. */
export function refusalLines(problem: Problem): readonly [string, string] {
  const { why, fix } = explain(problem, mrkdwn);
  return [why, `*What to do:* ${fix}`];
}

export function explanation(why: string, fix: string): readonly string[] {
  return [`*Why:* ${why}`, `*What to do:* ${fix}`];
}
