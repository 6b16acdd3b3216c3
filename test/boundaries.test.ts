import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { describe, expect, test } from "vitest";

const src = join(import.meta.dirname, "..", "src");
const infra = "../infra";

interface Source {
  /** Relative to src, with slashes; the infrastructure is beside it. */
  readonly path: string;
  readonly text: string;
  /** Files relative to src, or names of packages. */
  readonly imports: readonly string[];
}

function read(folder: string): Source[] {
  return readdirSync(join(src, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => /\.tsx?$/.test(path) && !path.endsWith(".d.ts"))
    .map((path) => (folder === "." ? path : `${folder}/${path}`))
    .map((path) => {
      const text = readFileSync(join(src, path), "utf8");
      const found = [
        ...text.matchAll(
          /^\s*(?:import|export)[^;]*?\sfrom\s+"([^"]+)"|^import\s+"([^"]+)"|import\("([^"]+)"\)/gm,
        ),
      ];
      const imports = found.map(([, a, b, c]) => resolve(path, a ?? b ?? c ?? ""));
      return { path: path.split(sep).join("/"), text, imports };
    });
}

function resolve(from: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  return relative(src, join(src, dirname(from), specifier))
    .split(sep)
    .join("/");
}

const sources = [...read("."), ...read(infra)];

function below(folder: string): Source[] {
  const found = sources.filter(({ path }) => path === folder || path.startsWith(`${folder}/`));
  // A rule over no files would hold for ever.
  expect(found.length, `files in ${folder}`).toBeGreaterThan(0);
  return found;
}

function isIn(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
}

/** What each part may import: other parts, or single files of them, and packages. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  core: ["core", "zod", "node:crypto"],
  strategies: ["strategies", "core", "zod"],
  engine: ["engine", "evidence", "strategies", "core", "zod"],
  aws: [
    "aws",
    "core",
    "engine/deps.ts",
    "engine/request.ts",
    "@aws-sdk",
    "@smithy/signature-v4",
    "zod",
    "node:crypto",
    "node:zlib",
  ],
  database: [
    "database",
    "core",
    "engine/deps.ts",
    "pg",
    "zod",
    "node:net",
    "node:tls",
    "node:dns",
    "node:dns/promises",
    "node:events",
    "node:perf_hooks",
    "node:util",
  ],
  // Beside the probe's own files it runs programs and keeps dumps, which nothing else may do.
  transfer: [
    "transfer",
    "core",
    "database",
    "pg",
    "zod",
    "node:child_process",
    "node:crypto",
    "node:fs/promises",
    "node:path",
    "node:readline",
    "node:tls",
    "node:util",
  ],
  "by-hand": [
    "by-hand",
    "aws/attachments-inputs.ts",
    "aws/backup-inputs.ts",
    "aws/instance-inputs.ts",
    "aws/rds-inputs.ts",
    "core",
    "database",
  ],
  evidence: ["evidence", "core", "zod"],
  operate: ["operate", "by-hand", "evidence", "engine", "strategies", "core", "zod", "node:util"],
  slack: ["slack", "engine", "strategies", "core", "@slack", "zod", "node:crypto"],
  lambda: ["lambda", "compose", "config.ts", "engine", "core", "database/remote.ts", "aws-lambda"],
  doctor: [
    "doctor",
    "aws",
    "slack",
    "operate/text",
    "engine",
    "strategies",
    "core",
    "config.ts",
    "yaml",
    "zod",
  ],
  server: [
    "server",
    "compose",
    "config.ts",
    "engine",
    "core",
    "operate/desk.ts",
    "node:http",
    "node:net",
    "node:events",
  ],
  "server.ts": ["server", "compose", "config.ts", "engine", "core"],
  "verify-evidence.ts": ["evidence", "core", "operate/text/terminal.ts", "node:fs/promises"],
  "transfer.ts": ["compose", "config.ts"],
  "config.ts": ["json-variables.ts", "variable-forms.ts", "zod", "node:fs"],
  "variable-forms.ts": ["core", "zod"],
  "json-variables.ts": ["core", "zod"],
  // What is deployed is told by the code what it needs: actions, statements, the table, the environment.
  [infra]: [
    infra,
    "config.ts",
    "core/transfer-tasks.ts",
    "aws/permissions.ts",
    "aws/functions.ts",
    "aws/master-password.ts",
    "aws/other-account.ts",
    "aws/transfer-tasks.ts",
    "aws/dynamo-items.ts",
    "aws/dynamo-table.ts",
    "aws-cdk-lib",
    "cdk-nag",
    "constructs",
    "esbuild",
    "zod",
    "node:fs",
    "node:path",
    "node:url",
  ],
};

describe.each(Object.entries(allowed))("%s", (part, may) => {
  test("imports only what it may", () => {
    const wrong = below(part).flatMap(({ path, imports }) =>
      imports.filter((one) => !isIn(one, may)).map((one) => `${path} imports ${one}`),
    );
    expect(wrong).toEqual([]);
  });
});

test("the product knows neither the embedded world nor how it is deployed", () => {
  const wrong = sources
    .filter(({ path }) => !isIn(path, ["sim", infra]))
    .flatMap(({ path, imports }) =>
      imports.filter((one) => isIn(one, ["sim", infra])).map((one) => `${path} imports ${one}`),
    );
  expect(sources.length).toBeGreaterThan(80);
  expect(wrong).toEqual([]);
});

test("the clock, timers and chance are arguments in core, strategies, engine, by-hand and evidence", () => {
  const own =
    /\bDate\.now\b|new Date\(\)|\bset(?:Timeout|Interval|Immediate)\b|Math\.random|\brandom(?:UUID|Int|Bytes)\b/;
  const wrong = [
    ...below("core"),
    ...below("strategies"),
    ...below("engine"),
    ...below("by-hand"),
    ...below("evidence"),
  ]
    .filter(({ text }) => own.test(text))
    .map(({ path }) => path);
  expect(wrong).toEqual([]);
});

test("only config.ts reads the environment", () => {
  const readers = sources.filter(({ text }) => /process\.env\b/.test(text)).map(({ path }) => path);
  expect(readers).toEqual(["config.ts"]);
});

test("the independent checker imports nothing of the project", () => {
  const [checker] = below("sim/check-ledgers.ts");
  expect(checker?.imports.filter((one) => one !== "pg" && !one.startsWith("node:"))).toEqual([]);
  expect(checker?.imports.length).toBeGreaterThan(0);
});

test("no file is too long to take in", () => {
  const long = sources
    .map(({ path, text }) => ({ path, lines: text.split("\n").length }))
    .filter(({ lines }) => lines > 320);
  expect(long.map(({ path }) => path)).toEqual([]);
});
