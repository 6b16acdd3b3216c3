import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { takeFile } from "./files.ts";
import { type Deliver, type Interactions, interactions } from "./interact.ts";
import { answerPage, type PageDependencies, type WorldFact } from "./page/page.ts";
import { answerResponse } from "./response-url.ts";
import { answer } from "./web-api.ts";
import type { Workspace } from "./workspace.ts";

/** A running workspace. `url` ends without a slash; the Web API is at `${url}/api/`. */
export interface Slack extends Interactions {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the workspace on a loopback port (`port` 0 or absent: a free one): Web API, response addresses, and
 * the page. `clock` dates the signatures of requests to the app, which `deliver` carries. `worldFacts` is asked
 * once a second for each page that is open.
 */
export async function startSlack(options: {
  readonly workspace: Workspace;
  readonly signingSecret: string;
  readonly token: string;
  readonly deliver: Deliver;
  readonly clock: { now(): number };
  readonly worldFacts?: () => Promise<readonly WorldFact[]>;
  readonly port?: number;
}): Promise<Slack> {
  const { workspace, token } = options;
  let url = "";
  const acting = interactions({
    workspace,
    signingSecret: options.signingSecret,
    deliver: options.deliver,
    nowSeconds: () => Math.floor(options.clock.now() / 1000),
    baseUrl: () => url,
  });
  const page = { workspace, interactions: acting, worldFacts: options.worldFacts };
  const server = createServer((request, response) => {
    route(page, token, request, response).catch((error: unknown) => {
      console.error("the simulated workspace could not answer", error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  workspace.url = url;

  return {
    url,
    ...acting,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function route(
  page: PageDependencies,
  token: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // A page elsewhere that has its name resolve to this address (DNS rebinding) comes under its own name.
  if (!/^(?:127\.0\.0\.1|localhost)(?::\d+)?$/.test(request.headers.host ?? "")) {
    response.writeHead(421).end();
    return;
  }
  const path = new URL(request.url ?? "/", "http://loopback").pathname;
  const [, area, ...rest] = path.split("/");
  if (area === "api") return answerApi(page.workspace, token, rest.join("/"), request, response);
  if (area === "upload") return answerUpload(page.workspace, rest.at(-1) ?? "", request, response);
  if (area === "files") return sendFile(page.workspace, rest.at(0) ?? "", response);
  if (area === "commands") return answerLent(page.workspace, rest.at(-1) ?? "", request, response);
  if (await answerPage(page, request, response, async () => parseJson(await readText(request)))) return;
  response.writeHead(404).end();
}

async function answerApi(
  workspace: Workspace,
  token: string,
  method: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const reply = answer(workspace, token, {
    method,
    contentType: request.headers["content-type"] ?? "",
    authorization: request.headers.authorization,
    body: await readText(request),
  });
  if (reply.kind === "silence") return;
  if (reply.kind === "cut") {
    request.socket.destroy();
    return;
  }
  response.writeHead(reply.status, { "content-type": "application/json; charset=utf-8", ...reply.headers });
  response.end(JSON.stringify(reply.body));
}

async function answerLent(
  workspace: Workspace,
  id: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readText(request);
  const reply = answerResponse(workspace, id, parseJson(body));
  response.writeHead(reply.status, { "content-type": "text/plain; charset=utf-8" }).end(reply.text);
}

/** Takes the bytes of a file that was announced. */
async function answerUpload(
  workspace: Workspace,
  id: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const taken = takeFile(workspace, id, await readBytes(request));
  response
    .writeHead(taken ? 200 : 400, { "content-type": "text/plain" })
    .end(taken ? "OK" : "no such upload");
}

/** Never shown in the browser: what somebody uploaded must not run beside the page. */
function sendFile(workspace: Workspace, id: string, response: ServerResponse): void {
  const file = workspace.file(id);
  if (!file?.shared || file.content === undefined) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, {
    "content-type": "application/octet-stream",
    "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`,
    "content-security-policy": "sandbox; default-src 'none'",
    "x-content-type-options": "nosniff",
  });
  response.end(Buffer.from(file.content, "base64"));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  return (await readBytes(request)).toString("utf8");
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}
