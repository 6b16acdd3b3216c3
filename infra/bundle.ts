import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Metafile, type Plugin } from "esbuild";

export const bundleNames = ["slack", "worker", "probe", "transfer"] as const;
export type BundleName = (typeof bundleNames)[number];

export interface Bundle {
  readonly name: BundleName;
  /** Of its one module; the source map and the licences are beside it. */
  readonly path: string;
  /** Of that module alone. */
  readonly bytes: number;
  /** What each source file, relative to the project, takes of that. */
  readonly inputs: Readonly<Record<string, number>>;
}

const project = dirname(import.meta.dirname);

/** Where it begins. A transfer is no function, but a process in a container. */
export const entryOf = (name: BundleName) =>
  name === "transfer" ? "src/transfer.ts" : `src/lambda/${name}.ts`;

/** Puts a program with everything that it uses into one module, `NAME/index.mjs` below the folder, as Lambda starts it. */
export async function bundle(name: BundleName, folder = "dist"): Promise<Bundle> {
  const path = resolve(project, folder, name, "index.mjs");
  const { metafile } = await build({
    absWorkingDir: project,
    entryPoints: [entryOf(name)],
    outfile: path,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    // What has both forms is taken in the one that unused parts can be left out of.
    mainFields: ["module", "main"],
    minify: true,
    charset: "utf8",
    // A stack in the log is traced back by paths and lines; the sources themselves are in the repository.
    sourcemap: "linked",
    sourcesContent: false,
    legalComments: "external",
    metafile: true,
    plugins: [leaveOut(standIns[name]), spellOutKeys],
    // CommonJS modules ask for Node's own by `require`, which a module of the other kind does not have.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  });
  return { name, path, ...sizesIn(metafile) };
}

function sizesIn({ outputs }: Metafile): Pick<Bundle, "bytes" | "inputs"> {
  const [output] = Object.entries(outputs).flatMap(([path, each]) => (path.endsWith(".mjs") ? [each] : []));
  if (!output) throw new Error("the bundler wrote no module");
  const sizes = Object.entries(output.inputs).map(([path, { bytesInOutput }]) => [path, bytesInOutput]);
  return { bytes: output.bytes, inputs: Object.fromEntries(sizes) };
}

/** What each package, and our own code, takes of a bundle, the largest first. */
export function partsOf({ inputs }: Bundle): readonly (readonly [string, number])[] {
  const parts = new Map<string, number>();
  for (const [path, bytes] of Object.entries(inputs)) {
    const part = packageOf(path)?.name ?? "our own";
    parts.set(part, (parts.get(part) ?? 0) + bytes);
  }
  return [...parts].sort(([, a], [, b]) => b - a);
}

/** Bytes. The front has three seconds from its start to its answer; the others have longer, and more to do. */
const largest: Readonly<Record<BundleName, number>> = {
  slack: 200_000,
  worker: 1_200_000,
  probe: 300_000,
  transfer: 500_000,
};

/** Large, and of no use behind Lambda; each came in unnoticed with something else before. */
const unwanted: Readonly<Record<BundleName, RegExp>> = {
  slack: /^(express|undici|iconv-lite|pg|@aws-sdk\/.*)$/,
  worker: /^(express|undici|iconv-lite|pg|@slack\/bolt)$/,
  probe: /^(express|undici|iconv-lite|@slack\/.*|@aws-sdk\/.*)$/,
  transfer: /^(express|undici|iconv-lite|@slack\/.*|@aws-sdk\/.*)$/,
};

/** Two versions of one of these side by side cost more than any client. */
const sharedCores: ReadonlySet<string> = new Set(["@aws-sdk/core", "@smithy/core"]);

/** What is wrong with a bundle, as sentences. */
export function faultsOf(bundle: Bundle): readonly string[] {
  const { name, bytes, inputs } = bundle;
  const packages = Object.keys(inputs).flatMap((path) => packageOf(path) ?? []);
  const foreign = new Set(packages.map((each) => each.name).filter((each) => unwanted[name].test(each)));
  const places = new Set(packages.filter((each) => sharedCores.has(each.name)).map(({ place }) => place));
  const faults = [...foreign].map((each) => `${name} contains ${each}`);
  if (bytes > largest[name]) faults.push(`${name} has ${bytes} bytes, and may have ${largest[name]}`);
  for (const core of sharedCores) {
    const copies = [...places].filter((place) => place.endsWith(core));
    if (copies.length > 1)
      faults.push(`${name} contains ${core} ${copies.length} times: ${copies.join(", ")}`);
  }
  return faults;
}

/** The package that a source file belongs to, and where it is installed; undefined of our own. */
function packageOf(path: string): { name: string; place: string } | undefined {
  const [place, name] = /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
  return place !== undefined && name !== undefined ? { name, place } : undefined;
}

interface StandIn {
  /** As it is imported. */
  readonly module: string;
  /** What imports it. */
  readonly by: RegExp;
  readonly because: string;
  /** What is there instead; without it, whoever uses the module is told that it is not there. */
  readonly instead?: string;
}

const bolt = /@slack[/\\]bolt[/\\]/;
const webApi = /@slack[/\\]web-api[/\\]/;
const server = "Lambda is the server, and hands over what it received";

const standIns: Readonly<Record<BundleName, readonly StandIn[]>> = {
  slack: [
    { module: "./receivers/ExpressReceiver", by: bolt, because: server },
    { module: "./receivers/HTTPReceiver", by: bolt, because: server },
    { module: "./receivers/HTTPModuleFunctions", by: bolt, because: server },
    { module: "./receivers/HTTPResponseAck", by: bolt, because: server },
    {
      module: "./receivers/SocketModeReceiver",
      by: bolt,
      because: "Slack calls the function; a socket would have to be held open",
    },
    {
      module: "@slack/oauth",
      by: bolt,
      because: "the bot serves one workspace, whose token it is given",
    },
    { module: "./file-upload", by: webApi, because: "the front sends no files" },
    { module: "./chat-stream", by: webApi, because: "the front streams no messages" },
  ],
  worker: [
    {
      module: "@slack/bolt",
      by: /./,
      because: "the worker calls Slack and hears nothing from it, so that of Bolt it needs the client alone",
      instead: 'export * as webApi from "@slack/web-api"',
    },
    {
      module: "@aws-sdk/credential-provider-node",
      by: /./,
      because: "Lambda gives a function its credentials in the environment and nowhere else",
      instead: 'export { fromEnv as defaultProvider } from "@aws-sdk/credential-provider-env"',
    },
    {
      module: "@smithy/core/event-streams",
      by: /[/\\]HttpProtocol\.js$/,
      because: "nothing that the worker calls answers with a stream of events",
    },
    {
      module: "../core/json-schema-processors.js",
      by: /[/\\]zod[/\\]v4[/\\]classic[/\\]/,
      because: "nobody makes a JSON schema of anything",
    },
  ],
  probe: [],
  transfer: [],
};

function leaveOut(all: readonly StandIn[]): Plugin {
  return {
    name: "leave-out",
    setup: ({ onResolve, onLoad }) => {
      for (const standIn of all) {
        const { module, by, because, instead } = standIn;
        const filter = new RegExp(`^${module}$`);
        const namespace = `in place of ${module}`;
        onResolve({ filter }, ({ importer }) => (by.test(importer) ? { path: module, namespace } : null));
        onLoad({ filter, namespace }, () => ({
          // Its dependencies are resolved from where it is itself: ours are not its.
          ...(instead !== undefined && { contents: instead, resolveDir: folderOf(module) }),
          ...(instead === undefined && {
            contents: `module.exports = require("./absent.ts").absent(${JSON.stringify(module)}, ${JSON.stringify(because)})`,
            resolveDir: import.meta.dirname,
          }),
        }));
      }
    },
  };
}

/**
 * The SDK's clients describe each operation with keys that they compute from constants. Whether that does anything the bundler
 * cannot tell, so that it would keep the operations that nobody calls, with all that goes in and out of them.
 */
const spellOutKeys: Plugin = {
  name: "spell-out-keys",
  setup: ({ onLoad }) => {
    onLoad({ filter: /[/\\]dist-es[/\\]schemas[/\\]schemas_\d+\.js$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const constants = new Map(
        [...text.matchAll(/^const (\w+) = ("\w+");$/gm)].map(([, name = "", value = ""]) => [name, value]),
      );
      return {
        contents: text.replace(/\[(_\w+)\]:/g, (key, name) =>
          constants.has(name) ? `${constants.get(name)}:` : key,
        ),
      };
    });
  },
};

function folderOf(module: string): string {
  return dirname(fileURLToPath(import.meta.resolve(module)));
}
