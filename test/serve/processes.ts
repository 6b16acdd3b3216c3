import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { type Actors, actorsIn, until } from "../../src/sim/actors.ts";
import { saved } from "../../src/sim/saved.ts";
import { Workspace, type WorkspaceState } from "../../src/sim/slack/workspace.ts";

const root = join(import.meta.dirname, "..", "..");

/** A program of this project, started as npm starts it. */
export interface Program {
  /** What it has printed, on both channels. */
  output(): string;
  /** Resolves once it has printed something that matches. Throws where it ends before. */
  prints(what: RegExp): Promise<RegExpMatchArray>;
  kill(signal: NodeJS.Signals): void;
  /** Its exit code, null where a signal ended it. */
  readonly ended: Promise<number | null>;
}

const started = new Map<ChildProcess, Promise<unknown>>();

/** Ends what a failed test has left running. A world that is killed would leave its servers behind. */
export async function endPrograms(): Promise<void> {
  for (const child of started.keys()) child.kill("SIGTERM");
  await Promise.all(started.values());
}

function start(
  file: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Program {
  return run(process.execPath, ["--import", "tsx", file, ...args], environment);
}

/** With nothing of this process's environment that could configure it. */
function run(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Program {
  const { PATH = "", HOME = "", TMPDIR = "" } = process.env;
  const child = spawn(command, args, {
    cwd: root,
    env: { PATH, HOME, ...(TMPDIR !== "" && { TMPDIR }), ...environment },
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
    });
  }
  const ended = once(child, "close").then(([code]) => {
    started.delete(child);
    return code as number | null;
  });
  started.set(child, ended);
  return {
    output: () => printed,
    prints: (what) =>
      until(`${command} ${args.join(" ")} to print ${what}`, () => {
        const found = printed.match(what);
        if (!found && !started.has(child)) throw new Error(`it has ended: ${printed}`);
        return found ?? undefined;
      }),
    kill: (signal) => void child.kill(signal),
    ended,
  };
}

export function serve(environment: Readonly<Record<string, string>>): Program {
  return start("src/server.ts", [], environment);
}

/** As a person starts it: a signal is sent to npm. */
export function serveThroughNpm(environment: Readonly<Record<string, string>>): Program {
  return run("npm", ["run", "--silent", "serve"], environment);
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const bound = server.address();
  server.close();
  await once(server, "close");
  return typeof bound === "object" && bound ? bound.port : 0;
}

export interface OtherWorld extends Actors {
  readonly program: Program;
  /** What it says the product must be told. */
  readonly environment: Readonly<Record<string, string>>;
  /** As it was last saved. */
  readonly workspace: Workspace;
  readonly channel: string;
}

/** The world as a process of its own, which is acted in over HTTP, as the page does it. */
export async function startWorld(directory: string, args: readonly string[]): Promise<OtherWorld> {
  const ports = ["--aws-port", "0", "--slack-port", "0"];
  const program = start("src/sim/world-alone.ts", ["--world", directory, ...ports, ...args], {});
  const [introduction] = await program.prints(/[\s\S]*npm run serve/);
  const variables = introduction.matchAll(/^ +([A-Z_]+)='([^']*)' \\$/gm);
  const { PORT: _, ...environment } = Object.fromEntries(
    [...variables].map(([, name, value]) => [name, value]),
  );
  const file = saved<WorkspaceState>(join(directory, "slack.json"));
  const send = async (what: string, body: object) => {
    const response = await fetch(`${environment.SLACK_URL}/_page/${what}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(await response.text());
    return "answered" as const;
  };
  const channel = environment.SLACK_CHANNELS ?? "";
  const world = {
    get workspace() {
      const state = file.read();
      if (!state) throw new Error("the world has saved no workspace");
      return new Workspace(state, { now: Date.now, save: () => {} });
    },
    slack: {
      command: ({ user, text }: { user: string; text: string }) =>
        send("message", { as: user, channel, text: `/encrypt-db ${text}` }),
      click: ({ user, ...on }: { user: string }) => send("click", { as: user, ...on }),
    },
  };
  return {
    program,
    environment: environment as Record<string, string>,
    channel,
    get workspace() {
      return world.workspace;
    },
    ...actorsIn(world, channel),
  };
}
