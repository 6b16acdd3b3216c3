import type { Clicker } from "../core/approval.ts";
import { ChannelFault } from "../engine/deps.ts";
import { neededScopes } from "../slack/scopes.ts";
import type { Check, Finding } from "./check.ts";
import type { Deployment } from "./deployment.ts";

const appPage = "https://api.slack.com/apps, the app";

export const slackChecks: readonly Check[] = [
  {
    claim: "Slack takes the bot token, which is the configured bot's",
    look: async ({ slack, config }) => {
      const bot = await slack.findBot();
      if (!bot) return [tokenRefused];
      const told = [
        ["SLACK_TEAM_ID", config.SLACK_TEAM_ID, bot.team],
        ["SLACK_BOT_ID", config.SLACK_BOT_ID, bot.botId],
        ["SLACK_BOT_USER_ID", config.SLACK_BOT_USER_ID, bot.botUserId],
        ["SLACK_APP_ID", config.SLACK_APP_ID, bot.appId],
      ] as const;
      return told
        .filter(([, configured, actual]) => configured !== actual)
        .map(([name, configured, actual]) => ({
          severity: "error",
          what: `${name} is ${configured}, but the token belongs to ${actual}.`,
          why: "The bot takes what another app or workspace sends for somebody else's, and does not know its own messages again.",
          remedy: `Set ${name}=${actual}, or use the token of the app that is meant.`,
        }));
    },
  },
  {
    claim: "The token has the scopes that the code needs, and no others",
    look: async ({ slack }) => {
      const bot = await slack.findBot();
      if (!bot) return [];
      const missing = neededScopes.filter((scope) => !bot.scopes.includes(scope));
      const unused = bot.scopes.filter((scope) => !neededScopes.includes(scope));
      return [
        ...(missing.length > 0 ? [lacking(missing)] : []),
        ...(unused.length > 0 ? [idle(unused)] : []),
      ];
    },
  },
  {
    claim: "The bot is in every channel in which migrations may be started",
    look: async ({ slack, config }) => {
      const standings = await Promise.all(
        config.SLACK_CHANNELS.map(async (channel) => ({ channel, is: await slack.standingIn(channel) })),
      );
      return standings.filter(({ is }) => is !== "member").map(({ channel, is }) => notIn(channel, is));
    },
  },
  {
    claim: "Two full members of the workspace or more may approve",
    look: async ({ slack, config }) => {
      const approvers = await approversOf(config.SLACK_APPROVERS, slack);
      if (!Array.isArray(approvers)) return [approvers as Finding];
      const people = await Promise.all(
        (approvers as readonly string[]).map(async (user) => ({
          user,
          is: await describe(slack, user, config.SLACK_TEAM_ID),
        })),
      );
      const members = people.flatMap(({ is }) => (isMember(is, config.SLACK_TEAM_ID) ? [is.person.id] : []));
      const others = people.flatMap(({ user, is }) => {
        const reason = whyNot(is, config.SLACK_TEAM_ID);
        return reason === undefined ? [] : [mayNot(user, reason)];
      });
      return [...others, ...(new Set(members).size < 2 ? [tooFew(new Set(members).size)] : [])];
    },
  },
];

const tokenRefused: Finding = {
  severity: "error",
  what: "Slack does not take SLACK_BOT_TOKEN.",
  why: "The bot can neither post nor look up who clicked.",
  remedy: `${appPage}, "OAuth & Permissions": install the app to the workspace and copy the token that begins with xoxb-.`,
};

function lacking(missing: readonly string[]): Finding {
  return {
    severity: "error",
    what: `The token lacks ${missing.join(", ")}.`,
    why: "Slack refuses the calls that need it: a thread stays empty, or nobody can approve.",
    remedy: `${appPage}, "App Manifest": paste manifest.yml with your addresses in it, save, and install the app again.`,
  };
}

function idle(unused: readonly string[]): Finding {
  return {
    severity: "warning",
    what: `The token has ${unused.join(", ")}, which nothing uses.`,
    why: "Whoever gets hold of the token gets that as well.",
    remedy: `${appPage}, "OAuth & Permissions": remove the scope, and install the app again.`,
  };
}

function notIn(channel: string, is: "not in it" | "absent" | "member"): Finding {
  return {
    severity: "error",
    what:
      is === "absent"
        ? `There is no channel ${channel}, or it is a private one without the bot.`
        : `The bot is not in the channel ${channel}.`,
    why: "It cannot post there, so that nobody sees what is to be approved.",
    remedy: `In the channel, type /invite @encrypt-db; or mend SLACK_CHANNELS (a channel's id is at the end of its details).`,
  };
}

/** The ids of the people who may approve, or why there are none. */
async function approversOf(
  ids: readonly string[],
  { findGroup }: Deployment["slack"],
): Promise<readonly string[] | Finding> {
  const [first = ""] = ids;
  const groups = ids.filter((id) => id.startsWith("S"));
  if (groups.length === 0) return ids;
  if (ids.length > 1) {
    return {
      severity: "error",
      what: "SLACK_APPROVERS names a user group beside others.",
      why: "It is then taken for a list of people, and nobody in the group may approve.",
      remedy: "Name people, or one user group alone.",
    };
  }
  return (
    (await findGroup(first)) ?? {
      severity: "error",
      what: `Slack knows no user group ${first}.`,
      why: "Nobody may approve, so that no migration can begin.",
      remedy:
        "Set SLACK_APPROVERS to the id of a user group (People, User groups, its address) or to people.",
    }
  );
}

/** Somebody as at a click; text where Slack does not describe them. */
async function describe(
  { lookUp }: Deployment["slack"],
  user: string,
  team: string,
): Promise<Clicker | string> {
  try {
    return await lookUp(user, team);
  } catch (fault) {
    if (fault instanceof ChannelFault && fault.kind === "refused") return fault.message;
    throw fault;
  }
}

function isMember(is: Clicker | string, home: string): is is Clicker {
  return whyNot(is, home) === undefined;
}

function whyNot(is: Clicker | string, home: string): string | undefined {
  if (typeof is === "string") return is;
  if (is.team !== home) return "is from another workspace";
  return is.standing === "member" ? undefined : standings[is.standing];
}

const standings = {
  guest: "is a guest",
  external: "is from another organisation",
  bot: "is a bot",
  deactivated: "is deactivated",
} as const satisfies Record<Exclude<Clicker["standing"], "member">, string>;

function mayNot(user: string, reason: string): Finding {
  return {
    severity: "warning",
    what: `The approver ${user} cannot approve: ${reason}.`,
    why: "Only full members of the workspace may; whoever counts on this approver waits in vain.",
    remedy: "Take them off SLACK_APPROVERS, or out of the user group that it names.",
  };
}

function tooFew(count: number): Finding {
  return {
    severity: "error",
    what: `${count === 0 ? "Nobody" : "Only one person"} can approve.`,
    why: "Nobody approves what they asked for, and writes are discarded only by two.",
    remedy:
      "Name at least two full members in SLACK_APPROVERS, or put them into the user group that it names.",
  };
}
