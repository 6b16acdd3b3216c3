import { execFile } from "node:child_process";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

/** As Lambda does: imports the module by its path, calls its `handler`, and takes what it resolves or rejects with. */
const runtime = `
  const [path, event] = process.argv.slice(1);
  const { handler } = await import(path);
  const outcome = await handler(JSON.parse(event), {}).then(
    (answer) => ({ answer }),
    ({ name, message }) => ({ fault: { name, message } }),
  );
  console.log("outcome " + JSON.stringify(outcome));
`;

export interface Outcome {
  readonly answer?: unknown;
  readonly fault?: { readonly name: string; readonly message: string };
}

/** Calls a built function in a process of its own, which knows nothing of this one but what it is given. */
export async function start(
  path: string,
  event: unknown,
  environment: Readonly<Record<string, string>>,
): Promise<{ outcome: Outcome; log: readonly string[] }> {
  const options = ["--enable-source-maps", "--input-type=module", "--eval", runtime, "--"];
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [...options, pathToFileURL(path).href, JSON.stringify(event)],
    { env: { ...environment, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" }, timeout: 15_000 },
  );
  const lines = `${stdout}\n${stderr}`.split("\n").filter((line) => line !== "");
  const last = lines.find((line) => line.startsWith("outcome "));
  if (last === undefined) throw new Error(`the function said nothing of its outcome:\n${lines.join("\n")}`);
  return { outcome: JSON.parse(last.slice("outcome ".length)), log: lines.filter((line) => line !== last) };
}
