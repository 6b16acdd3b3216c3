import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { expect, test } from "vitest";
import type { AccountState } from "../../src/sim/aws/state.ts";
import { auroraPointInTime } from "../../src/strategies/aurora-point-in-time.ts";
import type { KillPoint } from "./world-to-kill.ts";

/** One file that starts in half the time: it is started some sixty times. Beside the packages, which dynalite is loaded from. */
async function bundle(): Promise<string> {
  const outfile = join(
    import.meta.dirname,
    "..",
    "..",
    "node_modules",
    ".cache",
    "encrypt-db",
    "world-to-kill.mjs",
  );
  await build({
    entryPoints: [join(import.meta.dirname, "world-to-kill.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    mainFields: ["module", "main"],
    external: ["dynalite", "pg-native"],
    banner: {
      js: 'import { createRequire as make } from "node:module"; const require = make(import.meta.url);',
    },
  });
  return outfile;
}

/** Starts the world and waits for its end. */
async function live(script: string, directory: string, point: KillPoint | null) {
  const child = fork(script, [directory, JSON.stringify(point)], {
    env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
  });
  let told: { status: string } | undefined;
  child.on("message", (message) => {
    told = message as typeof told;
  });
  const [, signal] = await once(child, "exit");
  return { killed: signal === "SIGKILL", told };
}

/** A step is sure to run, except that there may be no session to end, and the restorable time may have passed T1 already. */
const mayNotRun = new Set(["end-sessions", "restorable", "fallback-snapshot"]);

/** It has a reader, and nothing hangs on it: of the steps that not every database needs, it needs one. */
const isNeeded = ({ id, skip }: { readonly id: string; readonly skip?: unknown }) =>
  skip === undefined || id === "create-readers";

function pointsInside(): KillPoint[] {
  const { steps } = auroraPointInTime;
  const from = steps.findIndex(({ downtime }) => downtime === "begins");
  const to = steps.findIndex(({ downtime }) => downtime === "ends");
  const inside = steps.slice(from, to + 1).filter(isNeeded);
  return inside.flatMap(({ id, run }): KillPoint[] => {
    const runs = run !== undefined && !mayNotRun.has(id);
    const saves: KillPoint[] = [
      { step: id, when: "before the save", runs },
      { step: id, when: "after the save", runs },
    ];
    return runs ? [...saves, { step: id, when: "after the act", runs }] : saves;
  });
}

function serversIn(directory: string): string[] {
  const all = execFileSync("ps", ["-eo", "pid,args"], { encoding: "utf8" });
  return all.split("\n").filter((line) => line.includes(directory) && line.includes("postgres"));
}

test("killed before the save, after it and after the act of every step inside the downtime, the world goes on to the same end", {
  timeout: 600_000,
}, async () => {
  const directory = mkdtempSync(join(tmpdir(), "encrypt-db-killed-"));
  chmodSync(directory, 0o755);
  const script = await bundle();
  const points = pointsInside();
  expect(points.length).toBeGreaterThan(45);
  try {
    for (const point of points) {
      const { killed } = await live(script, directory, point);
      expect(killed, `${point.when} of ${point.step}`).toBe(true);
    }
    const { killed, told } = await live(script, directory, null);
    expect(killed).toBe(false);
    expect(told?.status).toBe("finished");

    const account = JSON.parse(readFileSync(join(directory, "account.json"), "utf8")) as AccountState;
    const names = Object.values(account.clusters).map(({ id }) => id);
    expect(names.filter((name) => name.startsWith("orders-prod")).toSorted()).toEqual([
      "orders-prod",
      expect.stringMatching(/^orders-prod-old-/),
    ]);
    expect(serversIn(directory)).toEqual([]);
  } finally {
    for (const line of serversIn(directory)) process.kill(Number.parseInt(line, 10), "SIGKILL");
    rmSync(directory, { recursive: true, force: true });
  }
});
