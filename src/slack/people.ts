import type { webApi } from "@slack/bolt";
import type { Clicker } from "../core/approval.ts";
import { ChannelFault } from "../engine/deps.ts";
import type { Approvers } from "./approvers.ts";
import { calling } from "./web-client.ts";

type User = NonNullable<webApi.UsersInfoResponse["user"]>;

/**
 * Who is this, and may they approve? Asked of Slack at every click, so that somebody who was taken off the list a
 * minute ago cannot approve. Throws `ChannelFault`: without an answer nobody is anybody.
 */
export function createLookUp(options: {
  readonly client: webApi.WebClient;
  readonly team: string;
  readonly approvers: Approvers;
}): (user: string, team: string) => Promise<Clicker> {
  const { client, team: home, approvers } = options;
  return async (id, team) => {
    const [{ user }, approving] = await Promise.all([
      calling(() => client.users.info({ user: id })),
      approverIds(client, approvers),
    ]);
    if (user?.id !== id) throw new ChannelFault("refused", "Slack described somebody else");
    return {
      person: { id: personId(user, home), user: id, name: nameOf(user) },
      team: teamOf(user, team, home),
      standing: standingOf(user),
      approver: approving.includes(id),
    };
  };
}

async function approverIds(client: webApi.WebClient, approvers: Approvers): Promise<readonly string[]> {
  if (approvers.kind === "people") return approvers.users;
  const { users } = await calling(() => client.usergroups.users.list({ usergroup: approvers.group }));
  return users ?? [];
}

/**
 * On Enterprise Grid one person has an account per workspace and one id above them. An e-mail address would not do
 * where there is none: people change their own, and would be somebody else afterwards.
 */
function personId(user: User, home: string): string {
  return user.enterprise_user?.id ?? `${user.team_id ?? home}:${user.id}`;
}

/** The home workspace only if neither Slack's description nor the payload names another. */
function teamOf(user: User, claimed: string, home: string): string {
  if (user.enterprise_user?.teams?.includes(home)) return home;
  return [user.team_id ?? "", claimed].find((team) => team !== home) ?? home;
}

function standingOf(user: User): Clicker["standing"] {
  if (user.deleted) return "deactivated";
  // Slack's own bot carries no flag.
  const isBot = user.is_bot || user.is_workflow_bot || user.is_connector_bot || user.id === "USLACKBOT";
  if (isBot) return "bot";
  if (user.is_stranger) return "external";
  return user.is_restricted || user.is_ultra_restricted || user.is_invited_user ? "guest" : "member";
}

function nameOf(user: User): string {
  return user.profile?.display_name || user.real_name || user.name || String(user.id);
}
