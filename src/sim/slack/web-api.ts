import { chatMethods } from "./chat-methods.ts";
import { fileMethods } from "./file-methods.ts";
import { lookupMethods } from "./lookup-methods.ts";
import { Arguments, type Method, SlackError } from "./method.ts";
import type { Workspace } from "./workspace.ts";

/** Every method that this workspace covers; a test compares it with what the product calls. */
export const methods: Readonly<Record<string, Method>> = { ...chatMethods, ...fileMethods, ...lookupMethods };

export interface ApiRequest {
  readonly method: string;
  readonly contentType: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

/** An answer, or what happens instead of one. */
export type ApiReply =
  | {
      readonly kind: "reply";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: unknown;
    }
  | { readonly kind: "silence" }
  | { readonly kind: "cut" };

/** Answers one call of the Web API, after the fault that the workspace's hook asks for, and logs it. */
export function answer(workspace: Workspace, token: string, request: ApiRequest): ApiReply {
  const values = readBody(request);
  const { token: _, ...args } = values;
  const fault = workspace.faultFor({ method: request.method, args });
  const log = (outcome: string) =>
    workspace.calls.push({ at: workspace.now(), method: request.method, outcome });
  if (fault !== undefined) log(fault.kind);
  switch (fault?.kind) {
    case "rate-limited":
      return reply(429, { ok: false, error: "ratelimited" }, { "retry-after": `${fault.retryAfterSeconds}` });
    case "server-error":
      return reply(500, { ok: false, error: "internal_error" });
    case "hang":
      return { kind: "silence" };
    case "lost-reply":
      outcomeOf(workspace, token, request, values);
      return { kind: "cut" };
    case undefined: {
      const outcome = outcomeOf(workspace, token, request, values);
      log(outcome.ok ? "ok" : String(outcome.error));
      return reply(200, outcome, { "x-oauth-scopes": workspace.state.app.scopes.join(",") });
    }
  }
}

function reply(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): ApiReply {
  return { kind: "reply", status, headers, body };
}

function outcomeOf(
  workspace: Workspace,
  token: string,
  request: ApiRequest,
  args: Readonly<Record<string, unknown>>,
): { readonly ok: boolean; readonly error?: string } {
  try {
    checkToken(request.authorization?.replace(/^Bearer /, "") ?? args.token, token);
    const method = Object.hasOwn(methods, request.method) ? methods[request.method] : undefined;
    if (method === undefined) throw new SlackError("unknown_method", { req_method: request.method });
    checkScopes(workspace, method);
    return { ok: true, ...method.handle(workspace, new Arguments(args)) };
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    return { ok: false, error: error.code, ...error.more };
  }
}

function checkToken(given: unknown, expected: string): void {
  if (typeof given !== "string" || given === "") throw new SlackError("not_authed");
  if (given !== expected) throw new SlackError("invalid_auth");
}

function checkScopes(workspace: Workspace, method: Method): void {
  const { scopes } = workspace.state.app;
  if (method.scopes.length === 0 || method.scopes.some((scope) => scopes.includes(scope))) return;
  throw new SlackError("missing_scope", { needed: method.scopes.join(","), provided: scopes.join(",") });
}

function readBody(request: ApiRequest): Readonly<Record<string, unknown>> {
  if (!request.contentType.startsWith("application/json")) {
    return Object.fromEntries(new URLSearchParams(request.body));
  }
  try {
    const body: unknown = JSON.parse(request.body);
    return typeof body === "object" && body !== null && !Array.isArray(body) ? { ...body } : {};
  } catch {
    return {};
  }
}
