import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { demoSchema, readConfig, silenceNodeVersionWarning } from "../config.ts";
import type { Log } from "../engine/deps.ts";
import type { Fleet } from "./application/fleet.ts";
import { dumped, servedByDefault } from "./demo-databases.ts";
import { factsOf } from "./facts.ts";
import { type Job, runHeadless } from "./headless.ts";
import { rehearseHeadless } from "./headless-rehearsal.ts";
import { isTaken } from "./ports.ts";
import { systemPostgres } from "./postgres/system.ts";
import { refusal } from "./refusal.ts";
import { refusedDatabases } from "./refused-databases.ts";
import { openWorld, type World, type WorldOptions } from "./world.ts";

/** A minute of the world in a second, while the engine waits for the simulated AWS. */
const pace = 60;
const pagePort = 4380;

const usage = `npm run demo -- [--headless [--database NAME] [--strategy ID] [--rehearse | --decommission]] [--world DIRECTORY] [--aws-port PORT]

  --headless          do the main job by script, print the thread, exit 0 only if every claim holds
  --database NAME     with --headless: which database (default: orders-prod); one that cannot be moved
                      is refused with a reason, a remedy and an exit code of its own
  --strategy ID       with --headless: by which strategy (default: the first that suits)
  --rehearse          with --headless: only rehearse it, and show the plan that it gives
  --decommission      with --headless: go on through the retention to the deletion of the source
  --world DIRECTORY   keep the world there; it goes on where it was (default: a directory for temporary files)
  --aws-port PORT     let the simulated AWS listen on 127.0.0.1:PORT for any AWS client
  AWS_ENDPOINT_URL    if set, the demo's own AWS clients go there`;

interface Options {
  /** What is done by script; null for the channel. */
  readonly job: Job | null;
  readonly world: string | undefined;
  readonly awsPort: number | undefined;
}

/** What goes wrong inside the product is for whoever develops it; a person reads the channel. */
const log: Log = {
  info: () => {},
  error: (event, fields) => console.error(event, fields),
};

function readOptions(): Options | undefined {
  try {
    const { values } = parseArgs({
      options: {
        headless: { type: "boolean", default: false },
        database: { type: "string" },
        strategy: { type: "string" },
        rehearse: { type: "boolean", default: false },
        decommission: { type: "boolean", default: false },
        world: { type: "string" },
        "aws-port": { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
    const port = values["aws-port"];
    if (values.help) return undefined;
    if (port !== undefined && !/^\d{1,5}$/.test(port)) throw new Error(`--aws-port ${port} is no port`);
    const { headless, database, strategy, rehearse: rehearses, decommission: decommissions } = values;
    if (!headless && (rehearses || decommissions || (database ?? strategy) !== undefined)) {
      throw new Error(
        "--database, --strategy, --rehearse and --decommission go with --headless: in the channel you type them",
      );
    }
    if (rehearses && decommissions) throw new Error("a rehearsal leaves no source to --decommission");
    const job = { database: database ?? "orders-prod", strategy: strategy ?? null, rehearses, decommissions };
    return {
      job: headless ? job : null,
      world: values.world,
      awsPort: port === undefined ? undefined : Number(port),
    };
  } catch (fault) {
    console.error(fault instanceof Error ? fault.message : String(fault));
    return undefined;
  }
}

async function main(): Promise<number> {
  const options = readOptions();
  if (!options) {
    console.log(usage);
    return process.argv.includes("--help") ? 0 : 2;
  }
  silenceNodeVersionWarning();
  const { job, awsPort } = options;
  const { AWS_ENDPOINT_URL: endpoint } = readConfig(demoSchema);
  const shared = {
    log,
    ...(awsPort !== undefined && { awsPort }),
    ...(endpoint !== undefined && { awsEndpoint: endpoint }),
  };
  return job ? beHeadless(job, options.world, shared) : beInteractive(options.world, shared);
}

type Shared = Pick<WorldOptions, "log" | "awsPort" | "awsEndpoint">;

async function beHeadless(job: Job, directory: string | undefined, shared: Shared): Promise<number> {
  const fresh = directory === undefined;
  const where = directory ?? temporaryDirectory();
  // The others are refused for what AWS says of them.
  const asked = refusedDatabases.filter(({ served }) => served).map(({ name }) => name);
  const served = [...servedByDefault, ...asked].filter((name) => name === job.database);
  const world = await openWorld({ ...shared, ...(await ownPostgres(job)), directory: where, served });
  try {
    const refused = await refusal(world, job, console.log);
    if (refused !== undefined) return refused;
    const run = job.rehearses ? rehearseHeadless : runHeadless;
    return (await run(world, job, console.log)) ? 0 : 1;
  } finally {
    await world.close();
    if (fresh) rmSync(where, { recursive: true, force: true });
  }
}

/**
 * A dump is made by PostgreSQL's own client tools, which must not be older than the server: the embedded servers are newer than
 * those that systems have, and so both come from the system. It takes time on the wall, which the world must not run away from.
 */
async function ownPostgres({
  strategy,
}: Job): Promise<Pick<WorldOptions, "installation" | "tools" | "pace">> {
  if (strategy !== "rds-dump-restore") return {};
  const { major } = dumped;
  const found = await systemPostgres(major);
  if (found) return { ...found, pace };
  console.log(`This needs PostgreSQL's own server and client tools in version ${major}, which are not installed.
Debian: apt-get install postgresql-${major} postgresql-client-${major}
`);
  return {};
}

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "encrypt-db-"));
  // PostgreSQL does not run as root; whom it runs as instead must be able to enter.
  chmodSync(directory, 0o755);
  return directory;
}

async function beInteractive(given: string | undefined, shared: Shared): Promise<number> {
  const directory = given ?? join(tmpdir(), `encrypt-db-demo-${userInfo().username}`);
  // Before the world is opened: a second demo would take over the servers of the first.
  if (await isTaken(pagePort)) {
    console.error(`Port ${pagePort} is taken: is the demo running already? End that one first.`);
    return 1;
  }
  console.log("Starting PostgreSQL, the simulated AWS and the simulated Slack …");
  let fleet: Fleet | undefined;
  const world: World = await openWorld({
    ...shared,
    directory,
    served: servedByDefault,
    pace,
    slackPort: pagePort,
    worldFacts: async () => factsOf(world.clock, fleet),
  });
  fleet = await world.startWriters("orders-prod", 4);
  console.log(`
  The channel is at ${world.slack.url}

  1. As Alice, type   /encrypt-db start orders-prod
  2. As Bob (choose him at the top), approve the plan, and then the cutover
  3. Four writers go on writing to orders-prod meanwhile; watch the thread, and what the strip at the top counts

  The simulated AWS listens at ${world.awsUrl}. The world is kept in ${directory}: kill this and start it
  again, and a migration goes on. Delete that directory to begin anew. Ctrl-C ends it.
`);
  await new Promise<void>((resolve) => {
    // Ctrl-C reaches this process more than once, by the terminal and by npm; the second must not cut the stopping short.
    process.on("SIGINT", () => resolve());
    process.on("SIGTERM", () => resolve());
  });
  console.log("Stopping …");
  await fleet.stop();
  await world.close();
  return 0;
}

const code = await main();
// Left to end by itself, Node 20 now and then spins for ever while it takes its environment apart, after everything is closed.
process.exit(code);
