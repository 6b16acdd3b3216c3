import type { IncomingMessage, ServerResponse } from "node:http";
import { DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { LambdaClient } from "@aws-sdk/client-lambda";
import dynalite from "dynalite";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } from "vitest";
import { createDynamoClient } from "../../src/aws/clients.ts";
import { keys } from "../../src/aws/dynamo-items.ts";
import { createDynamoStore } from "../../src/aws/dynamo-store.ts";
import { putRequest } from "../../src/aws/inbox.ts";
import { call, wake } from "../../src/aws/invoke.ts";
import { addressOf, type Origin } from "../../src/aws/signed-call.ts";
import type { Request } from "../../src/engine/request.ts";
import { givePersonKey } from "../../src/sim/aws/iam/identities.ts";
import { type AccountServer, listen } from "../../src/sim/aws/wire/server.ts";
import { checkSignature } from "../../src/sim/aws/wire/signature.ts";
import { createTable } from "../../src/sim/create-table.ts";
import { laboratory } from "../sim/aws/laboratory.ts";

type Exchange = (request: IncomingMessage, response: ServerResponse) => void;

const region = "eu-central-1";
const table = "encrypt-db";
const credentials = { accessKeyId: "AKIAFRONT", secretAccessKey: "a-secret", sessionToken: "a-token" };
const { account } = laboratory();
const dynamo = dynalite({ createTableMs: 0 });
const answer: Exchange = (request, response) => dynamo.emit("request", request, response);

let server: AccountServer;
let sdk: DynamoDBClient;
let origin: Origin;
let asked: Exchange[] = [];
let heard: IncomingMessage[] = [];
let requests = 0;

beforeAll(async () => {
  server = await listen(account, {
    dynamo: (request, response) => {
      heard.push(request);
      (asked.shift() ?? answer)(request, response);
    },
  });
  sdk = createDynamoClient({ region, endpoint: server.url, credentials });
  origin = { region, endpoint: server.url, credentials, now: Date.now };
  await createTable(sdk, table);
  const statements = [{ Effect: "Allow" as const, Action: ["lambda:InvokeFunction"], Resource: ["*"] }];
  const arn = `arn:aws:sts::${account.state.accountId}:assumed-role/front/front`;
  account.alter((turn) => {
    turn.state = givePersonKey(turn.state, credentials, { arn, statements });
  });
});
beforeEach(() => {
  asked = [];
  heard = [];
});
afterEach(() => account.functions.clear());
afterAll(async () => {
  sdk.destroy();
  await server.close();
});

function aRequest(): Request {
  requests += 1;
  return {
    kind: "command",
    id: `${requests}.T0ACME001.ä`,
    at: 1_795_000_000_000,
    user: "U0ALICE01",
    team: "T0ACME001",
    channel: "C0DBOPS01",
    responseUrl: "https://hooks.slack.com/commands/1",
    command: { verb: "start", name: "orders-prod", key: null, strategy: null },
  };
}

const put = (request: Request, from = origin) => putRequest(from, table, request);

async function stored({ id }: Request) {
  const { pk, sk } = keys.request(id);
  const Key = { pk: { S: pk }, sk: { S: sk } };
  const { Item } = await sdk.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true }));
  return Item;
}

/** Does what is asked, and its answer never arrives. */
const loses: Exchange = (request, response) => {
  response.end = () => response.destroy();
  answer(request, response);
};

const says =
  (status: number, body: string): Exchange =>
  (_, response) =>
    response.writeHead(status).end(body);

const refuses = (code: string, status = 400) =>
  says(
    status,
    JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${code}`, message: "for a reason" }),
  );

describe("a request that is put without the SDK", () => {
  it("is the same item as the store's own", async () => {
    const [one, other] = [aRequest(), aRequest()];
    expect(await put(one)).toBe(true);
    expect(await createDynamoStore(sdk, table).putRequest(other)).toBe(true);

    const { writer, sk: _, body: theirs, ...expected } = (await stored(other)) ?? {};
    const { sk, body: ours, ...found } = (await stored(one)) ?? {};
    expect(writer, "by which the store knows its own write again").toBeDefined();
    expect(found).toEqual(expected);
    expect(sk).toEqual({ S: one.id });
    expect(JSON.parse(ours?.S ?? "")).toEqual(one);
    expect(JSON.parse(theirs?.S ?? "")).toEqual(other);
  });

  it("is found by whoever serves requests", async () => {
    const request = aRequest();
    await put(request);
    expect(await createDynamoStore(sdk, table).pendingRequests()).toContainEqual(request);
  });

  it("and delivered twice is put once, and told apart", async () => {
    const request = aRequest();
    expect(await put(request)).toBe(true);
    expect(await put({ ...request, user: "U0MALLORY" })).toBe(false);
    expect((await stored(request))?.body?.S).toContain("U0ALICE01");
  });

  it("is put again when the answer was lost, and what then stands there is this one", async () => {
    const request = aRequest();
    asked = [loses];
    expect(await put(request)).toBe(true);
    expect(heard).toHaveLength(2);
    expect(await stored(request)).toBeDefined();
  });

  it("is put again when DynamoDB asked for patience; what then stands there was put before", async () => {
    const request = aRequest();
    asked = [refuses("ProvisionedThroughputExceededException")];
    expect(await put(request)).toBe(true);
    asked = [refuses("ThrottlingException")];
    expect(await put(request)).toBe(false);
  });

  it.each([
    ["throttled", refuses("ThrottlingException"), "ThrottlingException"],
    ["unanswered", refuses("InternalServerError", 500), "InternalServerError"],
    ["unanswered", says(503, "<html>Try later</html>"), "HTTP 503"],
    ["unanswered", (_: IncomingMessage, response: ServerResponse) => response.destroy(), "UND_ERR_SOCKET"],
  ] as const)("is put twice and no more, and then it is %s", async (kind, exchange, code) => {
    asked = [exchange, exchange, exchange];
    await expect(put(aRequest())).rejects.toMatchObject({
      name: "CloudFault",
      kind,
      code,
      operation: "PutItem",
    });
    expect(heard).toHaveLength(2);
  });

  it.each(["AccessDeniedException", "ResourceNotFoundException", "UnrecognizedClientException"])(
    "that is refused with %s is not put again",
    async (code) => {
      asked = [refuses(code)];
      await expect(put(aRequest())).rejects.toMatchObject({ kind: "refused", code, message: "for a reason" });
      expect(heard).toHaveLength(1);
    },
  );

  it("does not wait longer than Slack does", async () => {
    const silent: Exchange = () => {};
    asked = [silent, silent];
    const began = performance.now();
    await expect(put(aRequest())).rejects.toMatchObject({ kind: "unanswered", code: "TimeoutError" });
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it("goes to nobody else, wherever the answer points", async () => {
    const request = aRequest();
    const elsewhere: Exchange = (_, response) =>
      response.writeHead(307, { location: `${server.url}/elsewhere` }).end();
    asked = [elsewhere, elsewhere];
    await expect(put(request)).rejects.toMatchObject({ name: "CloudFault" });
    expect(heard.map(({ url }) => url)).toEqual(["/", "/"]);
    expect(await stored(request)).toBeUndefined();
  });

  it("is unanswered where nobody listens", async () => {
    const gone = await listen(account);
    await gone.close();
    await expect(put(aRequest(), { ...origin, endpoint: gone.url })).rejects.toMatchObject({
      kind: "unanswered",
      code: "ECONNREFUSED",
    });
  });
});

describe("a function that is called without the SDK", () => {
  it("is called with JSON and answers with JSON", async () => {
    account.functions.set("probe", async (payload) => ({ heard: payload, also: null }));
    expect(await call(origin, "probe", { look: ["ä", 1] })).toEqual({
      heard: { look: ["ä", 1] },
      also: null,
    });
  });

  it("may be named by its ARN", async () => {
    account.functions.set("probe", async () => "here");
    const arn = `arn:aws:lambda:${region}:${account.state.accountId}:function:probe`;
    expect(await call(origin, arn, {})).toBe("here");
  });

  it("that fails may have done what it was asked", async () => {
    account.functions.set("probe", async () => {
      throw new Error("out of time");
    });
    await expect(call(origin, "probe", {})).rejects.toMatchObject({
      name: "CloudFault",
      kind: "unanswered",
      message: expect.stringContaining("out of time"),
    });
  });

  it("that is not there is refused", async () => {
    await expect(call(origin, "probe", {})).rejects.toMatchObject({
      kind: "refused",
      code: "ResourceNotFoundException",
    });
  });

  it("is woken without being waited for, and is told nothing", async () => {
    const told = new Promise((resolve) => account.functions.set("worker", async (event) => resolve(event)));
    await wake(origin, "worker");
    expect(await told).toBeNull();
  });

  it("is not called by whoever has another secret", async () => {
    account.functions.set("worker", async () => "never");
    const other = { ...origin, credentials: { ...credentials, secretAccessKey: "another" } };
    await expect(wake(other, "worker")).rejects.toMatchObject({
      kind: "refused",
      code: "SignatureDoesNotMatch",
    });
  });
});

describe("the signature", () => {
  const noon = Date.UTC(2026, 10, 26, 12);

  /** What is read of an `Authorization`, and everything that it says was signed. */
  function partsOf(headers: Readonly<Record<string, unknown>>) {
    const form =
      /^AWS4-HMAC-SHA256 Credential=(\S+), SignedHeaders=(\S+), Signature=[0-9a-f]{64}$/.exec(
        String(headers.authorization),
      ) ?? [];
    return { credential: form[1], signed: (form[2] ?? "").split(";") };
  }

  it("has the form and the scope of the SDK's, and covers everything that says what is asked", async () => {
    const request = aRequest();
    await put(request, { ...origin, now: () => noon });
    const ours = heard[0]?.headers ?? {};
    let theirs: Readonly<Record<string, string>> = {};
    const client = new DynamoDBClient({ region, endpoint: server.url, credentials });
    // The same moment, by the SDK's own way to be told that the machine's clock is wrong.
    client.config.systemClockOffset = noon - Date.now();
    client.middlewareStack.add(
      (next) => (args) => {
        theirs = (args.request as { headers: Record<string, string> }).headers;
        return next(args);
      },
      { step: "finalizeRequest", priority: "low" },
    );
    await client.send(new PutItemCommand({ TableName: table, Item: { pk: { S: "a" }, sk: { S: "b" } } }));
    client.destroy();

    expect(partsOf(ours).credential).toBe("AKIAFRONT/20261126/eu-central-1/dynamodb/aws4_request");
    expect(partsOf(ours).credential).toBe(partsOf(theirs).credential);
    expect(ours["x-amz-date"]).toBe("20261126T120000Z");
    expect(ours["x-amz-security-token"]).toBe("a-token");
    expect(ours["x-amz-target"]).toBe(theirs["x-amz-target"]);
    expect(ours["content-type"]).toBe(theirs["content-type"]);
    // Theirs covers headers besides by which the SDK counts its attempts.
    expect(partsOf(theirs).signed).toEqual(expect.arrayContaining(partsOf(ours).signed));
    expect(partsOf(ours).signed).toEqual([
      "content-type",
      "host",
      "x-amz-date",
      "x-amz-security-token",
      "x-amz-target",
    ]);
  });

  it("is right for what arrives", async () => {
    let arrived = "";
    asked = [
      (request, response) => {
        request.on("data", (chunk) => {
          arrived += chunk;
        });
        request.on("end", () => response.writeHead(200).end("{}"));
      },
    ];
    await put(aRequest());
    const headers = heard[0]?.headers as Record<string, string>;
    const wire = { method: "POST", path: "/", query: new URLSearchParams(), headers, body: arrived };
    expect(() => checkSignature(wire, credentials.secretAccessKey)).not.toThrow();
    expect(() => checkSignature({ ...wire, body: `${arrived} ` }, credentials.secretAccessKey)).toThrow();
  });

  it("needs no session where the credentials have none", async () => {
    const { sessionToken: _, ...lasting } = credentials;
    await put(aRequest(), { ...origin, credentials: lasting });
    expect(heard[0]?.headers).not.toHaveProperty("x-amz-security-token");
  });
});

test.each(["eu-central-1", "us-east-1", "us-gov-west-1", "cn-north-1"])(
  "in %s the services are where the SDK finds them",
  (where) => {
    const asSdk = { Region: where, UseDualStack: false, UseFIPS: false };
    const dynamodb = new DynamoDBClient({ region: where }).config.endpointProvider(asSdk).url;
    const lambda = new LambdaClient({ region: where }).config.endpointProvider(asSdk).url;
    expect(addressOf({ region: where }, "dynamodb").host).toBe(dynamodb.host);
    expect(addressOf({ region: where }, "lambda").host).toBe(lambda.host);
  },
);
