import type { ManualLook, Sign } from "../core/by-hand.ts";
import { awsCommand, awsLook } from "./aws-cli.ts";
import type { Act } from "./paper.ts";
import { databaseCommand } from "./psql.ts";
import { quoted } from "./shell.ts";
import { transferCommand } from "./transfer.ts";

/** What to type for an act. */
export function actCommand(region: string, act: Act): string {
  switch (act.to) {
    case "aws":
      return awsCommand(region, act.operation, act.input);
    case "database":
      return databaseCommand(act.does, act.host, act.argument);
    case "transfer":
      return transferCommand(act.job);
  }
}

/** What to type for a look, and, as a comment, what it must print. */
export function signLines(region: string, { look, must }: Sign): string {
  const typed = lookCommand(region, look);
  if ("be" in must) return [typed, ...expected(must.be)].join("\n");
  if ("beLaterThan" in must) return `${typed}\n# must print: a time after ${must.beLaterThan}`;
  if ("beOtherThan" in must) return `${typed}\n# must print: another than ${must.beOtherThan}`;
  if ("beGiven" in must) return `${typed}\n# must print: something, and not None`;
  if ("equal" in must) {
    return `diff <(${typed}) \\\n     <(${lookCommand(region, must.equal)})\n# must print: nothing, and no error`;
  }
  return `${must.beKeptAs}=$(${typed})\necho "$${must.beKeptAs}"   # not empty; it is asked for below`;
}

function lookCommand(region: string, look: ManualLook): string {
  switch (look.of) {
    case "database":
      return databaseCommand(look.asks, look.host, look.token);
    case "host":
      return `getent hosts ${quoted(look.host)}`;
    default:
      return awsLook(region, look);
  }
}

function expected(rows: readonly string[]): string[] {
  const [first = "nothing", ...rest] = rows.map((row) => row.replace(/\s/g, " "));
  return [`# must print: ${first}`, ...rest.map((row) => `#              ${row}`)];
}
