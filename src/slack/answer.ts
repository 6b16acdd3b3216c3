import { ChannelFault } from "../engine/deps.ts";
import type { Message } from "./blocks/message.ts";
import { httpFault, patience } from "./web-client.ts";

/** True if `url` is an address that Slack lends for answers. */
export function isAnswerAddress(url: string, origin: string): boolean {
  return URL.canParse(url) && new URL(url).origin === origin;
}

/**
 * Tells one person something, through the address that came with what they asked: it works for half an hour and five
 * times, also where the bot is not in the channel. Throws `ChannelFault`.
 */
export async function sendAnswer(
  url: string,
  origin: string,
  answer: Message,
  timeout = patience,
): Promise<void> {
  if (!isAnswerAddress(url, origin)) throw new ChannelFault("refused", "not one of Slack's addresses");
  const response = await post(url, answerBody(answer), timeout);
  await response.body?.cancel();
  if (response.ok) return;
  const wait = Number(response.headers.get("retry-after"));
  throw httpFault(response.status, wait > 0 ? wait * 1_000 : null);
}

/** An answer that one person sees and that leaves the message with the button alone. */
export function answerBody({ text, blocks }: Message): string {
  return JSON.stringify({ response_type: "ephemeral", replace_original: false, text, blocks });
}

async function post(url: string, body: string, timeout: number): Promise<Response> {
  try {
    return await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json; charset=utf-8" },
      body,
      // A redirect would lead past the check of the address.
      redirect: "error",
      signal: AbortSignal.timeout(timeout),
    });
  } catch (error) {
    throw new ChannelFault("unanswered", "Slack did not answer", null, error);
  }
}
