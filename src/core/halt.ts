import * as z from "zod";
import { person } from "./approval.ts";

/** The kill switch: while it is there no step begins that changes anything, but for the way back. */
export const halt = z.object({ at: z.number(), by: person, reason: z.string() });
export type Halt = z.infer<typeof halt>;
