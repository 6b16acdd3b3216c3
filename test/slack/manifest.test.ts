import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { manifestFaults } from "../../src/doctor/manifest.ts";
import { acme } from "../../src/sim/slack/acme.ts";
import { methods as simulated } from "../../src/sim/slack/web-api.ts";
import { methods, neededScopes } from "../../src/slack/scopes.ts";

const manifest = readFileSync("manifest.yml", "utf8");

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
  it("is within Slack's limits, and says what the code does", () => {
    expect(manifestFaults(manifest)).toEqual([]);
  });

  it.each([
    ["no YAML", /^/, "a: [", /The manifest: /],
    [
      "a key that Slack does not know",
      /^display_information:/m,
      "settigns: {}\ndisplay_information:",
      /Unrecognized key: "settigns"/,
    ],
    [
      "a name over 35 characters",
      /name: encrypt-db/,
      `name: ${"x".repeat(36)}`,
      /display_information\.name: .*35/,
    ],
    [
      "a description over 140",
      /description: Moves/,
      `description: ${"x".repeat(141)}`,
      /display_information\.description: .*140/,
    ],
    [
      "a long description under 175",
      /long_description: >-[\s\S]*?(?= {2}background)/,
      "long_description: short\n",
      /long_description: .*175/,
    ],
    ["a colour that is none", /"#1d3557"/, "blue", /background_color/],
    ["no bot user", /^ {2}bot_user:\n( {4}.*\n)+/m, "", /features\.bot_user/],
    ["a bot name with a space", /display_name: encrypt-db/, "display_name: encrypt db", /display_name/],
    [
      "another command",
      /command: \/encrypt-db/,
      "command: /encrypt",
      /slash_commands\.0\.command: .*\/encrypt-db/,
    ],
    ["no command", / {2}slash_commands:\n[\s\S]*?(?=oauth)/, "  slash_commands: []\n", /slash_commands: /],
    ["an address without TLS", /url: https/, "url: http", /slash_commands\.0\.url: must be an https address/],
    ["buttons that go nowhere", /is_enabled: true/, "is_enabled: false", /is_enabled: must be true/],
    ["clicks to another address", /(request_url: .*)\/slack/, "$1/clicks", /different addresses/],
    [
      "host names turned into links",
      /should_escape: false/,
      "should_escape: true",
      /should_escape: must be false/,
    ],
    [
      "a hint at what is no command",
      /usage_hint: start/,
      "usage_hint: begin",
      /names what is no command: begin/,
    ],
    ["a scope that is missing", / {6}- chat:write\n/, "", /The scopes lack chat:write/],
    [
      "a scope that nothing uses",
      / {6}- chat:write/,
      "      - files:read\n$&",
      /Nothing uses the scopes files:read/,
    ],
    ["a scope twice", / {6}- chat:write/, "$&\n$&", /Named twice are the scopes chat:write/],
    [
      "events, which nothing hears",
      /interactivity:/,
      "event_subscriptions: { bot_events: [app_mention] }\n  $&",
      /settings: Unrecognized key: "event_subscriptions"/,
    ],
    [
      "the socket mode",
      /socket_mode_enabled: false/,
      "socket_mode_enabled: true",
      /socket_mode_enabled: must be false/,
    ],
    [
      "a token that expires",
      /token_rotation_enabled: false/,
      "token_rotation_enabled: true",
      /token_rotation_enabled: must be false/,
    ],
  ])("with %s is refused", (_name, from, to, says) => {
    const changed = manifest.replace(from, to);
    expect(changed).not.toBe(manifest);
    expect(manifestFaults(changed)).toContainEqual(expect.stringMatching(says));
  });
});

describe("the scopes", () => {
  it("are those of the methods that the code calls", () => {
    expect(called.length).toBeGreaterThan(5);
    expect([...methods].sort()).toEqual(called);
  });

  it("are those by which the simulated workspace judges the same calls, and the bot there has them and no others", () => {
    const wanted = called.flatMap((method) => simulated[method]?.scopes ?? [`${method} is not simulated`]);
    expect([...neededScopes]).toEqual([...new Set(["commands", ...wanted])].sort());
    expect([...acme().app.scopes].sort()).toEqual([...neededScopes]);
  });
});
