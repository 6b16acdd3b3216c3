import * as z from "zod";
import { problemSchema } from "./problem.ts";

/** What is looked at daily once a migration is finished: the source that is kept, and that backups go on. */
export const aftercare = z.object({
  nextLook: z.number(),
  /** The source, until it is gone. */
  kept: z.nullable(
    z.object({
      /** Not before this may it be decommissioned. */
      until: z.number(),
      /** How often people were asked what is to become of it, and when they are asked next. */
      reminders: z.number(),
      nextReminder: z.number(),
    }),
  ),
  /** What the last look found wrong; each is said once. */
  concerns: z.array(problemSchema),
});
export type Aftercare = z.infer<typeof aftercare>;
