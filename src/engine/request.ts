import * as z from "zod/mini";
import type { DatabaseFacts } from "../core/cloud.ts";
import { command } from "../core/command.ts";
import type { Halt } from "../core/halt.ts";
import type { Note } from "../core/note.ts";
import type { Plan } from "../core/plan.ts";
import type { Problem } from "../core/problem.ts";
import { terms } from "../core/terms.ts";
import type { Instant } from "../core/time.ts";
import type { MigrationView } from "./deps.ts";

/** What a button asks for. Everything but the kind is only a claim: it is compared with what is stored. */
export const press = z.discriminatedUnion("does", [
  z.object({
    does: z.literal("approve"),
    gate: z.string(),
    /** Of the cutover, as they were chosen; a gate without terms has none. */
    terms: z.nullable(terms),
  }),
  z.object({ does: z.literal("reject"), gate: z.string() }),
  /** One of two signatures under "discard the writes made since opening". */
  z.object({ does: z.literal("discard") }),
  z.object({ does: z.literal("rollback") }),
  z.object({ does: z.literal("retry") }),
  z.object({ does: z.literal("pause") }),
  z.object({ does: z.literal("resume") }),
]);
export type Press = z.infer<typeof press>;

const asked = {
  id: z.string(),
  at: z.number(),
  user: z.string(),
  team: z.string(),
  channel: z.string(),
  responseUrl: z.string(),
};

/**
 * What a person asked for, as the front function put it into the store. `id` is Slack's trigger: a second
 * delivery is the same request.
 */
export const request = z.discriminatedUnion("kind", [
  z.object({ ...asked, kind: z.literal("command"), command }),
  z.object({
    ...asked,
    kind: z.literal("click"),
    press,
    /** Which migration and plan the button was posted for, and the partition key of its database. */
    database: z.string(),
    migration: z.string(),
    planHash: z.string(),
    messageTs: z.string(),
  }),
]);
export type Request = z.infer<typeof request>;

/** What is asked for, by whichever way it came; `channel` is null where it came by none of Slack's. */
export type Asked = AskedCommand | AskedPress;

export interface AskedCommand extends Pick<Extract<Request, { kind: "command" }>, "kind" | "id" | "command"> {
  readonly channel: string | null;
}

export interface AskedPress
  extends Pick<
    Extract<Request, { kind: "click" }>,
    "kind" | "id" | "press" | "database" | "migration" | "planHash"
  > {
  readonly channel: string | null;
}

/** What the person alone is told. */
export type Notice =
  | { readonly kind: "problems"; readonly problems: readonly Problem[] }
  | { readonly kind: "said"; readonly note: Note }
  | { readonly kind: "plan"; readonly plan: Plan }
  | { readonly kind: "status"; readonly views: readonly MigrationView[]; readonly poller: PollerState }
  | { readonly kind: "list"; readonly databases: readonly ListedDatabase[] }
  /** The evidence of a migration: the file itself, which Slack has in the thread. */
  | { readonly kind: "evidence"; readonly name: string; readonly seal: string; readonly text: string }
  | { readonly kind: "help" };

/** Whether anything moves at all. */
export interface PollerState {
  readonly now: Instant;
  /** When the schedule last ran it; null where it never did. */
  readonly lastBeat: Instant | null;
  readonly halted: Halt | null;
}

export interface ListedDatabase extends DatabaseFacts {
  /** Who manages the key, as KMS says; null where no KMS key is used or KMS did not say. */
  readonly keyManager: "AWS" | "CUSTOMER" | null;
  readonly migration: string | null;
}
