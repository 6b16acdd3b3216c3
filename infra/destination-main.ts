import { createDestinationApp } from "./app.ts";
import { destinationFile } from "./destination-settings.ts";
import { synthesiseWith } from "./settings-file.ts";

synthesiseWith(destinationFile, (settings) => createDestinationApp(settings).app.synth());
