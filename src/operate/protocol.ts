import * as z from "zod";
import { command } from "../core/command.ts";
import { digest } from "../core/hash.ts";
import { press } from "../engine/request.ts";

/** What passes between an operator's terminal and the bot. */

/** Which bot is meant: one may not hand on to another what was signed for itself. */
export interface Deployment {
  readonly account: string;
  readonly region: string;
  readonly table: string;
}

/** `asked` is JSON as it was signed; `signature` is whatever proves whose it is. */
export const call = z.strictObject({ asked: z.string().max(20_000), signature: z.unknown() });
export type Call = z.infer<typeof call>;

/** What `asked` holds. The id makes it good for one time. */
export const asked = z.discriminatedUnion("kind", [
  z.strictObject({ id: z.uuid(), kind: z.literal("command"), command }),
  z.strictObject({
    id: z.uuid(),
    kind: z.literal("click"),
    press,
    /** What was shown to whoever agreed, as a button has it. */
    database: z.string(),
    migration: z.string(),
    planHash: z.string(),
  }),
]);
type Asked = z.infer<typeof asked>;

/** Without its id. */
export type Question =
  | Omit<Extract<Asked, { kind: "command" }>, "id">
  | Omit<Extract<Asked, { kind: "click" }>, "id">;

/** What is signed: these words for this bot. */
export function purposeOf(words: string, { account, region, table }: Deployment): string {
  return digest({ for: "encrypt-db operate", account, region, table, asked: words });
}
