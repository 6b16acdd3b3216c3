import * as z from "zod/mini";
import type { Instant } from "../core/time.ts";
import type { Press } from "../engine/request.ts";
import { saying } from "./blocks/message.ts";
import { decode, pressPrefix } from "./buttons.ts";
import { type Heard, type Home, isHome } from "./home.ts";
import { chosenTerms } from "./terms-form.ts";

const filled = z.string().check(z.minLength(1));

/** What is read of a click. Text and blocks of the message that come back are never believed. */
const payload = z.object({
  type: z.literal("block_actions"),
  api_app_id: z.optional(z.string()),
  team: z.object({ id: filled }),
  user: z.object({ id: filled, team_id: z.optional(z.string()) }),
  channel: z.object({ id: filled }),
  container: z.object({ message_ts: filled }),
  message: z.optional(z.object({ bot_id: z.optional(z.string()) })),
  trigger_id: filled,
  response_url: filled,
  state: z.optional(z.unknown()),
  actions: z.tuple([z.object({ action_id: z.string(), value: z.optional(z.string()) })]),
});

/** Reads a click; undefined if nothing is to be done, as for a button that only opens a link. */
export function hearClick(body: unknown, home: Home, now: Instant): Heard | undefined {
  const read = payload.safeParse(body);
  if (!read.success) return undefined;
  const { data } = read;
  const [action] = data.actions;
  if (!action.action_id.startsWith(pressPrefix)) return undefined;

  const refuse = (text: string): Heard => ({ answer: saying(text), responseUrl: data.response_url });
  const from = { team: data.team.id, appId: data.api_app_id, responseUrl: data.response_url };
  if (!isHome(from, home)) return refuse("This bot does not serve this workspace. Nothing was done.");
  const value = decode(action.value ?? "");
  const isOurs = data.message === undefined || data.message.bot_id === home.botId;
  if (!value || !isOurs) {
    return refuse(
      "That button is not one that this version knows. Nothing was done; see `/encrypt-db status`.",
    );
  }
  return {
    request: {
      kind: "click",
      id: data.trigger_id,
      at: now,
      user: data.user.id,
      // In a shared channel the person may belong to another workspace than the message.
      team: data.user.team_id ?? data.team.id,
      channel: data.channel.id,
      responseUrl: data.response_url,
      messageTs: data.container.message_ts,
      ...value,
      press: withTerms(value.press, data.state),
    },
    acknowledgement: "",
  };
}

/** The terms are what is chosen beside the button at the click, and not what the button carries. */
function withTerms(press: Press, state: unknown): Press {
  return press.does === "approve" ? { ...press, terms: chosenTerms(state) } : press;
}
