import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { composeFront } from "../compose/front.ts";
import { seconds } from "../core/time.ts";
import type { Log } from "../engine/deps.ts";
import type { Desk } from "../operate/desk.ts";
import type { Health } from "./health.ts";

type Front = ReturnType<typeof composeFront>;

/** Slack's requests are some kilobytes. The front refuses the same, but only once it has them in memory. */
const largestBody = 1_000_000;

const limits = {
  maxHeaderSize: 16_384,
  // Whoever sends byte by byte holds a connection no longer than this.
  headersTimeout: seconds(5),
  requestTimeout: seconds(10),
  // How often the two are looked at; Node's own half a minute would make nothing of them.
  connectionsCheckingInterval: seconds(1),
  // Longer than load balancers keep theirs (AWS: a minute), or they send into a connection that is just being closed.
  keepAliveTimeout: seconds(65),
} as const;

export interface HttpServer {
  /** Without a slash at its end. */
  readonly url: string;
  /** Takes no more connections and resolves when those that are there have had their answers. */
  close(): Promise<void>;
}

/**
 * Listens for what Slack sends, at `POST /slack`, and for operators, at `POST /operate`, and answers `GET /health`: 200 where all
 * is well, else 503. Rejects with the system's error where the address cannot be listened on.
 */
export async function serveHttp(options: {
  readonly address: string;
  /** 0: any free one. */
  readonly port: number;
  readonly front: Front;
  /** Answers operators. */
  readonly desk: Desk;
  readonly health: () => Health;
  readonly log: Log;
}): Promise<HttpServer> {
  const unanswered = new Set<ServerResponse>();
  const server = createServer(limits, (request, response) => {
    unanswered.add(response);
    response.once("close", () => unanswered.delete(response));
    route(options, request, response).catch((fault: unknown) => {
      // A client that has gone away is nobody's fault.
      if (!request.destroyed || request.complete) options.log.error("request-failed", { fault });
      if (response.headersSent) response.destroy();
      else answer(response, 500);
    });
  });
  server.listen(options.port, options.address);
  await once(server, "listening");
  const { address, port, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === "IPv6" ? `[${address}]` : address}:${port}`,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      // A connection that is kept for another request would hold the process for as long as it is kept.
      for (const response of unanswered) response.shouldKeepAlive = false;
      await closed;
    },
  };
}

async function route(
  { front, desk, health }: Pick<Parameters<typeof serveHttp>[0], "front" | "desk" | "health">,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path] = (request.url ?? "").split("?");
  if (path === "/slack") return answerSlack(front, request, response);
  if (path === "/operate") return answerOperator(desk, request, response);
  if (path !== "/health") return answer(response, 404);
  if (request.method !== "GET" && request.method !== "HEAD") return answer(response, 405);
  const now = health();
  const headers = { "content-type": "application/json", "cache-control": "no-store" };
  answer(response, now.status === "ok" ? 200 : 503, JSON.stringify(now), headers);
}

async function answerSlack(front: Front, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request);
  if (body === undefined) return answer(response, 413, "", { connection: "close" });
  const reply = await front({
    headers: request.headers as Readonly<Record<string, string>>,
    // The signature is over the bytes: as text they might not come out the same.
    body: body.toString("base64"),
    isBase64Encoded: true,
    httpMethod: request.method,
  });
  const headers = Object.entries(reply.headers ?? {}).map(([name, value]) => [name, String(value)] as const);
  answer(response, reply.statusCode, reply.body, Object.fromEntries(headers));
}

/** Who it is, and what it is worth, is the desk's to judge. */
async function answerOperator(desk: Desk, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== "POST") return answer(response, 405);
  const body = await bodyOf(request);
  if (body === undefined) return answer(response, 413, "", { connection: "close" });
  const notice = await desk(jsonOf(body));
  answer(response, 200, JSON.stringify(notice), {
    "content-type": "application/json",
    "cache-control": "no-store",
  });
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}

/** Undefined where it is larger than anything that Slack sends; what is left of it is then not read. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers["content-length"] ?? 0) > largestBody) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > largestBody) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function answer(
  response: ServerResponse,
  status: number,
  body = "",
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, headers).end(body);
}
