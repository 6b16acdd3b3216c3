import * as z from "zod/mini";
import { type Press, press } from "../engine/request.ts";
import { limits } from "./limits.ts";

const filled = z.string().check(z.minLength(1));

/**
 * What a button carries. Slack's signature does not say that a value is the one that was rendered, and whoever
 * reads the channel reads it: these are claims, to be compared with what is stored.
 */
const buttonValue = z.strictObject({
  database: filled,
  migration: filled,
  planHash: filled,
  press,
});
export type ButtonValue = z.infer<typeof buttonValue>;

/** Buttons whose value we read. Every other one only opens a link. */
export const pressPrefix = "press.";

/** Unique within a message, which Slack demands. */
export function actionIdOf(press: Press): string {
  const of = "gate" in press ? `.${press.gate}` : "";
  return `${pressPrefix}${press.does}${of}`.slice(0, limits.actionId);
}

export function encode(value: ButtonValue): string {
  return JSON.stringify(value);
}

/** Undefined for everything that this version did not write. */
export function decode(text: string): ButtonValue | undefined {
  if (text.length > limits.buttonValue) return undefined;
  try {
    return buttonValue.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
