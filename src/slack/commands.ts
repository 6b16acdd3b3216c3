import * as z from "zod/mini";
import { type Command, parseCommand } from "../core/command.ts";
import { explainMistake } from "../core/problem.ts";
import type { Instant } from "../core/time.ts";
import { saying } from "./blocks/message.ts";
import { helpMessage } from "./blocks/notice.ts";
import { refusal } from "./blocks/problem.ts";
import { type Heard, type Home, isHome } from "./home.ts";
import { escaped, mrkdwn } from "./text.ts";

export const slashCommand = "/encrypt-db";

const filled = z.string().check(z.minLength(1));

/** What is read of a slash command. A field that came twice is a list, and is refused. */
const payload = z.object({
  text: z._default(z.string(), ""),
  team_id: filled,
  api_app_id: z.optional(z.string()),
  user_id: filled,
  channel_id: filled,
  trigger_id: filled,
  response_url: filled,
});

/** Reads a slash command. Help, mistakes and strangers are answered at once; nothing is looked up. */
export function hearCommand(body: unknown, home: Home, now: Instant): Heard {
  const read = payload.safeParse(body);
  if (!read.success) return answer("Slack sent a command that I could not read. Nothing was done.");
  const { data } = read;
  const from = { team: data.team_id, appId: data.api_app_id, responseUrl: data.response_url };
  if (!isHome(from, home)) return answer("This bot does not serve this workspace. Nothing was done.");

  const parsed = parseCommand(data.text);
  if ("problem" in parsed)
    return { answer: refusal(explainMistake(parsed.problem, mrkdwn)), responseUrl: null };
  if (parsed.ok.verb === "help") return { answer: helpMessage(), responseUrl: null };
  return {
    request: {
      kind: "command",
      id: data.trigger_id,
      at: now,
      user: data.user_id,
      team: data.team_id,
      channel: data.channel_id,
      responseUrl: data.response_url,
      command: parsed.ok,
    },
    acknowledgement: acknowledge(parsed.ok),
  };
}

function answer(text: string): Heard {
  return { answer: saying(text), responseUrl: null };
}

function acknowledge(command: Command): string {
  const name = "name" in command && command.name !== null ? escaped(command.name) : "";
  switch (command.verb) {
    case "start":
      return `Looking for ${name}… Its plan will appear in this channel in a moment.`;
    case "rehearse":
      return `Looking for ${name}… The plan of its rehearsal will appear in this channel in a moment.`;
    case "plan":
      return `Looking for ${name}… Its plan will appear here in a moment, for you alone.`;
    case "status":
      return name === "" ? "Looking for what is under way…" : `Looking for ${name}…`;
    case "list":
      return "Asking AWS for every database and its key…";
    case "halt":
      return "Halting…";
    case "unhalt":
      return "Letting the steps begin again…";
    case "help":
      return "";
    case "backup":
      return `Looking for ${name}… The plan of its backup will appear in this channel in a moment.`;
    case "decommission":
      return `Looking for ${name}… The plan of its deletion will appear in this channel in a moment.`;
    case "evidence":
      return `Looking for the evidence of ${name}…`;
    case "pause":
    case "resume":
    case "retry":
    case "close":
    case "rollback":
      return `Your ${command.verb} of ${name} is recorded; the answer will appear here in a moment.`;
  }
}
