import { readFile } from "node:fs/promises";
import { say } from "./core/sentences.ts";
import { verifyFile } from "./evidence/verify-file.ts";
import { terminal } from "./operate/text/terminal.ts";

/** `npm run verify-evidence`: judges an evidence pack. It needs neither the bot nor AWS, and asks nobody. */

process.exitCode = await verifyFile(process.argv.slice(2), {
  read: (path) => readFile(path).catch(() => undefined),
  print: (line) => console.log(line),
  complain: (line) => console.error(line),
  say: (of) => say(of, terminal),
});
