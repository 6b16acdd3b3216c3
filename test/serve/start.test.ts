import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import dynalite from "dynalite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDynamoClient } from "../../src/aws/clients.ts";
import { createProbeHandler } from "../../src/lambda/probe.ts";
import { until } from "../../src/sim/actors.ts";
import { type AccountServer, listen } from "../../src/sim/aws/wire/server.ts";
import { createTable } from "../../src/sim/create-table.ts";
import { FastWorld, fenceGroup } from "../../src/sim/fast-world.ts";
import { acme } from "../../src/sim/slack/acme.ts";
import { type Slack, startSlack } from "../../src/sim/slack/server.ts";
import type { SignedRequest } from "../../src/sim/slack/sign.ts";
import { Workspace } from "../../src/sim/slack/workspace.ts";
import { endPrograms, freePort, serve, serveThroughNpm } from "./processes.ts";

/** `npm run serve` as it is started, against an account in this process. */

const secret = "very-secret";
const alice = "U0ALICE01";
const world = new FastWorld();
const workspace = new Workspace(acme(), { now: Date.now });
const channel = workspace.state.channels[0]?.id ?? "";
const directory = mkdtempSync(join(tmpdir(), "encrypt-db-start-"));
let aws: AccountServer;
let slack: Slack;
/** Where Slack sends to. */
let app = "";
/** How many more times something is put into the table before nothing that is asked of it is answered any more. */
let putsLeft = Number.POSITIVE_INFINITY;
let complete: Record<string, string>;

beforeAll(async () => {
  world.addCluster({ id: "orders-prod" });
  world.account.functions.set("probe", createProbeHandler(world.deps.database));
  const dynamo = dynalite({ createTableMs: 0 });
  aws = await listen(world.account, {
    dynamo: (request: IncomingMessage, response: ServerResponse) => {
      if (putsLeft <= 0) return;
      if (String(request.headers["x-amz-target"]).endsWith(".PutItem")) putsLeft--;
      dynamo.emit("request", request, response);
    },
  });
  const client = createDynamoClient({ region: "eu-west-1", endpoint: aws.url, credentials });
  await createTable(client, "encrypt-db");
  client.destroy();
  slack = await startSlack({
    workspace,
    signingSecret: secret,
    token: `xoxb-${secret}`,
    clock: { now: Date.now },
    deliver: async ({ headers, body }: SignedRequest) => {
      const response = await fetch(`${app}/slack`, { method: "POST", headers, body });
      return { statusCode: response.status, body: await response.text() };
    },
  });
  const { team, app: installed, userGroups } = workspace.state;
  complete = {
    SLACK_SIGNING_SECRET: secret,
    SLACK_BOT_TOKEN: `xoxb-${secret}`,
    SLACK_BOT_ID: installed.botId,
    SLACK_BOT_USER_ID: installed.botUserId,
    SLACK_TEAM_ID: team.id,
    SLACK_APP_ID: installed.id,
    SLACK_URL: slack.url,
    SLACK_CHANNELS: channel,
    SLACK_APPROVERS: userGroups[0]?.id ?? "",
    AWS_REGION: "eu-west-1",
    AWS_ACCOUNT_ID: "123456789012",
    AWS_ENDPOINT_URL: aws.url,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    TABLE_NAME: "encrypt-db",
    PROBE_FUNCTION: "probe",
    KMS_KEY: "alias/databases",
    FENCE_SECURITY_GROUPS: `vpc-0a1b2c3d4e5f60718=${fenceGroup}`,
    PORT: "0",
  };
});
const credentials = { accessKeyId: "key", secretAccessKey: secret };

afterAll(async () => {
  await endPrograms();
  await slack?.close();
  await aws?.close();
  rmSync(directory, { recursive: true, force: true });
});

async function served(environment: Readonly<Record<string, string>>, start = serve) {
  const program = start(environment);
  const [, url = ""] = await program.prints(/"slack":"(http:\/\/[^"]+)\/slack"/);
  return { ...program, url };
}

const without = (...names: readonly string[]) =>
  Object.fromEntries(Object.entries(complete).filter(([name]) => !names.includes(name)));

describe("what is wrong at the start", () => {
  test("is told all at once: every variable, what is wrong with it, no value and no stack", async () => {
    const program = serve({
      ...without("SLACK_SIGNING_SECRET", "TABLE_NAME", "PROBE_FUNCTION"),
      SLACK_BOT_ID: secret,
      PORT: "http",
    });

    expect(await program.ended).toBe(2);
    for (const line of [
      "SLACK_SIGNING_SECRET: is not set",
      "TABLE_NAME: is not set",
      "SLACK_BOT_ID: must begin with B",
      "PORT: must be a port number",
      "DATABASE_PASSWORD: is not set (or name a PROBE_FUNCTION",
    ]) {
      expect(program.output()).toContain(`  ${line}`);
    }
    expect(program.output()).not.toMatch(/very-secret|\n\s+at /);
  });

  test("is a table that is not there", async () => {
    const program = serve({ ...complete, TABLE_NAME: "another-table" });

    expect(await program.ended).toBe(1);
    expect(program.output()).toMatch(
      /^The table another-table in eu-west-1 cannot be read: ResourceNotFoundException/,
    );
    expect(program.output()).not.toMatch(/very-secret|\n\s+at /);
  });

  test("is a port that somebody else listens on", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const bound = taken.address();
    const port = String(typeof bound === "object" ? bound?.port : "");
    const program = serve({ ...complete, PORT: port });

    expect(await program.ended).toBe(1);
    expect(program.output()).toMatch(
      new RegExp(`^127\\.0\\.0\\.1:${port} cannot be listened on: .*EADDRINUSE`),
    );
    taken.close();
  });
});

describe("once it serves", () => {
  test("it says where and what in one line, is well, answers Slack through the probe function, and stops when asked", async () => {
    const { url, output, prints, kill, ended } = await served(complete, serveThroughNpm);
    app = url;
    expect(output().trim().split("\n")).toHaveLength(1);
    expect(output()).toMatch(/"account":"123456789012".*"table":"encrypt-db".*through the function probe/);
    await until("it to be well", async () => (await fetch(`${url}/health`)).ok || undefined);

    expect(await slack.command({ user: alice, channel, text: "plan orders-prod" })).toBe("answered");
    await until("the plan", () => tells(alice, /Take the safety snapshot/));
    expect(invocations()).toBeGreaterThan(0);

    kill("SIGTERM");
    await prints(/"stopped"/);
    expect(await ended).toBe(0);
    expect(output()).not.toContain(secret);
  });

  test("without a probe function it asks the databases itself", async () => {
    const ca = join(directory, "ca.pem");
    writeFileSync(ca, rootCertificates[0] ?? "");
    const before = invocations();
    const told = workspace.state.ephemerals.length;
    const { url, kill, ended } = await served({
      ...without("PROBE_FUNCTION"),
      DATABASE_PASSWORD: secret,
      DATABASE_CA_FILE: ca,
    });
    app = url;
    await slack.command({ user: alice, channel, text: "plan orders-prod" });
    // No such name exists outside of the simulated account.
    await until("what hinders it", () => tells(alice, /ENOTFOUND|EAI_AGAIN/, told));
    expect(invocations()).toBe(before);
    kill("SIGTERM");
    expect(await ended).toBe(0);
  });

  test("a pass that does not come to its end is waited for, but not for ever, and not cut short by a second signal", async () => {
    const port = await freePort();
    const program = serve({ ...complete, PORT: String(port) });
    await program.prints(/"serving"/);
    await until(
      "it to be well",
      async () => (await fetch(`http://127.0.0.1:${port}/health`)).ok || undefined,
    );
    app = `http://127.0.0.1:${port}`;
    putsLeft = 1;
    expect(await slack.command({ user: alice, channel, text: "list" })).toBe("answered");
    expect(putsLeft).toBe(0);
    const begun = Date.now();
    program.kill("SIGTERM");
    await program.prints(/"stopping"/);
    program.kill("SIGTERM");

    expect(await program.ended).toBe(1);
    putsLeft = Number.POSITIVE_INFINITY;
    expect(program.output()).toContain('"stopped-midway"');
    expect(Date.now() - begun).toBeLessThan(10_000);
  });
});

function tells(user: string, text: RegExp, after = 0): true | undefined {
  const told = workspace.state.ephemerals.slice(after).filter((one) => one.user === user);
  return told.some((one) => text.test(JSON.stringify(one))) || undefined;
}

function invocations(): number {
  return world.account.ledger.filter(({ operation }) => operation === "Invoke").length;
}
