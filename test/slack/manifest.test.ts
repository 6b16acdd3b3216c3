import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { verbs } from "../../src/core/command.ts";
import { acme } from "../../src/sim/slack/acme.ts";
import { methods } from "../../src/sim/slack/web-api.ts";
import { slashCommand } from "../../src/slack/commands.ts";

// Strict: a key that Slack's schema does not know makes the whole manifest be refused. The numbers are the schema's.
const manifestSchema = z.strictObject({
  display_information: z.strictObject({
    name: z.string().max(35),
    description: z.string().max(140),
    long_description: z.string().min(175).max(4_000),
    background_color: z.string().regex(/^#[0-9a-f]{6}$/),
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
          command: z.string().regex(/^\/[a-z0-9-]{1,31}$/),
          url: z.url({ protocol: /^https$/ }),
          description: z.string().max(2_000),
          usage_hint: z.string().max(1_000),
          should_escape: z.boolean(),
        }),
      )
      .length(1),
  }),
  oauth_config: z.strictObject({ scopes: z.strictObject({ bot: z.array(z.string()) }) }),
  settings: z.strictObject({
    interactivity: z.strictObject({ is_enabled: z.boolean(), request_url: z.url({ protocol: /^https$/ }) }),
    org_deploy_enabled: z.boolean(),
    socket_mode_enabled: z.boolean(),
    token_rotation_enabled: z.boolean(),
  }),
});

const manifest = manifestSchema.parse(parse(readFileSync("manifest.yml", "utf8")));
const scopes = manifest.oauth_config.scopes.bot;
const [command] = manifest.features.slash_commands;

const sources = readdirSync("src/slack", { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => readFileSync(`src/slack/${path}`, "utf8"));

/** Every method of the Web API that the code calls, such as `chat.postMessage`. */
const called = [
  ...new Set(
    sources.flatMap((source) =>
      [...source.matchAll(/\bclient\.((?:[a-z]+\.)+[a-zA-Z]+)\(/g)].map((match) => String(match[1])),
    ),
  ),
].sort();

describe("the manifest", () => {
  it("declares the command that the code listens to, and hints only at what it understands", () => {
    expect(command?.command).toBe(slashCommand);
    const hinted = command?.usage_hint.split("|").map((form) => form.trim().split(" ")[0]) ?? [];
    expect(hinted.length).toBeGreaterThan(0);
    for (const verb of hinted) expect(Object.keys(verbs)).toContain(verb);
  });

  it("leaves the text of the command as it was typed", () => {
    expect(command?.should_escape).toBe(false);
  });

  it("sends commands and clicks to the one address, and no events anywhere", () => {
    expect(manifest.settings.interactivity).toEqual({ is_enabled: true, request_url: command?.url });
    expect(manifest.settings).not.toHaveProperty("event_subscriptions");
  });

  it("asks for the scopes that the called methods need, and for no other", () => {
    expect(called).toEqual([
      "chat.postMessage",
      "chat.update",
      "conversations.history",
      "conversations.replies",
      "usergroups.users.list",
      "users.info",
    ]);
    const needed = called.flatMap((method) => methods[method]?.scopes ?? []);
    expect([...scopes].sort()).toEqual([...new Set(["commands", ...needed])].sort());
  });

  it("can be done by the simulated workspace, whose app has at least these scopes", () => {
    for (const method of called) expect(Object.keys(methods)).toContain(method);
    expect(acme().app.scopes).toEqual(expect.arrayContaining(scopes));
  });
});
