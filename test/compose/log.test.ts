import { afterEach, describe, expect, test, vi } from "vitest";
import { lineLog } from "../../src/compose/line-log.ts";
import { redaction } from "../../src/compose/redaction.ts";
import { secretsIn } from "../../src/config.ts";
import { CloudFault } from "../../src/core/cloud.ts";

const secrets = {
  SLACK_SIGNING_SECRET: "8f742231b10e8888abcd99yyyzzz85a5",
  // In two parts, or whoever looks for tokens in repositories finds one.
  SLACK_BOT_TOKEN: `${"xoxb"}-1234-5678-abcDEF`,
  DATABASE_PASSWORD: 'p/w "quoted" é',
  AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  AWS_SESSION_TOKEN: "IQoJb3JpZ2luX2VjEXAMPLE//////////",
};

function written(
  fields: Readonly<Record<string, unknown>>,
  given = secretsIn({ ...secrets, TABLE_NAME: "t" }),
) {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  lineLog(given, { log: write, error: write }).error("event", fields);
  return lines.join("\n");
}

afterEach(() => vi.unstubAllEnvs());

describe("no line of the log holds", () => {
  test.each(Object.entries(secrets))("%s, in whatever field, text or error it comes", (_name, secret) => {
    const cause = new Error(`the password was ${secret}`);
    const fault = Object.assign(new CloudFault("refused", "Denied", "Invoke", `said: ${secret}!`, cause), {
      request: { headers: { authorization: secret } },
    });
    const line = written({
      plain: secret,
      within: `before ${secret} after ${secret}`,
      deep: { list: [{ text: secret }] },
      inUrl: `https://host/?q=${encodeURIComponent(secret)}`,
      inJson: JSON.stringify({ secret }),
      fault,
    });
    expect(line).not.toContain(secret);
    expect(line).not.toContain(JSON.stringify(secret).slice(1, -1));
    expect(line).not.toContain(encodeURIComponent(secret));
    expect(JSON.parse(line)).toMatchObject({ within: "before [redacted] after [redacted]" });
  });

  test.each([
    ["the token of another app", "https://x/?t=1 xapp-1-A0-12-abc", "xapp-1-A0-12-abc"],
    ["a user's token", "sent xoxp-1-2-3", "xoxp-1-2-3"],
    ["a response URL", "POST https://hooks.slack.com/commands/T1/2/abc failed", "T1/2/abc"],
    ["Slack's signature", `v0=${"0123456789abcdef".repeat(4)}`, "0123456789abcdef"],
    ["AWS's signature", "AWS4-HMAC-SHA256 Credential=AKIA/1, Signature=0badcafe", "0badcafe"],
    ["a presigned session", "https://x/?X-Amz-Security-Token=IQoJ&X-Amz-Signature=0badcafe", "IQoJ"],
    ["a presigned signature", "https://x/?X-Amz-Security-Token=IQoJ&X-Amz-Signature=0badcafe", "0badcafe"],
    ["a login", "postgres://encrypt_db:hunter2@host/postgres", "hunter2"],
  ])("%s, although nobody gave it", (_what, text, secret) => {
    expect(written({ fault: new Error(text) })).not.toContain(secret);
  });

  test.each([
    "token",
    "botToken",
    "DATABASE_PASSWORD",
    "authorization",
    "x-slack-signature",
    "responseUrl",
    "response_url",
    "clientSecret",
    "Set-Cookie",
  ])("what a field named %s says", (name) => {
    expect(written({ request: { [name]: "unknown-value" }, [name]: "unknown-value" })).not.toContain(
      "unknown-value",
    );
  });

  test("what is left of a secret that begins like another one", () => {
    expect(written({ text: "is abcdef" }, ["abc", "abcdef"])).not.toContain("def");
  });

  test("anything else that a library hangs on an error", () => {
    const fault = Object.assign(new Error("failed"), { config: { data: "unknown-value" } });
    expect(written({ fault })).not.toContain("unknown-value");
  });
});

describe("a line of the log", () => {
  test("has the form and the names of Powertools' lines", () => {
    vi.stubEnv(
      "_X_AMZN_TRACE_ID",
      "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
    );
    expect(JSON.parse(written({ migration: "m1", database: "a/b/c" }))).toEqual({
      level: "ERROR",
      message: "event",
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      service: "encrypt-db",
      xray_trace_id: "1-5759e988-bd862e3fe1be46a994272793",
      migration: "m1",
      database: "a/b/c",
    });
  });

  test("keeps an error's name, message, stack, code and cause", () => {
    const cause = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
    const { fault } = JSON.parse(
      written({ fault: new CloudFault("unanswered", "Gone", "Invoke", "said", cause) }),
    );
    expect(fault).toMatchObject({
      name: "CloudFault",
      message: "said",
      code: "Gone",
      stack: expect.stringContaining("log.test.ts"),
      cause: { name: "Error", message: "connect", code: "ECONNREFUSED" },
    });
  });

  test("is written whatever it is given", () => {
    const loop: Record<string, unknown> = { big: 1n, none: undefined, nothing: null };
    loop.itself = loop;
    const fault = new Error("round");
    fault.cause = fault;
    expect(() => written({ loop, fault })).not.toThrow();
  });

  test("is left as it is where there is nothing to hide", () => {
    const fields = { migration: "m1", list: [1, "two", null, true], stuck: { code: "step.bug", at: 5 } };
    expect(redaction(["", "elsewhere"])(fields)).toEqual(fields);
  });
});
