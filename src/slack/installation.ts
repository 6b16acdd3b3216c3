import { webApi } from "@slack/bolt";
import { calling } from "./web-client.ts";

/** Whom a token belongs to, and what it may. */
interface Bot {
  readonly team: string;
  readonly botId: string;
  readonly botUserId: string;
  readonly appId: string;
  readonly scopes: readonly string[];
}

/** What Slack says of the app as it is installed. Everything throws a `ChannelFault` where Slack does not say. */
export interface Installation {
  /** Undefined where Slack does not take the token. */
  findBot(): Promise<Bot | undefined>;
  /** `absent`: there is no such channel, or it is a private one that the bot is not in. */
  standingIn(channel: string): Promise<"member" | "not in it" | "absent">;
  /** The people of a user group; undefined where there is none of that id. */
  findGroup(group: string): Promise<readonly string[] | undefined>;
}

export function createInstallation(client: webApi.WebClient): Installation {
  return {
    async findBot() {
      const said = await unless(refusedTokens, () => client.auth.test());
      if (typeof said === "string") return undefined;
      const botId = String(said.bot_id);
      const { bot } = await calling(() => client.bots.info({ bot: botId }));
      return {
        team: String(said.team_id),
        botId,
        botUserId: String(said.user_id),
        appId: String(bot?.app_id),
        scopes: said.response_metadata?.scopes ?? [],
      };
    },

    // By a method that the product calls anyway: to ask for the channel itself, it would need two more scopes.
    async standingIn(channel) {
      const said = await unless(["not_in_channel", "channel_not_found"], () =>
        client.conversations.history({ channel, limit: 1 }),
      );
      if (typeof said !== "string") return "member";
      return said === "not_in_channel" ? "not in it" : "absent";
    },

    async findGroup(usergroup) {
      const said = await unless(["no_such_subteam", "subteam_not_found"], () =>
        client.usergroups.users.list({ usergroup }),
      );
      return typeof said === "string" ? undefined : (said.users ?? []);
    },
  };
}

const refusedTokens = [
  "invalid_auth",
  "not_authed",
  "account_inactive",
  "token_revoked",
  "token_expired",
  "not_allowed_token_type",
];

/** The answer, or which of these codes Slack answered instead. */
async function unless<T, C extends string>(codes: readonly C[], call: () => Promise<T>): Promise<T | C> {
  return calling(async () => {
    try {
      return await call();
    } catch (error) {
      const told = error instanceof webApi.WebAPIPlatformError ? error.data.error : undefined;
      const code = codes.find((one) => one === told);
      if (code === undefined) throw error;
      return code;
    }
  });
}
