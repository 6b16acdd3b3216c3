/** What the app asks for, each for the methods of the Web API that need it. Source: Slack's page of each method. */
const scopesOf = {
  "auth.test": [],
  "bots.info": ["users:read"],
  "chat.postMessage": ["chat:write"],
  "chat.update": ["chat:write"],
  // Of public channels and of private ones.
  "conversations.history": ["channels:history", "groups:history"],
  "conversations.replies": ["channels:history", "groups:history"],
  "files.completeUploadExternal": ["files:write"],
  "files.getUploadURLExternal": ["files:write"],
  "usergroups.users.list": ["usergroups:read"],
  "users.info": ["users:read"],
} as const satisfies Record<string, readonly string[]>;

/** Every method that is called. */
export const methods: readonly string[] = Object.keys(scopesOf);

/** The scopes of the bot token: those of the methods, and the slash command's own. */
export const neededScopes: readonly string[] = [
  ...new Set(["commands", ...Object.values(scopesOf).flat()]),
].toSorted();
