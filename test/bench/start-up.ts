import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { bundle } from "../../infra/bundle.ts";
import { acme } from "../../src/sim/slack/acme.ts";
import { sign } from "../../src/sim/slack/sign.ts";
import { median } from "./distribution.ts";
import { figure, type Row, times } from "./table.ts";

const run = promisify(execFile);
const here = import.meta.dirname;
const rounds = 11;
const signingSecret = "a signing secret of thirty-two c";

/** Milliseconds: from the start of a process to its first acknowledgement, beyond what Node alone takes, and for each later one. */
interface StartUp {
  readonly wall: number;
  readonly processor: number;
  readonly warm: number;
  readonly kilobytes: number;
}

interface Sample {
  readonly wall: number;
  readonly processor: number;
  readonly warm: number;
}

/** The built function against a plain app of Bolt: processes that take turns, so that a busy machine is busy for both. */
async function measureStartUp(): Promise<{ ours: StartUp; plain: StartUp; node: Sample }> {
  const folder = mkdtempSync(join(tmpdir(), "encrypt-db-bench-"));
  const aws = await startAws();
  try {
    const bundles = { ours: (await bundle("slack")).path, plain: await bundlePlainBolt(folder) };
    const event = join(folder, "event.json");
    const env = environment(aws);
    const samples = { node: [] as Sample[], ours: [] as Sample[], plain: [] as Sample[] };
    for (let round = 0; round < rounds; round++) {
      writeFileSync(event, JSON.stringify(signedCommand()));
      samples.node.push(await sample([], env));
      samples.ours.push(await sample([bundles.ours, event], env));
      samples.plain.push(await sample([bundles.plain, event], env));
    }
    const node = medians(samples.node);
    const beyond = (of: readonly Sample[], file: string): StartUp => {
      const { wall, processor, warm } = medians(of);
      const kilobytes = statSync(file).size / 1_024;
      return { wall: wall - node.wall, processor: processor - node.processor, warm, kilobytes };
    };
    return { node, ours: beyond(samples.ours, bundles.ours), plain: beyond(samples.plain, bundles.plain) };
  } finally {
    aws.close();
    rmSync(folder, { recursive: true });
  }
}

async function bundlePlainBolt(folder: string): Promise<string> {
  const outfile = join(folder, "plain-bolt.mjs");
  await build({
    entryPoints: [join(here, "plain-bolt.ts")],
    outfile,
    bundle: true,
    minify: true,
    platform: "node",
    format: "esm",
    target: "node20",
    mainFields: ["module", "main"],
    banner: {
      js: 'import { createRequire } from "node:module";const require = createRequire(import.meta.url);',
    },
    logLevel: "error",
  });
  return outfile;
}

async function sample(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Sample> {
  const { stdout } = await run(process.execPath, [join(here, "cold-start.js"), ...args], { env });
  // The function's own log lines come before.
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Sample;
}

function medians(samples: readonly Sample[]): Sample {
  const of = (value: (sample: Sample) => number) => median(samples.map(value));
  return {
    wall: of(({ wall }) => wall),
    processor: of(({ processor }) => processor),
    warm: of(({ warm }) => warm),
  };
}

/** DynamoDB and Lambda, which take every request at once. */
async function startAws(): Promise<Server> {
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      const isInvocation = request.url?.includes("/invocations") === true;
      response.writeHead(isInvocation ? 202 : 200, { "content-type": "application/x-amz-json-1.0" });
      response.end(isInvocation ? "" : "{}");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function environment(aws: Server): NodeJS.ProcessEnv {
  const { team, app } = acme();
  return {
    PATH: process.env.PATH,
    AWS_REGION: "eu-west-1",
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(aws.address() as AddressInfo).port}`,
    AWS_ACCESS_KEY_ID: "bench",
    AWS_SECRET_ACCESS_KEY: "bench",
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    SLACK_SIGNING_SECRET: signingSecret,
    SLACK_BOT_TOKEN: "xoxb-bench",
    SLACK_BOT_ID: app.botId,
    SLACK_BOT_USER_ID: app.botUserId,
    SLACK_TEAM_ID: team.id,
    SLACK_APP_ID: app.id,
    TABLE_NAME: "encrypt-db",
    WORKER_FUNCTION: "encrypt-db-worker",
  };
}

/** A command as a function URL or an HTTP API hands it over. */
function signedCommand() {
  const { team, app } = acme();
  const body = new URLSearchParams({
    command: app.command,
    text: "status orders-prod",
    team_id: team.id,
    api_app_id: app.id,
    channel_id: "C0DBOPS01",
    user_id: "U0ALICE01",
    trigger_id: "1234567890.T0ACME001.00001",
    response_url: "https://hooks.slack.com/commands/T0ACME001/1/a",
  }).toString();
  const signed = sign({ secret: signingSecret, timestamp: Math.floor(Date.now() / 1_000), body });
  return { ...signed, isBase64Encoded: false, requestContext: { http: { method: "POST" } } };
}

export async function startUp(): Promise<readonly Row[]> {
  const { ours, plain, node } = await measureStartUp();
  const worker = (await bundle("worker")).bytes / 1_024;
  const row = (
    what: string,
    of: (one: StartUp) => number,
    unit: string,
    target: string,
    met: boolean | null,
  ) => ({
    metric: `4 slack function: ${what}`,
    ours: `${figure(of(ours))} ${unit}`,
    against: `plain Bolt: ${figure(of(plain))} ${unit}`,
    ratio: times(of(plain), of(ours)),
    target,
    met,
  });
  const least = "plain Bolt ≥ 10×";
  const why = `Processes on this machine that take turns, ${rounds} of each; medians beyond Node alone (${figure(node.wall)} ms, ${figure(node.processor)} ms of processor). The target was set for a front without Bolt; here Bolt is most of what is left. Slack waits three seconds.`;
  return [
    {
      ...row("start to first acknowledgement", ({ wall }) => wall, "ms", least, plain.wall >= 10 * ours.wall),
      footnote: why,
    },
    {
      ...row(
        "processor until then",
        ({ processor }) => processor,
        "ms",
        least,
        plain.processor >= 10 * ours.processor,
      ),
      footnote: why,
    },
    {
      ...row("processor of a later one", ({ warm }) => warm, "ms", "", null),
      footnote:
        "Most of it is two calls over HTTP, to DynamoDB and to Lambda. Ours also verifies on its own what it lets Bolt see.",
    },
    row("size", ({ kilobytes }) => kilobytes, "KB", "≤ 200 KB", ours.kilobytes <= 200),
    {
      metric: "4 worker function: size",
      ours: `${figure(worker)} KB`,
      against: "",
      ratio: "",
      target: "≤ 900 KB",
      met: worker <= 900,
    },
  ];
}
