import { App, type Stack, Validations } from "aws-cdk-lib";
import flags from "aws-cdk-lib/recommended-feature-flags.json" with { type: "json" };
import { AwsSolutionsChecks } from "cdk-nag";
import { createDestination } from "./destination.ts";
import type { DestinationSettings } from "./destination-settings.ts";
import type { Settings } from "./settings.ts";
import { type Bundles, createStack } from "./stack.ts";

interface Deployment {
  readonly app: App;
  readonly stack: Stack;
}

/** The deployment as a program. Synthesis fails at a finding of cdk-nag that nobody has argued. */
export function createApp(settings: Settings, bundles: Bundles, outdir?: string): Deployment {
  const app = checkedApp(outdir);
  return { app, stack: createStack(app, settings, bundles) };
}

/** As `createApp`, of what the other account has: it is deployed by other people, with that account's credentials. */
export function createDestinationApp(settings: DestinationSettings, outdir?: string): Deployment {
  const app = checkedApp(outdir);
  return { app, stack: createDestination(app, settings) };
}

function checkedApp(outdir: string | undefined): App {
  const app = new App({
    analyticsReporting: false,
    context: flags,
    ...(outdir !== undefined && { outdir }),
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}
