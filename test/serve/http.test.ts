import { createHmac } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Health } from "../../src/server/health.ts";
import { type HttpServer, serveHttp } from "../../src/server/http.ts";
import { until } from "../../src/sim/actors.ts";
import { alice, channel, type Front, openFront, signingSecret } from "../slack/front.ts";
import { noon } from "../slack/lives.ts";

let front: Front;
let http: HttpServer;
let health: Health;
let logged: string[];
/** Awaited before the front hears of a request. */
let before: () => Promise<void>;
let isClosed: boolean;

beforeEach(async () => {
  front = await openFront();
  health = { status: "ok", polledAt: "2026-11-26T15:00:00.000Z", storeAnsweredAt: null };
  logged = [];
  isClosed = false;
  before = async () => {};
  http = await serveHttp({
    address: "127.0.0.1",
    port: 0,
    front: async (request) => {
      await before();
      return front.deliver(request);
    },
    desk: async () => {
      throw new Error("nobody asked the desk");
    },
    health: () => health,
    log: { info: () => {}, error: (event) => logged.push(event) },
  });
});

afterEach(async () => {
  if (!isClosed) await http.close();
  await front.slack.close();
});

const command = (text: string) => front.slack.commandRequest({ user: alice, channel, text });

/** Writes raw bytes, and gives what comes back until the connection ends. */
async function sendRaw(...parts: readonly string[]): Promise<string> {
  const socket = connect(Number(new URL(http.url).port), "127.0.0.1");
  let heard = "";
  socket.setEncoding("utf8").on("data", (text) => {
    heard += text;
  });
  // Refused in the middle of what is being sent.
  socket.on("error", () => {});
  for (const part of parts) socket.write(part);
  await once(socket, "close");
  return heard;
}

test("what Slack signed reaches the front byte for byte and is answered", async () => {
  const { headers, body } = command("status Größe-ﬀ-🗝");
  const response = await fetch(`${http.url}/slack`, { method: "POST", headers, body });

  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toMatch(/json/);
  expect(await response.json()).toMatchObject({ response_type: "ephemeral" });
});

test("a recorded command wakes the poller", async () => {
  const { headers, body } = command("status orders-prod");
  await fetch(`${http.url}/slack?from=proxy`, { method: "POST", headers, body });

  expect(front.requests()).toHaveLength(1);
  expect(front.woken).toBe(1);
});

test("bytes that are no text are judged as they are: signed, but not to be read", async () => {
  const body = Buffer.from([0x74, 0x3d, 0xff, 0xfe]);
  const timestamp = String(noon / 1_000);
  const digest = createHmac("sha256", signingSecret).update(`v0:${timestamp}:`).update(body).digest("hex");
  const headers = {
    ...command("help").headers,
    "x-slack-request-timestamp": timestamp,
    "x-slack-signature": `v0=${digest}`,
  };
  expect((await fetch(`${http.url}/slack`, { method: "POST", headers, body })).status).toBe(400);
});

test("one byte less or more than was signed is refused", async () => {
  const { headers, body } = command("status orders-prod");
  for (const changed of [body.slice(0, -1), `${body}&`]) {
    const response = await fetch(`${http.url}/slack`, { method: "POST", headers, body: changed });
    expect(response.status).toBe(401);
    expect(await response.text()).toBe("");
  }
  expect(front.requests()).toEqual([]);
});

test("a signature that is there twice is none", async () => {
  const { headers, body } = command("status orders-prod");
  const lines = [...Object.entries(headers), ["x-slack-signature", `v0=${"0".repeat(64)}`]];
  const heard = await sendRaw(
    `POST /slack HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`,
    ...lines.map(([name, value]) => `${name}: ${value}\r\n`),
    `\r\n${body}`,
  );
  expect(heard).toMatch(/^HTTP\/1\.1 401 /);
});

test.each([
  ["GET", "/slack", 405],
  ["POST", "/", 404],
  ["POST", "/health", 405],
  ["POST", "//slack", 404],
])("%s %s is answered with %i", async (method, path, status) => {
  expect((await fetch(`${http.url}${path}`, { method })).status).toBe(status);
});

test("a body that says it is too large is refused before it is sent", async () => {
  const heard = await sendRaw("POST /slack HTTP/1.1\r\nhost: x\r\ncontent-length: 1000001\r\n\r\n");
  expect(heard).toMatch(/^HTTP\/1\.1 413 /);
});

test("a body that grows too large without having said so is refused", async () => {
  const chunk = `${(100_000).toString(16)}\r\n${"a".repeat(100_000)}\r\n`;
  const heard = await sendRaw(
    "POST /slack HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n",
    ...Array.from({ length: 11 }, () => chunk),
  );
  expect(heard).toMatch(/^HTTP\/1\.1 413 /);
});

test("whoever sends headers or a body too slowly loses the connection", async () => {
  const begun = Date.now();
  const [headers, body, nothing] = await Promise.all([
    sendRaw("POST /slack HTTP/1.1\r\nhost: x\r\n").then((heard) => ({ heard, took: Date.now() - begun })),
    sendRaw("POST /slack HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\na"),
    sendRaw(),
  ]);

  expect(headers.heard).toMatch(/^HTTP\/1\.1 408 /);
  expect(headers.took).toBeLessThan(8_000);
  expect(body).toMatch(/^HTTP\/1\.1 408 /);
  expect(nothing).toMatch(/^HTTP\/1\.1 408 /);
  expect(Date.now() - begun).toBeLessThan(14_000);
  expect(logged).toEqual([]);
});

test.each([
  ["ok", 200],
  ["starting", 503],
  ["poller-silent", 503],
  ["store-unreachable", 503],
] as const)("health that is %s is answered with %i and with what was last seen", async (status, code) => {
  health = { ...health, status };
  const response = await fetch(`${http.url}/health`);

  expect(response.status).toBe(code);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(await response.json()).toEqual(health);
});

test("a front that fails is answered with a bare 500 and logged", async () => {
  before = () => Promise.reject(new Error("very-secret"));
  const response = await fetch(`${http.url}/slack`, { method: "POST", body: "x" });

  expect(response.status).toBe(500);
  expect(await response.text()).toBe("");
  expect(logged).toEqual(["request-failed"]);
});

test("closing lets an answer that is under way finish, and takes no connection more", async () => {
  let arrived = false;
  let finish = () => {};
  before = () => {
    arrived = true;
    return new Promise((resolve) => {
      finish = resolve;
    });
  };
  const { headers, body } = command("status orders-prod");
  const answer = fetch(`${http.url}/slack`, { method: "POST", headers, body });
  await until("the request to arrive", () => arrived || undefined);
  isClosed = true;
  const closed = http.close();
  await expect(fetch(`${http.url}/health`)).rejects.toThrow();
  finish();

  const { status, headers: told } = await answer;
  expect(status).toBe(200);
  // The connection would otherwise be kept for another request, and hold the process for a minute.
  expect(told.get("connection")).toBe("close");
  await closed;
});
