import { runOneTransfer, transferSchema } from "./compose/transfer.ts";
import { ConfigError, readConfig } from "./config.ts";

/** One transfer as a process of its own: what the container task runs. Its exit code says whether it came to its end. */
try {
  const ended = await runOneTransfer(readConfig(transferSchema), console);
  process.exitCode = ended.state === "done" ? 0 : 1;
} catch (fault) {
  console.error(fault instanceof ConfigError ? fault.message : fault);
  process.exitCode = 2;
}
