import type { Stack } from "aws-cdk-lib";
import type { CfnTable } from "aws-cdk-lib/aws-dynamodb";
import { ManagedPolicy, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { product } from "./names.ts";
import { nightStatements } from "./table.ts";

/**
 * What `npm run operate` needs, to be attached to whoever is to have it when Slack is down. That somebody may ask the worker says
 * nothing of who may decide: that is the configuration's business.
 */
export function createOperatorPolicy(stack: Stack, worker: IFunction, table: CfnTable, key: IKey): void {
  new ManagedPolicy(stack, "Operators", {
    managedPolicyName: `${product}-operators`,
    description: "For whoever may use npm run operate",
    statements: [
      new PolicyStatement({
        sid: "AskTheBot",
        actions: ["lambda:InvokeFunction"],
        resources: [worker.functionArn],
      }),
      ...nightStatements(stack, table, key),
    ],
  });
}
