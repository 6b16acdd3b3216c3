import { createApp } from "./app.ts";
import { settingsFile } from "./settings.ts";
import { synthesiseWith } from "./settings-file.ts";

const bundles = {
  ...{ slack: "dist/slack", worker: "dist/worker", probe: "dist/probe" },
  transfer: "dist/transfer",
};

synthesiseWith(settingsFile, (settings) => createApp(settings, bundles).app.synth());
