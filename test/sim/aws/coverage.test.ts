import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import type { Service } from "../../../src/sim/aws/fault.ts";
import { coverage } from "../../../src/sim/aws/operations.ts";

const gateway = new URL("../../../src/aws/", import.meta.url);

/** The actions that a file of the gateway declares to need. */
async function actionsOf(file: string): Promise<readonly string[]> {
  const module: { readonly actions?: readonly string[] } = await import(new URL(file, gateway).href);
  return module.actions ?? [];
}

/** Action prefixes are the names that services sign with, save for Lambda's one action. */
function covers(action: string): boolean {
  const [service = "", operation = ""] = action.split(":");
  if (action === "lambda:InvokeFunction") return coverage.lambda.includes("Invoke");
  return (coverage[service as Service] ?? []).includes(operation);
}

test("the account covers every operation that the gateway can call", async () => {
  const files = (await readdir(gateway)).filter((file) => file.endsWith(".ts"));
  const actions = (await Promise.all(files.map(actionsOf))).flat();
  // DynamoDB is a server of its own; tasks that carry a dump are tried against the service's answers as they are documented.
  const elsewhere = /^(dynamodb|ecs|logs|secretsmanager):/;
  const ours = actions.filter((action) => !elsewhere.test(action));
  expect(ours.length).toBeGreaterThan(20);
  expect(ours.filter((action) => !covers(action))).toEqual([]);
});
