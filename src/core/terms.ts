import * as z from "zod/mini";
import { type Duration, minutes } from "./time.ts";

/** What an approver of the cutover signs beside the plan. Rollback needs no further approval. */
export const terms = z.object({
  /** Milliseconds from fence to open that the approver accepts. */
  longestDowntime: z.number(),
  /** Open when every check passes, or ask again. */
  opening: z.enum(["automatic", "ask"]),
  /** What is done where the forecast passes the longest downtime while going back still fits into it. */
  whenLate: z.enum(["offer", "roll-back"]),
  /** Nothing that interrupts begins before; null where it may begin at once. */
  notBefore: z.nullable(z.number()),
});
export type Terms = z.infer<typeof terms>;

const common = [15, 30, 45, 60, 90, 120, 180, 240, 360, 480].map(minutes);

/** The lengths to choose from: the one that the plan proposes among the usual ones. */
export function lengthsToChoose(proposed: Duration): readonly Duration[] {
  return [...new Set([...common, proposed])].sort((a, b) => a - b);
}
