import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { sign } from "../../src/sim/slack/sign.ts";
import { type HttpRequest, verify } from "../../src/slack/verify.ts";

const secret = "a signing secret of thirty-two c";
const seconds = 1_795_521_600;
const now = seconds * 1_000;
const form = "application/x-www-form-urlencoded";
const body = "command=%2Fencrypt-db&text=start+orders-prod&team_id=T0ACME001";

const signed = (over: { timestamp?: number | string; body?: string; secret?: string } = {}) =>
  sign({ secret, timestamp: seconds, body, ...over });

const withHeaders = (change: Record<string, string | undefined>, from = signed()): HttpRequest => ({
  ...from,
  headers: { ...from.headers, ...change },
});

const outcome = (request: HttpRequest, at = now) => {
  const verdict = verify(request, secret, at);
  return "ok" in verdict ? "taken" : verdict.refused;
};

const signature = signed().headers["x-slack-signature"] ?? "";
const large = `text=${"x".repeat(1_000_000 - 5)}`;
const base64 = (text: string | Buffer) => ({
  body: Buffer.from(text).toString("base64"),
  isBase64Encoded: true,
});

/**
 * The sender of an event can shape its text. From one leaked signature over such a body, cut the signed string
 * `v0:TS:BODY` at a later colon: version, timestamp and body are others, and the HMAC is the same.
 */
function resplit(): HttpRequest {
  const shaped = `{"text":"hello:9999999999:payload=%7B%22type%22%3A%22block_actions%22%7D&x="}`;
  const leaked = sign({ secret, timestamp: seconds, body: shaped });
  const [head = "", tail = ""] = shaped.split(":9999999999:");
  const mac = leaked.headers["x-slack-signature"]?.slice(3);
  return {
    headers: {
      "content-type": form,
      "x-slack-request-timestamp": "9999999999",
      "x-slack-signature": `v0:${seconds}:${head}=${mac}`,
    },
    body: tail,
  };
}

const refused: [string, number, HttpRequest, number?][] = [
  // The signature.
  ["no signature", 401, withHeaders({ "x-slack-signature": undefined })],
  ["an empty signature", 401, withHeaders({ "x-slack-signature": "" })],
  ["a signature of another secret", 401, signed({ secret: "another secret" })],
  ["a signature of another body", 401, { ...signed(), body: `${body}&x=1` }],
  ["a body cut short", 401, { ...signed(), body: body.slice(0, -1) }],
  ["a missing body", 401, { ...signed(), body: null }],
  [
    "a signature with one digit changed",
    401,
    withHeaders({ "x-slack-signature": `${signature.slice(0, -1)}x` }),
  ],
  ["a signature one digit short", 401, withHeaders({ "x-slack-signature": signature.slice(0, -1) })],
  ["a signature one digit long", 401, withHeaders({ "x-slack-signature": `${signature}0` })],
  ["a signature in capitals", 401, withHeaders({ "x-slack-signature": signature.toUpperCase() })],
  ["another version", 401, withHeaders({ "x-slack-signature": signature.replace("v0", "v1") })],
  ["a version of two digits", 401, withHeaders({ "x-slack-signature": signature.replace("v0", "v00") })],
  ["no version", 401, withHeaders({ "x-slack-signature": signature.slice(3) })],
  [
    "a second signature behind a comma",
    401,
    withHeaders({ "x-slack-signature": `${signature},${signature}` }),
  ],
  ["a newline behind the signature", 401, withHeaders({ "x-slack-signature": `${signature}\n` })],
  ["two spellings of the signature header", 401, withHeaders({ "X-Slack-Signature": signature })],
  ["a signed string cut at another colon", 401, resplit()],
  ["the same cut, when its time has come", 401, resplit(), 9_999_999_999_000],
  // The timestamp.
  ["no timestamp", 401, withHeaders({ "x-slack-request-timestamp": undefined })],
  ["an empty timestamp", 401, signed({ timestamp: "" })],
  ["a timestamp that is no number", 401, signed({ timestamp: "now" })],
  ["a timestamp in milliseconds", 401, signed({ timestamp: now })],
  ["a timestamp with a fraction", 401, signed({ timestamp: `${seconds}.5` })],
  ["a negative timestamp", 401, signed({ timestamp: `-${seconds}` })],
  ["a timestamp with a sign", 401, signed({ timestamp: `+${seconds}` })],
  ["a timestamp with a space", 401, signed({ timestamp: ` ${seconds}` })],
  ["a timestamp in another notation", 401, signed({ timestamp: "1.7955216e9" })],
  ["a timestamp in Arabic digits", 401, signed({ timestamp: "١٧٩٥٥٢١٦٠٠" })],
  [
    "a timestamp that is not the signed one",
    401,
    withHeaders({ "x-slack-request-timestamp": `${seconds + 1}` }),
  ],
  ["a timestamp 301 s old", 401, signed({ timestamp: seconds - 301 })],
  ["a timestamp 301 s in the future", 401, signed({ timestamp: seconds + 301 })],
  ["a timestamp a day in the future", 401, signed({ timestamp: seconds + 86_400 })],
  ["a timestamp years in the future", 401, signed({ timestamp: 9_999_999_999 })],
  ["a request replayed after six minutes", 401, signed(), now + 360_000],
  // The shape of the request.
  ["no headers", 401, { body }],
  ["an event that is no HTTP request", 401, { Records: [] } as HttpRequest],
  ["GET, format 2.0", 405, { ...signed(), requestContext: { http: { method: "GET" } } }],
  ["GET, format 1.0", 405, { ...signed(), httpMethod: "GET" }],
  ["PUT", 405, { ...signed(), httpMethod: "PUT" }],
  ["a body over a megabyte", 413, signed({ body: `${large}x` })],
  ["a base64 body over a megabyte", 413, { ...signed({ body: `${large}x` }), ...base64(`${large}x`) }],
  ["an unsigned body of six megabytes", 413, { ...signed(), body: "x".repeat(6_000_000) }],
  ["JSON", 415, withHeaders({ "content-type": "application/json" })],
  ["no content type", 415, withHeaders({ "content-type": undefined })],
  ["a content type that only begins well", 415, withHeaders({ "content-type": `${form}ish` })],
  [
    "unsigned JSON that does not parse",
    401,
    { headers: { "content-type": "application/json" }, body: "{bad" },
  ],
  [
    "an unsigned payload that does not parse",
    401,
    { headers: { "content-type": form }, body: "payload={bad" },
  ],
  ["an unsigned ssl_check", 401, { headers: { "content-type": form }, body: "ssl_check=1" }],
  ["base64 that was signed as it is written", 401, { ...signed(), isBase64Encoded: true }],
];

describe("verify", () => {
  it.each(refused)("refuses %s with %d", (_, status, request, at = now) => {
    expect(outcome(request, at)).toBe(status);
  });

  it("refuses signed bytes that are no UTF-8", () => {
    const bytes = Buffer.from([0x74, 0x3d, 0xff, 0xfe]);
    const mac = createHmac("sha256", secret).update(`v0:${seconds}:`).update(bytes).digest("hex");
    expect(outcome({ ...withHeaders({ "x-slack-signature": `v0=${mac}` }), ...base64(bytes) })).toBe(400);
  });

  const taken: [string, HttpRequest][] = [
    ["a request as Slack sends it", signed()],
    ["headers in capitals", { headers: upperCased(signed().headers), body }],
    ["a content type with a charset", withHeaders({ "content-type": `${form}; charset=utf-8` })],
    ["a content type in capitals", withHeaders({ "content-type": form.toUpperCase() })],
    ["POST, format 2.0", { ...signed(), requestContext: { http: { method: "POST" } } }],
    ["POST, format 1.0", { ...signed(), httpMethod: "POST" }],
    ["a base64 body", { ...signed(), ...base64(body) }],
    ["a timestamp 300 s old", signed({ timestamp: seconds - 300 })],
    ["a timestamp 300 s in the future", signed({ timestamp: seconds + 300 })],
    ["a body of a megabyte", signed({ body: large })],
    ["a base64 body of a megabyte", { ...signed({ body: large }), ...base64(large) }],
    [
      "Slack's retry headers",
      withHeaders({ "x-slack-retry-num": "1", "x-slack-retry-reason": "http_timeout" }),
    ],
  ];

  it.each(taken)("takes %s", (_, request) => {
    expect(outcome(request)).toBe("taken");
  });

  it("hands on the body as the text it is, also from base64 and beyond ASCII", () => {
    const text = "text=“orders–prod” für Zoë 💥";
    const verdict = verify({ ...signed({ body: text }), ...base64(text) }, secret, now);
    expect(verdict).toEqual({
      ok: { body: text, headers: { "content-type": form }, isBase64Encoded: false },
    });
  });

  it("hands on no header that proves anything", () => {
    const verdict = verify(withHeaders({ authorization: "Bearer x", cookie: "y" }), secret, now);
    expect("ok" in verdict && Object.keys(verdict.ok.headers)).toEqual(["content-type"]);
  });
});

function upperCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]));
}
