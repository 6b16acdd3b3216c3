import { readContent, readMetadata } from "./content.ts";
import { type Arguments, type Method, SlackError } from "./method.ts";
import { messageJson } from "./wire.ts";
import type { Channel, Message, Workspace } from "./workspace.ts";

const longestUpdate = 4000;

/** https://docs.slack.dev/reference/methods/chat.postMessage and its neighbours. */
export const chatMethods: Readonly<Record<string, Method>> = {
  "chat.postMessage": {
    scopes: ["chat:write"],
    handle(workspace, args) {
      const channel = channelToWriteIn(workspace, args);
      const content = readContent(workspace, args);
      const threadTs = args.text("thread_ts");
      if (threadTs !== undefined) checkRoot(workspace, channel, threadTs);
      const message = workspace.post({
        channel: channel.id,
        author: workspace.state.app.botUserId,
        ...content,
        ...readMetadata(args),
        ...(threadTs !== undefined && { threadTs }),
        ...(threadTs !== undefined && args.flag("reply_broadcast") && { broadcast: true as const }),
      });
      return { channel: channel.id, ts: message.ts, message: messageJson(workspace, message, true) };
    },
  },

  "chat.update": {
    scopes: ["chat:write"],
    handle(workspace, args) {
      const message = ownMessage(workspace, args, "cant_update_message");
      if ((args.text("text")?.length ?? 0) > longestUpdate) throw new SlackError("msg_too_long");
      const edited = workspace.edit(message, { ...readContent(workspace, args), ...readMetadata(args) });
      return {
        channel: edited.channel,
        ts: edited.ts,
        text: edited.text,
        message: messageJson(workspace, edited, true),
      };
    },
  },

  "chat.delete": {
    scopes: ["chat:write"],
    handle(workspace, args) {
      const message = ownMessage(workspace, args, "cant_delete_message");
      workspace.remove(message);
      return { channel: message.channel, ts: message.ts };
    },
  },

  "chat.postEphemeral": {
    scopes: ["chat:write"],
    handle(workspace, args) {
      const channel = channelToWriteIn(workspace, args);
      const user = args.required("user", "user_not_found");
      if (workspace.person(user) === undefined) throw new SlackError("user_not_found");
      if (!channel.members.includes(user)) throw new SlackError("user_not_in_channel");
      const threadTs = args.text("thread_ts");
      const message = workspace.postEphemeral({
        channel: channel.id,
        user,
        author: workspace.state.app.botUserId,
        ...readContent(workspace, args),
        ...(threadTs !== undefined && { threadTs }),
      });
      return { message_ts: message.ts };
    },
  },

  "chat.getPermalink": {
    scopes: [],
    handle(workspace, args) {
      const channel = visibleChannel(workspace, args);
      const message = workspace.message(channel.id, args.required("message_ts", "message_not_found"));
      if (message === undefined) throw new SlackError("message_not_found");
      return { channel: channel.id, permalink: permalink(workspace, message) };
    },
  },
};

/** The channel of a call, if the app can see it: a private one that it is not in does not exist for it. */
export function visibleChannel(workspace: Workspace, args: Arguments): Channel {
  const channel = workspace.channel(args.required("channel", "channel_not_found"));
  if (
    channel === undefined ||
    (channel.private && !channel.members.includes(workspace.state.app.botUserId))
  ) {
    throw new SlackError("channel_not_found");
  }
  return channel;
}

/** The channel of a call, if the app is in it. */
export function joinedChannel(workspace: Workspace, args: Arguments): Channel {
  const channel = visibleChannel(workspace, args);
  if (!channel.members.includes(workspace.state.app.botUserId)) throw new SlackError("not_in_channel");
  return channel;
}

export function channelToWriteIn(workspace: Workspace, args: Arguments): Channel {
  const channel = joinedChannel(workspace, args);
  if (channel.archived) throw new SlackError("is_archived");
  return channel;
}

// Slack documents no error for a thread that does not exist; a refusal shows the mistake where it is made.
export function checkRoot(workspace: Workspace, channel: Channel, ts: string): void {
  const root = workspace.message(channel.id, ts);
  if (root === undefined) throw new SlackError("thread_not_found");
  if (root.threadTs !== undefined) throw new SlackError("cannot_reply_to_message");
}

function ownMessage(workspace: Workspace, args: Arguments, otherwise: string): Message {
  const channel = channelToWriteIn(workspace, args);
  const message = workspace.message(channel.id, args.required("ts", "message_not_found"));
  if (message === undefined || message.deleted) throw new SlackError("message_not_found");
  if (message.author !== workspace.state.app.botUserId) throw new SlackError(otherwise);
  return message;
}

function permalink(workspace: Workspace, message: Message): string {
  const place = `/archives/${message.channel}/p${message.ts.replace(".", "")}`;
  const thread =
    message.threadTs === undefined ? "" : `?thread_ts=${message.threadTs}&cid=${message.channel}`;
  return `https://${workspace.state.team.domain}.slack.com${place}${thread}`;
}
