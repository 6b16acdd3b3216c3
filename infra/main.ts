import { createApp } from "./app.ts";
import { readSettings } from "./settings.ts";

const own = "infra/settings.json";
const example = "infra/settings.example.json";

try {
  let settings = readSettings(own);
  if (!settings) {
    // Its account is nobody's, so that it can be looked at and not deployed.
    console.error(`There is no ${own}: this is ${example}. Copy it and fill it in.`);
    settings = readSettings(example);
  }
  if (!settings) throw new Error(`${example} is missing`);
  const bundles = {
    ...{ slack: "dist/slack", worker: "dist/worker", probe: "dist/probe" },
    transfer: "dist/transfer",
  };
  createApp(settings, bundles).app.synth();
} catch (fault) {
  console.error(fault instanceof Error ? fault.message : fault);
  process.exitCode = 1;
}
