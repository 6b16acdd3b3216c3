import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** A client program stopped before its end. */
export class ToolFault extends Error {
  readonly tool: string;
  /** The last lines that it said. They can hold names, SQL and values, and are for the log alone. */
  readonly said: readonly string[];
  readonly signal: NodeJS.Signals | null;

  constructor(tool: string, said: readonly string[], signal: NodeJS.Signals | null) {
    super(`${tool} stopped before its end`);
    this.name = "ToolFault";
    this.tool = tool;
    this.said = said;
    this.signal = signal;
  }
}

export interface ToolRun {
  readonly tool: "pg_dump" | "pg_restore";
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Hears every line that it says on its way. */
  readonly hear?: (line: string) => void;
  readonly signal: AbortSignal;
}

const kept = 40;

/** Runs a client program to its end and gives what it printed. Throws `ToolFault`. */
export async function runTool({ tool, program, args, environment, hear, signal }: ToolRun): Promise<string> {
  signal.throwIfAborted();
  const child = spawn(program, args, {
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
    // Its parallel workers are processes of their own, and end with their leader.
    signal,
    killSignal: "SIGTERM",
  });
  const said: string[] = [];
  const lines = createInterface({ input: child.stderr });
  lines.on("line", (line) => {
    said.push(line);
    if (said.length > kept) said.shift();
    hear?.(line);
  });
  const printed: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => printed.push(chunk));
  const ended = await new Promise<{ code: number | null; signal: NodeJS.Signals | null }>(
    (resolve, reject) => {
      child.once("error", reject);
      // "exit" would come before the last lines.
      child.once("close", (code, by) => resolve({ code, signal: by }));
    },
  );
  if (ended.code !== 0) throw new ToolFault(tool, said, ended.signal);
  return Buffer.concat(printed).toString("utf8");
}
