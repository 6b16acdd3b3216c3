import { createHmac, timingSafeEqual } from "node:crypto";
import type { Instant } from "../core/time.ts";

/** An HTTP request as API Gateway, a function URL or our own server hands it over. */
export interface HttpRequest {
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
  readonly body?: string | null | undefined;
  readonly isBase64Encoded?: boolean | undefined;
  /** Where the payload format 1.0 has the method, and where 2.0 has it. */
  readonly httpMethod?: string | undefined;
  readonly requestContext?:
    | { readonly http?: { readonly method?: string | undefined } | undefined }
    | undefined;
}

/** A request that Slack signed: the body as text, the headers that Bolt reads. */
export interface VerifiedRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded: false;
}

export type Verdict = { readonly ok: VerifiedRequest } | { readonly refused: 400 | 401 | 405 | 413 | 415 };

const largestBody = 1_000_000;
const oldest = 300;
const form = "application/x-www-form-urlencoded";

/**
 * Judges where a request comes from before anything of it is parsed. Stricter than Bolt's own receiver, which takes
 * any version prefix and any timestamp in the future: with both, one leaked signature over a body that its sender
 * could shape can be cut at another colon into a second, valid request for ever.
 */
export function verify(request: HttpRequest, signingSecret: string, now: Instant): Verdict {
  const method = request.requestContext?.http?.method ?? request.httpMethod;
  if (method !== undefined && method.toUpperCase() !== "POST") return { refused: 405 };

  const signature = header(request, "x-slack-signature");
  const timestamp = header(request, "x-slack-request-timestamp");
  if (!signature || !/^v0=[0-9a-f]{64}$/.test(signature)) return { refused: 401 };
  if (!timestamp || !/^\d{10}$/.test(timestamp)) return { refused: 401 };
  if (Math.abs(now / 1_000 - Number(timestamp)) > oldest) return { refused: 401 };

  const given = request.body ?? "";
  if (given.length > largestBody * (request.isBase64Encoded ? 4 / 3 : 1) + 4) return { refused: 413 };
  const raw = Buffer.from(given, request.isBase64Encoded ? "base64" : "utf8");
  if (raw.length > largestBody) return { refused: 413 };
  if (!isSigned(raw, timestamp, signature, signingSecret)) return { refused: 401 };

  if (header(request, "content-type")?.split(";")[0]?.trim().toLowerCase() !== form) return { refused: 415 };
  const body = decode(raw);
  if (body === undefined) return { refused: 400 };
  return { ok: { headers: { "content-type": form }, body, isBase64Encoded: false } };
}

function isSigned(raw: Buffer, timestamp: string, signature: string, secret: string): boolean {
  const expected = createHmac("sha256", secret).update(`v0:${timestamp}:`).update(raw).digest();
  return timingSafeEqual(expected, Buffer.from(signature.slice("v0=".length), "hex"));
}

/** The one value of a header; a header that is there twice in different spellings has none. */
function header(request: HttpRequest, name: string): string | undefined {
  const values = Object.entries(request.headers ?? {}).filter(([key]) => key.toLowerCase() === name);
  return values.length === 1 ? values[0]?.[1] : undefined;
}

function decode(raw: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw);
  } catch {
    return undefined;
  }
}
