import { silenceNodeVersionWarning } from "../../src/config.ts";
import { addedDowntime } from "./added-downtime.ts";
import { bill } from "./bill.ts";
import { lifecycles } from "./lifecycles.ts";
import { planning } from "./planning.ts";
import { rdsCalls } from "./rds-calls.ts";
import { startUp } from "./start-up.ts";
import { printTable, type Row } from "./table.ts";
import { verification } from "./verification.ts";

/**
 * `npm run bench`: measures the product against its targets and against other ways of doing the same, all in this one run, and
 * prints one table. Ends with 1 if something could not be measured, and not because a target was missed.
 */
silenceNodeVersionWarning();
const sections = { addedDowntime, rdsCalls, bill, startUp, planning, lifecycles, verification };

const rows: Row[] = [];
for (const [name, measure] of Object.entries(sections)) {
  const began = performance.now();
  try {
    rows.push(...(await measure()));
  } catch (fault) {
    console.error(`${name} could not be measured:`, fault);
    process.exitCode = 1;
  }
  console.error(`${name}: ${((performance.now() - began) / 1_000).toFixed(0)} s`);
}
rows.sort((a, b) => Number.parseInt(a.metric, 10) - Number.parseInt(b.metric, 10));
printTable(rows, console.log);
