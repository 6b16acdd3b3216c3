import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Account } from "../account.ts";
import { AwsFault, clients, NoAnswer, type Service, unmodelled } from "../fault.ts";
import { identityOf } from "../iam/identities.ts";
import { ec2Query } from "./ec2.ts";
import { awsJson } from "./json.ts";
import type { Protocol, WireRequest, WireResponse } from "./message.ts";
import { awsQuery } from "./query.ts";
import { restJson } from "./rest.ts";
import { checkSignature } from "./signature.ts";

const protocols: Readonly<Record<Service, Protocol>> = {
  rds: awsQuery,
  backup: restJson,
  sts: awsQuery,
  kms: awsJson,
  "application-autoscaling": awsJson,
  ram: restJson,
  lambda: restJson,
  iam: awsQuery,
  ec2: ec2Query,
};

/** The service that a request was signed for: `Credential=<id>/<date>/<region>/<service>/aws4_request`. */
function serviceOf({ headers }: WireRequest): Service | undefined {
  const name = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\/aws4_request/.exec(headers.authorization ?? "")?.[1];
  return name !== undefined && Object.hasOwn(clients, name) ? (name as Service) : undefined;
}

function accessKeyOf({ headers }: WireRequest): string | undefined {
  return /Credential=([^/]+)\//.exec(headers.authorization ?? "")?.[1];
}

const unsigned: WireResponse = {
  status: 403,
  headers: { "content-type": "application/json", "x-amzn-errortype": "MissingAuthenticationToken" },
  body: JSON.stringify({ message: "The request is not signed for a service of the simulated account." }),
};

/** Answers one request as the wire would; throws NoAnswer where the answer gets lost. */
async function answer(asked: Account, request: WireRequest): Promise<WireResponse> {
  const service = serviceOf(request);
  if (service === undefined) return unsigned;
  const protocol = protocols[service];
  const requestId = randomUUID();
  const accessKey = accessKeyOf(request);
  const account = asked.answering(accessKey);
  try {
    const { secret } = identityOf(account.state, accessKey);
    if (secret !== undefined) checkSignature(request, secret);
    const { operation, input } = protocol.read(service, request);
    const output = await account.handle(service, operation, input, accessKey);
    return protocol.write(service, operation, output, requestId);
  } catch (error) {
    if (error instanceof NoAnswer) throw error;
    return protocol.refuse(service, error instanceof AwsFault ? error : internalFailure(error), requestId);
  }
}

function internalFailure(error: unknown): AwsFault {
  return unmodelled("InternalFailure", error instanceof Error ? error.message : String(error), 500);
}

interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** The account as an SDK client's `requestHandler`: everything but the sockets. */
export function requestHandler(account: Account) {
  return {
    async handle({ method, path, query = {}, headers, body }: SdkRequest) {
      const request: WireRequest = {
        method,
        path,
        query: new URLSearchParams(
          Object.entries(query).map(([key, value]) => [key, String(value)] as [string, string]),
        ),
        headers: lowerCase(headers),
        body: body instanceof Uint8Array ? new TextDecoder().decode(body) : String(body ?? ""),
      };
      const { status, ...response } = await answer(account, request);
      const bytes = new TextEncoder().encode(response.body);
      return { response: { statusCode: status, headers: { ...response.headers }, body: bytes } };
    },
  };
}

const lowerCase = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

const largestBody = 1_000_000;

/** Undefined where the body is larger than any request of these services. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > largestBody) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

async function serve(account: Account, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request);
  if (body === undefined) {
    response.writeHead(413).end();
    return;
  }
  const url = new URL(request.url ?? "/", "http://account");
  try {
    const {
      status,
      headers,
      body: text,
    } = await answer(account, {
      method: request.method ?? "",
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers as Readonly<Record<string, string>>,
      body,
    });
    response.writeHead(status, headers).end(text);
  } catch {
    // A lost answer: the caller sees its connection end.
    response.destroy();
  }
}

export interface AccountServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * The account on a loopback port (any free one if none is given). Requests to DynamoDB go to `dynamo`, so
 * that one endpoint URL serves every client.
 */
export async function listen(
  account: Account,
  options: {
    readonly port?: number;
    readonly dynamo?: (request: IncomingMessage, response: ServerResponse) => void;
  } = {},
): Promise<AccountServer> {
  const server = createServer((request, response) => {
    const target = request.headers["x-amz-target"];
    const forDynamo = typeof target === "string" && target.startsWith("DynamoDB_");
    if (forDynamo && options.dynamo) options.dynamo(request, response);
    else void serve(account, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => closed(server) };
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
  });
}
