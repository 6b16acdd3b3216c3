import { createInterface } from "node:readline/promises";
import { composeOperator } from "./compose/operator.ts";
import { ConfigError, operatorSchema, readConfig, silenceNodeVersionWarning } from "./config.ts";
import { CloudFault } from "./core/cloud.ts";
import { type ExitCode, OperateFault, operate, type Terminal } from "./operate/operate.ts";
import { faultText } from "./operate/text/fault.ts";

/** `npm run operate`: what Slack's buttons and commands do, from a terminal, under the AWS identity of whoever sits there. */

const terminal: Terminal = {
  print: (text) => console.log(text),
  complain: (text) => console.error(text),
  type: async (prompt) => {
    if (!process.stdin.isTTY) return null;
    const lines = createInterface({ input: process.stdin, output: process.stdout });
    const given = new AbortController();
    // Ctrl-C and the end of the input are an answer, too.
    lines.on("close", () => given.abort());
    try {
      return await lines.question(prompt, { signal: given.signal });
    } catch {
      return "";
    } finally {
      lines.close();
    }
  },
};

async function main(): Promise<ExitCode> {
  silenceNodeVersionWarning();
  const config = readConfig(operatorSchema);
  return operate(process.argv.slice(2), terminal, composeOperator(config));
}

function failed(fault: unknown): ExitCode {
  if (fault instanceof CloudFault) terminal.complain(faultText(fault));
  else if (fault instanceof OperateFault || fault instanceof ConfigError) terminal.complain(fault.message);
  else throw fault;
  return fault instanceof ConfigError ? 2 : 1;
}

process.exitCode = await main().catch(failed);
