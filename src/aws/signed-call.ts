import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import { CloudFault } from "../core/cloud.ts";
import type { Duration, Instant } from "../core/time.ts";
import { calling } from "./faults.ts";

/** One call of AWS without a client of the SDK, whose start alone takes a good part of the time that Slack waits for an answer. */
export interface SignedCall {
  readonly service: "dynamodb" | "lambda" | "ecs" | "logs" | "secretsmanager" | "ram";
  readonly operation: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Milliseconds until the answer must be there. */
  readonly patience: Duration;
}

/** Who calls, and where. */
export interface Origin {
  readonly region: string;
  /** One address for every service, instead of AWS's own. */
  readonly endpoint?: string | undefined;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string | undefined;
  };
  /** The signature says when it was made, and AWS takes it for five minutes. */
  readonly now: () => Instant;
}

export interface Answer {
  readonly headers: Headers;
  readonly body: string;
}

/**
 * Calls once. Throws a `CloudFault`, sorted as the SDK's are.
 * Source: IAM User Guide, AWS Signature Version 4 for API requests.
 */
export function signedCall(origin: Origin, call: SignedCall): Promise<Answer> {
  return calling(call.operation, async () => {
    const { url, init } = await signed(origin, call);
    try {
      const response = await fetch(url, init);
      const answer = { headers: response.headers, body: await response.text() };
      if (!response.ok) throw refusalIn(response.status, answer);
      return answer;
    } catch (fault) {
      throw unreached(call.operation, fault);
    }
  });
}

async function signed(origin: Origin, { service, path, headers, body, patience }: SignedCall) {
  const { region, credentials, now } = origin;
  const { protocol, host, hostname } = addressOf(origin, service);
  const { sessionToken, ...key } = credentials;
  const signer = new SignatureV4({
    service,
    region,
    credentials: { ...key, ...(sessionToken !== undefined && { sessionToken }) },
    sha256: Sha256,
    applyChecksum: false,
  });
  const request = {
    protocol,
    hostname,
    method: "POST",
    path,
    query: {},
    headers: { ...headers, host },
    body,
  };
  const { headers: all } = await signer.sign(request, { signingDate: new Date(now()) });
  const init = {
    method: "POST",
    headers: all,
    body,
    // A redirect would take the request, and the signature with it, to somebody else.
    redirect: "error",
    signal: AbortSignal.timeout(patience),
  } as const;
  return { url: `${protocol}//${host}${path}`, init };
}

/** Source: AWS General Reference, service endpoints; China has a domain of its own. */
export function addressOf(
  { region, endpoint }: Pick<Origin, "region" | "endpoint">,
  service: SignedCall["service"],
): URL {
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  return new URL(endpoint ?? `https://${service}.${region}.${domain}`);
}

/** What the signer needs to be told of a hash. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", bytesOf(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === "string") return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

/** Like an error of the SDK: named by the service's code, which DynamoDB has in the body and Lambda in a header. */
function refusalIn(status: number, { headers, body }: Answer): Error {
  const said = parsed(body);
  const code = String(said.__type ?? headers.get("x-amzn-errortype") ?? `HTTP ${status}`);
  const [name = code] = (code.split("#").at(-1) ?? code).split(":");
  const error = new Error(String(said.message ?? said.Message ?? `HTTP status ${status}`));
  return Object.assign(error, { name, $metadata: { httpStatusCode: status } });
}

/** Whatever stands between may answer with a page. */
function parsed(body: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(body));
  } catch {
    return {};
  }
}

/** `fetch` hides what became of the connection in the cause of an error that says nothing. */
function unreached(operation: string, fault: unknown): unknown {
  if (!(fault instanceof TypeError) || !(fault.cause instanceof Error)) return fault;
  const { cause } = fault;
  const code = "code" in cause ? String(cause.code) : cause.name;
  return new CloudFault("unanswered", code, operation, cause.message || code, fault);
}
