import { parse } from "yaml";
import * as z from "zod";
import { verbs } from "../core/command.ts";
import { slashCommand } from "../slack/commands.ts";
import { neededScopes } from "../slack/scopes.ts";
import type { Check } from "./check.ts";

const https = z.url({ protocol: /^https$/, error: "must be an https address" }).max(3_500);

/**
 * What the app's manifest must be. Strict, since a key that Slack does not know makes it refuse the whole. The numbers are those of
 * Slack's schema (github.com/slackapi/manifest-schema), which knows neither the scopes nor what an address may be.
 */
const manifestSchema = z.strictObject({
  display_information: z.strictObject({
    name: z.string().max(35),
    description: z.string().max(140),
    long_description: z.string().min(175).max(4_000),
    background_color: z.string().regex(/^#(?:[0-9a-fA-F]{3}){1,2}$/),
  }),
  features: z.strictObject({
    bot_user: z.strictObject({
      display_name: z
        .string()
        .max(80)
        .regex(/^[a-z0-9-_.]+$/),
      always_online: z.boolean(),
    }),
    slash_commands: z
      .array(
        z.strictObject({
          command: z.literal(slashCommand),
          url: https,
          description: z.string().max(2_000),
          usage_hint: z.string().max(1_000),
          should_escape: z.literal(
            false,
            "must be false: escaped, what looks like a host name becomes a link",
          ),
        }),
      )
      .length(1),
  }),
  oauth_config: z.strictObject({ scopes: z.strictObject({ bot: z.array(z.string()).max(255) }) }),
  settings: z.strictObject({
    interactivity: z.strictObject({
      is_enabled: z.literal(true, "must be true: without it no button works"),
      request_url: https,
    }),
    org_deploy_enabled: z.boolean(),
    socket_mode_enabled: z.literal(false, "must be false: with it Slack sends nothing to the address"),
    token_rotation_enabled: z.literal(false, "must be false: the token would expire within the day"),
  }),
});
type Manifest = z.infer<typeof manifestSchema>;

/** What is wrong with a manifest, by Slack's limits and by what the code does; empty if nothing is. */
export function manifestFaults(text: string): readonly string[] {
  const read = manifestSchema.safeParse(parsed(text));
  return read.success
    ? disagreements(read.data)
    : read.error.issues.map(({ path, message }) => `${path.join(".") || "The manifest"}: ${message}`);
}

function parsed(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

function disagreements({ features, oauth_config, settings }: Manifest): readonly string[] {
  const [command] = features.slash_commands;
  const { bot } = oauth_config.scopes;
  const missing = neededScopes.filter((scope) => !bot.includes(scope));
  const unused = bot.filter((scope) => !neededScopes.includes(scope));
  const twice = bot.filter((scope, index) => bot.indexOf(scope) !== index);
  const hinted = command?.usage_hint.split("|").map((form) => form.trim().split(" ")[0] ?? "") ?? [];
  const unknown = hinted.filter((verb) => !Object.hasOwn(verbs, verb));
  const list = (what: string, names: readonly string[]) =>
    names.length === 0 ? [] : [`${what} ${names.join(", ")}.`];
  return [
    ...list("The scopes lack", missing),
    ...list("Nothing uses the scopes", unused),
    ...list("Named twice are the scopes", twice),
    ...list("The usage hint names what is no command:", unknown),
    ...(command?.url === settings.interactivity.request_url
      ? []
      : ["Commands and clicks go to different addresses."]),
  ];
}

export const manifestChecks: readonly Check[] = [
  {
    claim: "manifest.yml is within Slack's limits, and says what the code does",
    look: async ({ manifest }) =>
      manifestFaults(manifest()).map((fault) => ({
        severity: "error",
        what: `manifest.yml: ${fault}`,
        why: "Slack refuses such a manifest, or makes an app of it that does not fit the code.",
        remedy: `Mend manifest.yml and paste it at https://api.slack.com/apps, the app, "App Manifest". Its first version: git log manifest.yml`,
      })),
  },
];
