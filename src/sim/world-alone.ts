import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { realClock } from "../compose/surroundings.ts";
import { silenceNodeVersionWarning } from "../config.ts";
import { createProbeHandler } from "../lambda/probe.ts";
import { connectionTo } from "./application/connection.ts";
import type { Fleet } from "./application/fleet.ts";
import type { Call } from "./aws/account.ts";
import { type Durations, durations } from "./aws/durations.ts";
import { checkLedgers } from "./check-ledgers.ts";
import { servedByDefault } from "./demo-databases.ts";
import { factsOf } from "./facts.ts";
import { isTaken } from "./ports.ts";
import { probeIn } from "./probe.ts";
import { savedLines } from "./saved.ts";
import type { Deliver } from "./slack/interact.ts";
import { credentials, openStage, type Stage } from "./stage.ts";

/**
 * The world without the product, for a product that runs elsewhere, such as `npm run serve`.
 *
 * Both live by the machine's clock: Slack's signatures, the databases' own clocks and T1 fit without anybody turning anything.
 * Nobody wants to wait an hour for that, so it is AWS that takes less time for everything.
 */

const database = "orders-prod";

const usage = `npm run world -- [--slack-to URL]... [--world DIRECTORY] [--aws-port PORT] [--slack-port PORT] [--faster N] [--writers N]

  --slack-to URL      where Slack sends commands and clicks (default: http://127.0.0.1:3000/slack);
                      of several, each gets its turn, as behind a load balancer
  --world DIRECTORY   keep the world there; it goes on where it was (default: a directory for temporary files)
  --aws-port PORT     of the simulated AWS on 127.0.0.1 (default: 4381; 0: any free one)
  --slack-port PORT   of the simulated Slack on 127.0.0.1 (default: 4380; 0: any free one)
  --faster N          AWS takes an Nth of the time that it takes (default: 60)
  --writers N         processes that write to ${database} (default: 4)`;

interface Options {
  readonly slackTo: readonly string[];
  readonly directory: string;
  readonly awsPort: number;
  readonly slackPort: number;
  readonly faster: number;
  readonly writers: number;
}

/** Throws an `Error` that says what is wrong with the command line; undefined where help is asked for. */
function readOptions(): Options | undefined {
  const { values } = parseArgs({
    options: {
      "slack-to": { type: "string", multiple: true, default: ["http://127.0.0.1:3000/slack"] },
      world: { type: "string", default: join(tmpdir(), `encrypt-db-world-${userInfo().username}`) },
      "aws-port": { type: "string", default: "4381" },
      "slack-port": { type: "string", default: "4380" },
      faster: { type: "string", default: "60" },
      writers: { type: "string", default: "4" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const number = (name: Exclude<keyof typeof values, "help" | "slack-to">, least: number, most: number) => {
    const given = values[name];
    if (/^\d{1,5}$/.test(given) && Number(given) >= least && Number(given) <= most) return Number(given);
    throw new Error(`--${name} ${given}: a number from ${least} to ${most} is wanted`);
  };
  const wrong = values["slack-to"].find((url) => !/^https?:\/\//.test(url) || !URL.canParse(url));
  if (wrong !== undefined) throw new Error(`--slack-to ${wrong} is no http address`);
  return {
    slackTo: values["slack-to"],
    directory: values.world,
    awsPort: number("aws-port", 0, 65_535),
    slackPort: number("slack-port", 0, 65_535),
    faster: number("faster", 1, 10_000),
    writers: number("writers", 0, 16),
  };
}

function fasterBy(factor: number): Durations {
  const shorter = Object.entries(durations).map(([name, duration]) => [name, duration / factor]);
  return Object.fromEntries(shorter) as Durations;
}

/** Each address in its turn; one that cannot be reached is passed over. */
function deliverTo(addresses: readonly string[]): Deliver {
  let turn = 0;
  return async ({ headers, body }) => {
    let failure: unknown;
    for (const _ of addresses) {
      const address = addresses[turn++ % addresses.length] ?? "";
      try {
        const response = await fetch(address, { method: "POST", headers, body, redirect: "manual" });
        return { statusCode: response.status, body: await response.text() };
      } catch (fault) {
        failure = fault;
      }
    }
    throw failure;
  };
}

/** Every change that somebody asked the account for, one a line. */
function noteChanges(directory: string): (call: Call) => void {
  const changes = savedLines(join(directory, "changes.jsonl"));
  return ({ at, service, operation, mutates, outcome, callerArn, input }) => {
    if (mutates) changes.add({ at, service, operation, outcome, callerArn, input });
  };
}

async function main(): Promise<number> {
  const options = readOptions();
  if (!options) {
    console.log(usage);
    return 0;
  }
  silenceNodeVersionWarning();
  for (const port of [options.awsPort, options.slackPort]) {
    if (port === 0 || !(await isTaken(port))) continue;
    console.error(`Port ${port} is taken: is a world or a demo running already?`);
    return 1;
  }
  console.log("Starting PostgreSQL, the simulated AWS and the simulated Slack …");
  let fleet: Fleet | undefined;
  const stage: Stage = await openStage({
    directory: options.directory,
    served: servedByDefault,
    durations: fasterBy(options.faster),
    heard: noteChanges(options.directory),
    awsPort: options.awsPort,
    slackPort: options.slackPort,
    deliver: deliverTo(options.slackTo),
    worldFacts: async () => factsOf(stage.clock, fleet),
    log: { info: () => {}, error: (event, fields) => console.error(event, fields) },
  });
  try {
    if (stage.clock.offset > 0) {
      console.error(
        `The clock of the world in ${options.directory} was turned by the demo: choose another one.`,
      );
      return 1;
    }
    const probe = probeIn(stage, { ...realClock, now: stage.clock.now });
    stage.account.functions.set("probe", createProbeHandler(probe));
    if (options.writers > 0) fleet = await stage.startWriters(database, options.writers);
    console.log(introduction(stage, options));
    await signal();
    console.log("Stopping …");
    await fleet?.stop();
    return fleet ? await compare(stage, fleet) : 0;
  } finally {
    await stage.close();
  }
}

/** Ctrl-C reaches this process more than once, by the terminal and by npm; the second must not cut the stopping short. */
function signal(): Promise<void> {
  return new Promise((resolve) => {
    process.on("SIGINT", () => resolve());
    process.on("SIGTERM", () => resolve());
  });
}

function introduction(
  { slack, awsUrl, environment }: Stage,
  { slackTo, directory, faster }: Options,
): string {
  const [first = "", ...others] = slackTo.map((url) => new URL(url).port || "3000");
  const variables = Object.entries({
    ...environment,
    AWS_ENDPOINT_URL: awsUrl,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    PROBE_FUNCTION: "probe",
    PORT: first,
  });
  const beside = others.map((port) => `\n  Beside it the same with PORT=${port}.\n`).join("");
  return `
  The channel is at ${slack.url}, and sends to ${slackTo.join(" and ")}
  The simulated AWS listens at ${awsUrl}, and takes 1/${faster} of the time that AWS takes

  Start the product in another terminal:

${variables.map(([name, value]) => `    ${name}='${value}' \\`).join("\n")}
    npm run serve
${beside}
  The world is kept in ${directory}; changes.jsonl in it holds what was changed in the account, and by whom.
  Ctrl-C ends it, and compares what the writers were acknowledged with what ${database} holds.
`;
}

/** 1 where an acknowledged write is lost, or nobody knows. */
async function compare(stage: Stage, { ledgers }: Fleet): Promise<number> {
  try {
    const { acknowledged, found, unexpected } = await checkLedgers(
      ledgers,
      await connectionTo(stage, database),
    );
    console.log(
      `acknowledged writes: ${acknowledged}, found in ${database}: ${found}, lost: ${acknowledged - found}`,
    );
    if (unexpected.length > 0) console.log(`rows that nobody wrote: ${unexpected.length}`);
    return acknowledged === found && unexpected.length === 0 ? 0 : 1;
  } catch (fault) {
    const reason = fault instanceof Error ? fault.message : String(fault);
    console.log(`${database} does not answer now, so that its writes cannot be compared: ${reason}`);
    return 1;
  }
}

const code = await main().catch((fault: unknown) => {
  console.error(fault instanceof Error ? fault.message : String(fault));
  return 2;
});
// Left to end by itself, Node 20 now and then spins for ever while it takes its environment apart, after everything is closed.
process.exit(code);
