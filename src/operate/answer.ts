import * as z from "zod";
import { halt } from "../core/halt.ts";
import { migrationSchema } from "../core/migration.ts";
import { note } from "../core/note.ts";
import { planSchema } from "../core/plan.ts";
import { problemSchema } from "../core/problem.ts";
import type { Told } from "./text/notice.ts";

const view = z.object({
  migration: migrationSchema,
  plan: planSchema,
  now: z.number(),
  rollbackPrice: z.number(),
  remaining: z.number(),
});

/** What the bot answers an operator. A bot of another version may answer something else. */
export const answer = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("problems"), problems: z.array(problemSchema) }),
  z.object({ kind: z.literal("said"), note }),
  z.object({
    kind: z.literal("status"),
    views: z.array(view),
    poller: z.object({ now: z.number(), lastBeat: z.number().nullable(), halted: z.nullable(halt) }),
  }),
  z.object({ kind: z.literal("evidence"), name: z.string(), seal: z.string(), text: z.string() }),
  z.object({
    kind: z.literal("list"),
    databases: z.array(
      z.object({
        kind: z.enum(["cluster", "instance"]),
        name: z.string(),
        engine: z.string(),
        status: z.string(),
        encryption: z.enum(["none", "sse-rds", "sse-kms", "unknown"]),
        keyArn: z.string().nullable(),
        tags: z.record(z.string(), z.string()),
        keyManager: z.enum(["AWS", "CUSTOMER"]).nullable(),
        migration: z.string().nullable(),
      }),
    ),
  }),
]) satisfies z.ZodType<Told>;
