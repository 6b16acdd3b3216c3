import { joinedChannel, visibleChannel } from "./chat-methods.ts";
import { type Arguments, type Method, SlackError } from "./method.ts";
import { channelJson, messageJson, personJson } from "./wire.ts";
import type { Message, Workspace } from "./workspace.ts";

const readChannels = ["channels:read", "groups:read"];
const readHistory = ["channels:history", "groups:history"];

/** The methods that only read: who we are, channels and what was said in them, people and groups. */
export const lookupMethods: Readonly<Record<string, Method>> = {
  "auth.test": {
    scopes: [],
    handle({ state: { app, team } }) {
      return {
        url: `https://${team.domain}.slack.com/`,
        team: team.name,
        user: "encrypt-db",
        team_id: team.id,
        user_id: app.botUserId,
        bot_id: app.botId,
        is_enterprise_install: false,
      };
    },
  },

  "bots.info": {
    scopes: ["users:read"],
    handle({ state: { app } }, args) {
      if (args.required("bot", "bot_not_found") !== app.botId) throw new SlackError("bot_not_found");
      return {
        bot: { id: app.botId, deleted: false, name: "encrypt-db", app_id: app.id, user_id: app.botUserId },
      };
    },
  },

  "conversations.info": {
    scopes: readChannels,
    handle(workspace, args) {
      const channel = visibleChannel(workspace, args);
      checkScope(workspace, channel.private ? "groups:read" : "channels:read");
      return { channel: channelJson(workspace, channel) };
    },
  },

  "conversations.members": {
    scopes: readChannels,
    handle(workspace, args) {
      const channel = visibleChannel(workspace, args);
      checkScope(workspace, channel.private ? "groups:read" : "channels:read");
      const page = pageOf(channel.members, args, 100);
      return { members: page.items, ...page.rest };
    },
  },

  "conversations.history": {
    scopes: readHistory,
    handle(workspace, args) {
      const channel = joinedChannel(workspace, args);
      checkScope(workspace, channel.private ? "groups:history" : "channels:history");
      const newestFirst = within(workspace.timeline(channel.id), args).toReversed();
      return messagesPage(workspace, newestFirst, args);
    },
  },

  "conversations.replies": {
    scopes: readHistory,
    handle(workspace, args) {
      const channel = joinedChannel(workspace, args);
      checkScope(workspace, channel.private ? "groups:history" : "channels:history");
      const asked = workspace.message(channel.id, args.required("ts", "thread_not_found"));
      if (asked === undefined) throw new SlackError("thread_not_found");
      const [root, ...replies] = workspace.thread(channel.id, asked.threadTs ?? asked.ts);
      return messagesPage(workspace, root === undefined ? [] : [root, ...within(replies, args)], args);
    },
  },

  "users.info": {
    scopes: ["users:read"],
    handle(workspace, args) {
      const person = workspace.person(args.required("user", "user_not_found"));
      if (person === undefined) throw new SlackError("user_not_found");
      return { user: personJson(person, workspace.state.app.scopes.includes("users:read.email")) };
    },
  },

  "usergroups.users.list": {
    scopes: ["usergroups:read"],
    handle(workspace, args) {
      const id = args.required("usergroup", "no_such_subteam");
      const group = workspace.state.userGroups.find((each) => each.id === id);
      if (group === undefined) throw new SlackError("no_such_subteam");
      return { users: group.members };
    },
  },
};

function checkScope(workspace: Workspace, needed: string): void {
  const { scopes } = workspace.state.app;
  if (!scopes.includes(needed)) throw new SlackError("missing_scope", { needed, provided: scopes.join(",") });
}

function within(messages: readonly Message[], args: Arguments): readonly Message[] {
  const oldest = Number(args.text("oldest") ?? 0);
  const latest = Number(args.text("latest") ?? Number.POSITIVE_INFINITY);
  const inclusive = args.flag("inclusive");
  return messages.filter(({ ts }) => {
    const at = Number(ts);
    return (at > oldest || (inclusive && at === oldest)) && (at < latest || (inclusive && at === latest));
  });
}

function messagesPage(workspace: Workspace, messages: readonly Message[], args: Arguments) {
  const page = pageOf(messages, args, 100);
  const includeMetadata = args.flag("include_all_metadata");
  return {
    messages: page.items.map((message) => messageJson(workspace, message, includeMetadata)),
    has_more: page.rest.response_metadata.next_cursor !== "",
    ...page.rest,
  };
}

function pageOf<T>(all: readonly T[], args: Arguments, otherwise: number) {
  const limit = Number(args.text("limit") ?? otherwise);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) throw new SlackError("invalid_limit");
  const cursor = args.text("cursor");
  const start = cursor === undefined ? 0 : Number(Buffer.from(cursor, "base64").toString());
  if (!Number.isInteger(start)) throw new SlackError("invalid_cursor");
  const end = start + limit;
  const next = end < all.length ? Buffer.from(String(end)).toString("base64") : "";
  return { items: all.slice(start, end), rest: { response_metadata: { next_cursor: next } } };
}
