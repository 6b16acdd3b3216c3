import { expect, test } from "vitest";
import { type Ask, isAllowed, type Statement } from "../../src/sim/aws/iam/evaluate.ts";
import { all, synthesise } from "./deployment.ts";

const [policy] = all(synthesise(), "AWS::IAM::ManagedPolicy");

/** What stands for an ARN in the template is its own name here. */
const statements: readonly Statement[] = policy?.PolicyDocument.Statement.map((statement: Statement) => ({
  ...statement,
  Resource: [statement.Resource].flat().map(named),
}));

function named(resource: unknown): string {
  const text = JSON.stringify(resource);
  return /TableKey|OwnKey|"Key/.test(text)
    ? "key"
    : /Worker/.test(text)
      ? "worker"
      : text.includes("/index/")
        ? "index"
        : "table";
}

const may = (action: string, resource: string, context: Ask["context"] = {}) =>
  isAllowed([statements], { action, resource, context });

test("operators may ask the worker, read the table and throw the kill switch, and nothing else", () => {
  expect(may("lambda:InvokeFunction", "worker")).toBe(true);
  expect(may("dynamodb:GetItem", "table")).toBe(true);
  expect(may("dynamodb:Query", "index")).toBe(true);
  expect(may("dynamodb:UpdateItem", "table", { "dynamodb:LeadingKeys": ["poller"] })).toBe(true);

  const migration = ["111122223333/eu-west-1/orders"];
  expect(may("dynamodb:UpdateItem", "table", { "dynamodb:LeadingKeys": migration })).toBe(false);
  expect(may("dynamodb:UpdateItem", "table")).toBe(false);
  expect(may("dynamodb:PutItem", "table", { "dynamodb:LeadingKeys": ["inbox"] })).toBe(false);
  expect(may("dynamodb:DeleteItem", "table", { "dynamodb:LeadingKeys": ["poller"] })).toBe(false);
  expect(may("kms:Decrypt", "key")).toBe(false);
});
