import { App, type Stack, Validations } from "aws-cdk-lib";
import flags from "aws-cdk-lib/recommended-feature-flags.json" with { type: "json" };
import { AwsSolutionsChecks } from "cdk-nag";
import type { Settings } from "./settings.ts";
import { type Bundles, createStack } from "./stack.ts";

/** The deployment as a program. Synthesis fails at a finding of cdk-nag that nobody has argued. */
export function createApp(settings: Settings, bundles: Bundles, outdir?: string): { app: App; stack: Stack } {
  const app = new App({
    analyticsReporting: false,
    context: flags,
    ...(outdir !== undefined && { outdir }),
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return { app, stack: createStack(app, settings, bundles) };
}
