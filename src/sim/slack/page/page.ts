import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import * as z from "zod";
import type { Interactions } from "../interact.ts";
import { slackbot, type Workspace } from "../workspace.ts";
import { players } from "./sidebar-html.ts";
import { drawView } from "./view.ts";

/** Something about the world beside Slack, shown at the top of the page. */
export interface WorldFact {
  readonly label: string;
  readonly value: string;
}

export interface PageDependencies {
  readonly workspace: Workspace;
  readonly interactions: Interactions;
  readonly worldFacts: (() => Promise<readonly WorldFact[]>) | undefined;
}

const styles = ["frame.css", "channel.css", "messages.css", "blocks.css", "controls.css"];
const scripts = ["channel.js", "rows.js", "acting.js", "composer.js"];

/** What the page is made of: its address and its type. */
const assets: ReadonlyMap<string, { readonly file: string; readonly type: string }> = new Map([
  ["/", { file: "channel.html", type: "text/html" }],
  ...styles.map((file) => [`/_page/${file}`, { file, type: "text/css" }] as const),
  ...scripts.map((file) => [`/_page/${file}`, { file, type: "text/javascript" }] as const),
]);

// Nothing on the page needs more than this, so a message that gets past the escaping still cannot run.
const security = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};

const factsEveryMs = 1000;
const coalesceMs = 40;

const message = z.object({
  as: z.string(),
  channel: z.string(),
  text: z.string().trim().min(1),
  thread: z.string().optional(),
});

const click = z.object({
  as: z.string(),
  channel: z.string(),
  messageTs: z.string(),
  blockId: z.string(),
  actionId: z.string(),
  option: z.string().optional(),
});

/** Answers the page's requests; gives false for what is not the page's. */
export async function answerPage(
  page: PageDependencies,
  request: IncomingMessage,
  response: ServerResponse,
  readBody: () => Promise<unknown>,
): Promise<boolean> {
  const url = new URL(request.url ?? "/", "http://loopback");
  if (request.method === "GET") {
    const asset = assets.get(url.pathname);
    if (asset !== undefined) sendAsset(response, asset);
    else if (url.pathname === "/_page/view") sendView(page, url.searchParams, response);
    else if (url.pathname === "/_page/events") sendEvents(page, response);
    else return false;
    return true;
  }
  if (!url.pathname.startsWith("/_page/") || request.method !== "POST") return false;
  // A form on somebody else's page cannot send this type, so nobody else's page can click here.
  if (request.headers["content-type"] !== "application/json") response.writeHead(415).end();
  else await act(page, url.pathname, await readBody(), response);
  return true;
}

function sendAsset(response: ServerResponse, asset: { readonly type: string; readonly file: string }): void {
  response.writeHead(200, { ...security, "content-type": `${asset.type}; charset=utf-8` });
  response.end(readFileSync(new URL(asset.file, import.meta.url)));
}

function sendView(page: PageDependencies, query: URLSearchParams, response: ServerResponse): void {
  const { workspace } = page;
  const choices = players(workspace.state.people);
  const person = choices.find(({ id }) => id === query.get("as")) ?? choices[0];
  const view = drawView(
    {
      workspace,
      person: person?.id ?? "",
      timeZone: timeZone(query.get("zone")),
      now: workspace.now(),
    },
    { channel: query.get("channel") ?? "", thread: query.get("thread") ?? undefined },
  );
  const { command, commandHint, commandExamples } = workspace.state.app;
  sendJson(response, 200, {
    ...view,
    command: { name: command, hint: commandHint, examples: commandExamples },
  });
}

function timeZone(asked: string | null): string {
  return asked !== null && Intl.supportedValuesOf("timeZone").includes(asked) ? asked : "UTC";
}

/** Tells the page when to look again, and once a second what the world is doing. */
function sendEvents(page: PageDependencies, response: ServerResponse): void {
  response.writeHead(200, { ...security, "content-type": "text/event-stream" });
  response.write("retry: 500\n\nevent: changed\ndata:\n\n");
  let pending: NodeJS.Timeout | undefined;
  const stopListening = page.workspace.onChange(() => {
    pending ??= setTimeout(() => {
      pending = undefined;
      response.write("event: changed\ndata:\n\n");
    }, coalesceMs);
  });
  const facts = setInterval(() => {
    page.worldFacts?.().then(
      (list) => response.write(`event: facts\ndata: ${JSON.stringify(list)}\n\n`),
      () => {}, // The world is starting or stopping; the next second tells.
    );
  }, factsEveryMs);
  response.on("close", () => {
    stopListening();
    clearInterval(facts);
    clearTimeout(pending);
  });
}

async function act(
  page: PageDependencies,
  path: string,
  body: unknown,
  response: ServerResponse,
): Promise<void> {
  try {
    if (path === "/_page/message") await say(page, message.parse(body));
    else if (path === "/_page/click") {
      const { as, ...on } = click.parse(body);
      await page.interactions.click({ ...on, user: as });
    } else return sendJson(response, 404, {});
    sendJson(response, 200, {});
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof z.ZodError)) throw error;
    sendJson(response, 409, { problem: error.message });
  }
}

/** What Enter does in the composer: a command, or a message of that person. */
async function say(
  { workspace, interactions }: PageDependencies,
  said: z.infer<typeof message>,
): Promise<void> {
  const channel = workspace.channel(said.channel);
  if (!channel?.members.includes(said.as)) throw new RangeError(`${said.as} is not in that channel`);
  if (channel.archived) throw new RangeError(`#${channel.name} is archived`);
  const place = { channel: channel.id, ...(said.thread !== undefined && { threadTs: said.thread }) };
  const [name = ""] = said.text.split(/\s/, 1);
  const tell = (text: string) => workspace.postEphemeral({ ...place, user: said.as, author: slackbot, text });
  if (!name.startsWith("/")) {
    workspace.post({ ...place, author: said.as, text: escapeText(said.text) });
  } else if (name !== workspace.state.app.command) {
    tell(`\`${escapeText(name)}\` is not a valid command.`);
  } else if (said.thread !== undefined) {
    tell(`\`${name}\` is not supported in threads. Sorry!`);
  } else {
    await interactions.command({
      user: said.as,
      channel: channel.id,
      text: said.text.slice(name.length).trim(),
    });
  }
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { ...security, "content-type": "application/json; charset=utf-8" });
  response.end(JSON.stringify(body));
}
