import { fileJson, filesOf } from "./files.ts";
import type { Channel, Message, Person, Workspace } from "./workspace.ts";

/** A message as the Web API and interaction payloads carry it. */
export function messageJson(
  workspace: Workspace,
  message: Message,
  includeMetadata: boolean,
): Record<string, unknown> {
  const { app, team } = workspace.state;
  const fromApp = message.author === app.botUserId;
  return {
    type: "message",
    ...(message.deleted && { subtype: "tombstone" }),
    ...(message.broadcast && { subtype: "thread_broadcast" }),
    user: message.deleted ? "USLACKBOT" : message.author,
    ...(fromApp && !message.deleted && { bot_id: app.botId, app_id: app.id }),
    team: team.id,
    ts: message.ts,
    text: message.text,
    ...(message.blocks && { blocks: message.blocks }),
    ...(message.files && { files: filesOf(workspace, message).map(fileJson), upload: true }),
    ...(message.editedTs && { edited: { user: message.author, ts: message.editedTs } }),
    ...(includeMetadata && message.metadata && { metadata: message.metadata }),
    ...threadJson(workspace, message),
  };
}

function threadJson(workspace: Workspace, message: Message): Record<string, unknown> {
  if (message.threadTs !== undefined) return { thread_ts: message.threadTs };
  const replies = workspace.thread(message.channel, message.ts).slice(1);
  const latest = replies.at(-1);
  if (latest === undefined) return {};
  return {
    thread_ts: message.ts,
    reply_count: replies.length,
    reply_users: [...new Set(replies.map((reply) => reply.author))],
    latest_reply: latest.ts,
  };
}

/** A person as `users.info` gives them; the address only to a token that may read it. */
export function personJson(person: Person, includeEmail: boolean): Record<string, unknown> {
  return {
    id: person.id,
    team_id: person.teamId,
    name: person.name,
    real_name: person.realName,
    deleted: person.deactivated === true,
    tz: "Etc/UTC",
    tz_label: "Coordinated Universal Time",
    tz_offset: 0,
    is_admin: false,
    is_owner: false,
    is_primary_owner: false,
    is_bot: person.bot === true,
    is_app_user: false,
    is_restricted: person.guest !== undefined,
    is_ultra_restricted: person.guest === "single-channel",
    ...(person.external && { is_stranger: true }),
    is_email_confirmed: person.email !== undefined,
    profile: {
      real_name: person.realName,
      display_name: person.realName,
      title: person.title ?? "",
      team: person.teamId,
      ...(includeEmail && person.email !== undefined && { email: person.email }),
    },
  };
}

/** A channel as `conversations.info` gives it. */
export function channelJson(workspace: Workspace, channel: Channel): Record<string, unknown> {
  return {
    id: channel.id,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: true,
    is_group: false,
    is_im: false,
    is_mpim: false,
    is_private: channel.private === true,
    is_archived: channel.archived === true,
    is_general: channel.name === "general",
    is_shared: channel.externallyShared === true,
    is_ext_shared: channel.externallyShared === true,
    is_org_shared: false,
    is_pending_ext_shared: false,
    is_member: channel.members.includes(workspace.state.app.botUserId),
    context_team_id: workspace.state.team.id,
    topic: { value: channel.topic ?? "", creator: "", last_set: 0 },
    purpose: { value: "", creator: "", last_set: 0 },
    num_members: channel.members.length,
  };
}
