import * as z from "zod/mini";
import { transferTasks } from "./core/transfer-tasks.ts";

/** Variables that are written as JSON. */

/** A value of `schema`. */
export const json = <T>(schema: z.core.$ZodType<T>) =>
  z.pipe(
    z.string(),
    z.transform((text: string, cx): T => {
      const parsed = z.safeParse(schema, jsonOf(text));
      if (parsed.success) return parsed.data;
      // Zod's own words can hold what they are about, which may be a password.
      cx.issues.push({ code: "custom", message: "is not the JSON that it should be", input: undefined });
      return z.NEVER;
    }),
  );

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const transferTasksVariable = json(transferTasks);
