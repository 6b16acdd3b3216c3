import { answer } from "./answer.ts";
import { type Counterpart, OperateFault } from "./operate.ts";
import { type Call, purposeOf } from "./protocol.ts";
import type { Told } from "./text/notice.ts";

/** Asks a bot that is there, under the operator's own AWS identity. */
export function asking(options: {
  readonly region: string;
  readonly table: string;
  /** Of the bot, not of the operator. */
  account(): Promise<string>;
  /** A signature with the operator's credentials, good for this purpose alone. */
  sign(purpose: string): Promise<unknown>;
  /** Carries a call to the bot and its answer back. */
  send(call: Call): Promise<unknown>;
  /** Asks the bot to look now; it looks every minute anyway. */
  wake(): Promise<void>;
  newId(): string;
}): Counterpart["ask"] {
  const { region, table, account, sign, send, wake, newId } = options;
  return async (question) => {
    const asked = JSON.stringify({ ...question, id: newId() });
    const signature = await sign(purposeOf(asked, { account: await account(), region, table }));
    const told = readAnswer(await send({ asked, signature }));
    // What was decided is saved; whoever waits for it need not wait for the schedule.
    if (told.kind === "said") await wake();
    return told;
  };
}

function readAnswer(given: unknown): Told {
  const read = answer.safeParse(given);
  if (read.success) return read.data;
  throw new OperateFault(
    "The bot's answer is not one that this version knows; what was asked may have been done.\nWhat to do: use `npm run operate` of the version that is deployed.",
  );
}
