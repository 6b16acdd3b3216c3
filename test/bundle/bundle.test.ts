import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import dynalite from "dynalite";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { absent } from "../../infra/absent.ts";
import { type Bundle, type BundleName, bundle, bundleNames, entryOf, faultsOf } from "../../infra/bundle.ts";
import { createDynamoClient } from "../../src/aws/clients.ts";
import { createDynamoStore } from "../../src/aws/dynamo-store.ts";
import type { Store } from "../../src/engine/deps.ts";
import { until } from "../../src/sim/actors.ts";
import { type AccountServer, listen } from "../../src/sim/aws/wire/server.ts";
import { createTable } from "../../src/sim/create-table.ts";
import { sign } from "../../src/sim/slack/sign.ts";
import { all, synthesise } from "../infra/deployment.ts";
import { laboratory } from "../sim/aws/laboratory.ts";
import { start } from "./start.ts";

const folder = mkdtempSync(join(tmpdir(), "encrypt-db-bundle-"));
const { account } = laboratory();
const credentials = { accessKeyId: "AKIALAMBDA", secretAccessKey: "a-secret", sessionToken: "a-token" };
const region = "eu-central-1";
const woken: unknown[] = [];
let bundles: Readonly<Record<BundleName, Bundle>>;
let aws: AccountServer;
let client: ReturnType<typeof createDynamoClient>;
let store: Store;

beforeAll(async () => {
  const made = await Promise.all(
    bundleNames.map(async (name) => [name, await bundle(name, folder)] as const),
  );
  bundles = Object.fromEntries(made) as typeof bundles;
  const dynamo = dynalite({ createTableMs: 0 });
  aws = await listen(account, { dynamo: (request, response) => dynamo.emit("request", request, response) });
  client = createDynamoClient({ region, endpoint: aws.url, credentials });
  await createTable(client, "encrypt-db");
  store = createDynamoStore(client, "encrypt-db");
  account.functions.set("encrypt-db-worker", async (event) => woken.push(event));
});

afterAll(async () => {
  client?.destroy();
  await aws?.close();
  rmSync(folder, { recursive: true });
});

/** What Lambda itself sets, with the address of the stand-ins: nothing may leave this machine. */
const fromLambda = () => ({
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  AWS_SESSION_TOKEN: credentials.sessionToken,
  AWS_ENDPOINT_URL: aws.url,
  SLACK_URL: aws.url,
});

const slack = {
  SLACK_SIGNING_SECRET: "a signing secret",
  SLACK_BOT_TOKEN: "xoxb-a-token",
  SLACK_BOT_ID: "B0ENCRYPT",
  SLACK_BOT_USER_ID: "U0ENCRYPT",
  SLACK_TEAM_ID: "T0ACME001",
  SLACK_APP_ID: "A0ENCRYPT",
};

const forFront = () => ({
  ...fromLambda(),
  ...slack,
  TABLE_NAME: "encrypt-db",
  WORKER_FUNCTION: "encrypt-db-worker",
});

const forWorker = () => ({
  ...fromLambda(),
  ...slack,
  TABLE_NAME: "encrypt-db",
  AWS_ACCOUNT_ID: account.state.accountId,
  PROBE_FUNCTION: "encrypt-db-probe",
  FENCE_SECURITY_GROUPS: "vpc-1=sg-1",
  SLACK_CHANNELS: "C0DBOPS01",
  SLACK_APPROVERS: "U0BOB0001",
});

describe("each bundle", () => {
  test.each(bundleNames)("%s is small, and holds nothing twice and nothing that it does not use", (name) => {
    expect(faultsOf(bundles[name])).toEqual([]);
    expect(bundles[name].bytes).toBe(readFileSync(bundles[name].path).length);
    // A bundle of nothing would have no faults either.
    const own = Object.keys(bundles[name].inputs).filter((path) => path.startsWith("src/"));
    expect(own).toContain(entryOf(name));
  });

  test("does its work with the library that it is meant to", () => {
    const holds = (name: BundleName, file: string) => {
      const found = Object.entries(bundles[name].inputs).find(([path]) => path.endsWith(file));
      expect(found?.[1], file).toBeGreaterThan(2_000);
    };
    holds("slack", "node_modules/@slack/bolt/dist/App.js");
    holds("slack", "node_modules/@slack/bolt/dist/receivers/AwsLambdaReceiver.js");
    holds("worker", "node_modules/@slack/web-api/dist/WebClient.js");
    holds("probe", "node_modules/pg/lib/client.js");
  });
});

describe("the front as it is deployed", () => {
  /** A function URL hands over what Slack sent. */
  function slackSends(text: string, secret = slack.SLACK_SIGNING_SECRET) {
    const body = new URLSearchParams({
      command: "/encrypt-db",
      text,
      team_id: slack.SLACK_TEAM_ID,
      api_app_id: slack.SLACK_APP_ID,
      user_id: "U0ALICE01",
      channel_id: "C0DBOPS01",
      trigger_id: `1.${text}`,
      response_url: `${aws.url}/commands/1`,
    }).toString();
    const { headers } = sign({ secret, timestamp: Math.floor(Date.now() / 1_000), body });
    return {
      version: "2.0",
      rawPath: "/",
      headers,
      requestContext: { http: { method: "POST", path: "/" } },
      body: Buffer.from(body).toString("base64"),
      isBase64Encoded: true,
    };
  }

  it("records what Slack signed, wakes the worker, and says so at once", async () => {
    const { outcome } = await start(bundles.slack.path, slackSends("start orders-prod"), forFront());

    const { statusCode, body } = outcome.answer as { statusCode: number; body: string };
    expect(statusCode).toBe(200);
    expect(JSON.parse(body)).toMatchObject({
      response_type: "ephemeral",
      text: expect.stringContaining("Looking for orders-prod…"),
    });
    expect(await store.pendingRequests()).toMatchObject([
      { id: "1.start orders-prod", command: { verb: "start", name: "orders-prod" } },
    ]);
    await until("the wake", () => woken.length > 0);
  });

  it("answers a mistake by itself, with how to mend it", async () => {
    const { outcome } = await start(bundles.slack.path, slackSends("strat orders-prod"), forFront());
    const { body } = outcome.answer as { body: string };
    expect(JSON.parse(body).text).toContain("Did you mean start?");
  });

  it("does not listen to anybody else", async () => {
    const before = await store.pendingRequests();
    const forged = slackSends("rollback orders-prod", "another secret");
    const { outcome } = await start(bundles.slack.path, forged, forFront());
    expect(outcome.answer).toEqual({ statusCode: 401, body: "" });
    expect(await store.pendingRequests()).toEqual(before);
  });
});

describe("the worker as it is deployed", () => {
  it("runs by its schedule", async () => {
    const before = Date.now();
    const { outcome } = await start(bundles.worker.path, { source: "aws.events" }, forWorker());
    expect(outcome).toEqual({});
    expect(await store.lastBeat()).toBeGreaterThanOrEqual(before);
  });

  it("measures what the alarms watch, under the names and dimensions by which they do", async () => {
    const { log } = await start(bundles.worker.path, { source: "aws.events" }, forWorker());
    const measured = log.map((line) => JSON.parse(line)).filter((line) => "_aws" in line);
    expect(measured).toMatchObject([{ PollerRan: 1, MigrationsOpen: 0, MigrationsStuck: 0 }]);
    const [{ Namespace, Dimensions, Metrics }] = measured[0]._aws.CloudWatchMetrics;
    const dimensions = Dimensions[0].map((Name: string) => ({ Name, Value: measured[0][Name] }));
    const names = Metrics.map((metric: { Name: string }) => metric.Name);

    const alarms = all(synthesise(), "AWS::CloudWatch::Alarm").filter(
      (alarm) => alarm.Namespace === Namespace,
    );
    expect(alarms).toHaveLength(2);
    for (const alarm of alarms) {
      expect(names).toContain(alarm.MetricName);
      expect(alarm.Dimensions).toEqual(dimensions);
    }
  });

  it("fails loudly where AWS refuses it, and writes no secret even where AWS repeats one", async () => {
    const unkind = createServer(({ headers }, response) => {
      const message = `No: ${headers["x-amz-security-token"]} ${headers.authorization} ${slack.SLACK_BOT_TOKEN}`;
      response.writeHead(400).end(JSON.stringify({ __type: "x#AccessDeniedException", message }));
    }).listen(0, "127.0.0.1");
    await once(unkind, "listening");
    const { port } = unkind.address() as AddressInfo;
    const { outcome, log } = await start(
      bundles.worker.path,
      { source: "aws.rds" },
      {
        ...forWorker(),
        AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
        _X_AMZN_TRACE_ID: "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1",
      },
    );
    unkind.close();

    expect(outcome.fault?.message).toContain("“failed”");
    const failed = log.map((line) => JSON.parse(line)).find((line) => line.message === "failed");
    expect(failed).toMatchObject({
      level: "ERROR",
      service: "encrypt-db",
      xray_trace_id: "1-5759e988-bd862e3fe1be46a994272793",
      fault: { name: "AccessDeniedException", message: expect.stringMatching(/^No: \[redacted\]/) },
    });
    const everything = JSON.stringify({ outcome, log });
    for (const secret of [credentials.sessionToken, credentials.secretAccessKey, slack.SLACK_BOT_TOKEN])
      expect(everything).not.toContain(secret);
    expect(everything).not.toMatch(/Signature=[0-9a-f]/);
  });
});

describe("the probe as it is deployed", () => {
  it("looks, and says at which layer it found nobody", async () => {
    const environment = { DATABASE_PASSWORD: "a-password", DATABASE_CA_FILE: import.meta.filename };
    const gone = await listen(account);
    await gone.close();
    const at = { host: "127.0.0.1", port: Number(new URL(gone.url).port), database: "postgres" };
    const look = { operation: "look", args: [at] };
    const { outcome } = await start(bundles.probe.path, look, environment);
    expect(outcome.answer).toMatchObject({ ok: { sight: { state: "unreachable", layer: "tcp" } } });
  });
});

describe("a function that is told nothing", () => {
  test.each([
    ["slack", ["SLACK_SIGNING_SECRET", "TABLE_NAME", "WORKER_FUNCTION"]],
    ["worker", ["SLACK_BOT_TOKEN", "AWS_ACCOUNT_ID", "PROBE_FUNCTION", "FENCE_SECURITY_GROUPS"]],
    ["probe", ["DATABASE_PASSWORD", "DATABASE_CA_FILE"]],
  ] as const)("starts, and %s names everything that it misses", async (name, missing) => {
    const { outcome } = await start(bundles[name].path, {}, {});
    expect(outcome.fault?.name).toBe("ConfigError");
    for (const variable of missing) expect(outcome.fault?.message).toContain(`${variable}: is not set`);
  });
});

describe("a bundle is refused", () => {
  const core = "node_modules/@smithy/core/index.js";
  const made = (changed: Partial<Bundle>): Bundle => ({ ...bundles.worker, ...changed });

  test("that is too large", () => {
    const faults = faultsOf(made({ bytes: 1_200_001 }));
    expect(faults).toEqual(["worker has 1200001 bytes, and may have 1200000"]);
    expect(faultsOf(made({ bytes: 1_200_000 }))).toEqual([]);
  });

  test.each(["express", "undici", "iconv-lite", "pg", "@slack/bolt"])(
    "that has %s anywhere in it",
    (name) => {
      const path = `node_modules/raw-body/node_modules/${name}/lib/index.js`;
      expect(faultsOf(made({ inputs: { [path]: 1 } }))).toEqual([`worker contains ${name}`]);
    },
  );

  test("that holds a core twice", () => {
    const other = `node_modules/@aws-sdk/client-rds/${core}`;
    expect(faultsOf(made({ inputs: { [core]: 1, [other]: 1 } }))).toEqual([
      expect.stringContaining("@smithy/core 2 times"),
    ]);
  });
});

describe("what stands in for a module", () => {
  const express = absent("express", "Lambda is the server") as { __esModule: true; default: unknown };
  const said = "express is not in this bundle: Lambda is the server.";

  it("can be imported, as its importers do at their start", () => {
    expect(express.__esModule).toBe(true);
    expect(() => express.default).not.toThrow();
  });

  it("says what it stands for once anything of it is used", () => {
    const used = express.default as { (): unknown; new (): unknown };
    expect(() => used()).toThrow(said);
    expect(() => new used()).toThrow(said);
    expect(() => used.name).toThrow(said);
    expect(() => ({}) instanceof used).toThrow(said);
    expect(() => (express as unknown as { Router: unknown }).Router).toThrow(said);
  });
});
