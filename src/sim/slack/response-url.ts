import * as z from "zod";
import { readContent } from "./content.ts";
import { Arguments, SlackError } from "./method.ts";
import type { Content, ResponseUrl, Workspace } from "./workspace.ts";

const uses = 5;

const reply = z.looseObject({
  response_type: z.enum(["ephemeral", "in_channel"]).optional(),
  replace_original: z.boolean().optional(),
  delete_original: z.boolean().optional(),
  thread_ts: z.string().optional(),
});

/**
 * Answers what is sent to a `response_url`: five times in thirty minutes, without asking whether the app is
 * in the channel. The status and text are Slack's; for refused blocks it documents none and we say 400.
 */
export function answerResponse(
  workspace: Workspace,
  id: string,
  body: unknown,
): { readonly status: number; readonly text: string } {
  const url = workspace.state.responseUrls.find((each) => each.id === id);
  if (url === undefined) return { status: 404, text: "no_such_url" };
  if (workspace.now() > url.expiresAt) return { status: 404, text: "expired_url" };
  if (url.uses >= uses) return { status: 404, text: "used_url" };
  try {
    respond(workspace, url, body);
    return { status: 200, text: "ok" };
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    return { status: 400, text: error.code };
  }
}

/** Shows what the app says in reply to an interaction, whether in the HTTP answer or by `response_url`. */
export function respond(workspace: Workspace, url: ResponseUrl, body: unknown): void {
  const read = reply.safeParse(body);
  if (!read.success) throw new SlackError("invalid_payload");
  const { data } = read;
  workspace.changeResponseUrl(url.id, { uses: url.uses + 1 });
  if (data.delete_original || data.replace_original) {
    const content = data.delete_original ? undefined : readContent(workspace, new Arguments(data));
    if (changeOriginal(workspace, url, content) || content === undefined) return;
  }
  const content = readContent(workspace, new Arguments(data));
  const threadTs = data.thread_ts ?? url.threadTs;
  const message = {
    channel: url.channel,
    author: workspace.state.app.botUserId,
    ...content,
    ...(threadTs !== undefined && { threadTs }),
  };
  const posted =
    data.response_type === "in_channel"
      ? workspace.post(message)
      : workspace.postEphemeral({ ...message, user: url.user });
  workspace.changeResponseUrl(url.id, { original: url.original ?? posted.ts });
}

/** Whether there was an original to change. */
function changeOriginal(workspace: Workspace, url: ResponseUrl, content: Content | undefined): boolean {
  if (url.original === undefined) return false;
  const ephemeral = workspace.ephemeral(url.user, url.original);
  if (ephemeral !== undefined) {
    workspace.replaceEphemeral(ephemeral, content);
    return true;
  }
  const message = workspace.message(url.channel, url.original);
  if (message === undefined) return false;
  if (content === undefined) workspace.remove(message);
  else workspace.edit(message, content);
  return true;
}
