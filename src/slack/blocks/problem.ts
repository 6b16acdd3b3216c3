import { type Explanation, explain, type Problem } from "../../core/problem.ts";
import { mrkdwn } from "../text.ts";
import { listing, type Message, message } from "./message.ts";

/** Why, and what to do about it. */
export function problemLines(problem: Problem): readonly string[] {
  const { why, fix } = explain(problem, mrkdwn);
  return explanation(why, fix);
}

/** The same as an answer: what was asked is not done, and the reason is the whole of what there is to say. */
export function refusal({ why, fix }: Explanation): Message {
  return message(`${why} ${fix}`, listing(refusalLines({ why, fix }), 20));
}

export function refusalLines({ why, fix }: Explanation): readonly [string, string] {
  return [why, `*What to do:* ${fix}`];
}

export function explanation(why: string, fix: string): readonly string[] {
  return [`*Why:* ${why}`, `*What to do:* ${fix}`];
}
