import { RemovalPolicy, type Stack } from "aws-cdk-lib";
import { CfnTable } from "aws-cdk-lib/aws-dynamodb";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { inbox, keys, tableDefinition } from "../src/aws/dynamo-items.ts";
import { actions } from "../src/aws/dynamo-table.ts";
import { usingActions } from "./key.ts";
import { product } from "./names.ts";

/**
 * The store. Nothing in it expires: a request whose body is gone still says that it was served, a plan is what was approved, and
 * the journal is the evidence. A migration leaves some hundred kilobytes.
 */
export function createTable(stack: Stack, key: IKey): CfnTable {
  const table = new CfnTable(stack, "Table", {
    tableName: product,
    keySchema: [],
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    sseSpecification: { sseEnabled: true, sseType: "KMS", kmsMasterKeyId: key.keyArn },
    deletionProtectionEnabled: true,
  });
  // CloudFormation calls everything as CreateTable does, so what the code means is the template, word for word.
  for (const [property, value] of Object.entries(tableDefinition)) table.addPropertyOverride(property, value);
  table.applyRemovalPolicy(RemovalPolicy.RETAIN);
  return table;
}

/** Everything that the store does, on the table and its indexes. */
export function storeStatements(stack: Stack, table: CfnTable, key: IKey): readonly PolicyStatement[] {
  return [
    new PolicyStatement({
      sid: "Store",
      actions: [...actions],
      resources: [table.attrArn, ...indexArns(table)],
    }),
    throughDynamo(stack, key),
  ];
}

function indexArns(table: CfnTable): readonly string[] {
  const { GlobalSecondaryIndexes, LocalSecondaryIndexes } = tableDefinition;
  return [...GlobalSecondaryIndexes, ...LocalSecondaryIndexes].map(
    ({ IndexName }) => `${table.attrArn}/index/${IndexName}`,
  );
}

/** For the night in which there is no worker: to read everything, and to throw the kill switch. */
export function nightStatements(stack: Stack, table: CfnTable, key: IKey): readonly PolicyStatement[] {
  return [
    new PolicyStatement({
      sid: "ReadTheTable",
      actions: ["dynamodb:GetItem", "dynamodb:Query"],
      resources: [table.attrArn, ...indexArns(table)],
    }),
    new PolicyStatement({
      sid: "Halt",
      actions: ["dynamodb:UpdateItem"],
      resources: [table.attrArn],
      conditions: {
        "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": [keys.halt.pk] },
        Null: { "dynamodb:LeadingKeys": "false" },
      },
    }),
    throughDynamo(stack, key),
  ];
}

/** To put a request, and to touch nothing else: not a migration, not an approval, not even a request that is there. */
export function inboxStatements(stack: Stack, table: CfnTable, key: IKey): readonly PolicyStatement[] {
  return [
    new PolicyStatement({
      sid: "PutRequests",
      actions: ["dynamodb:PutItem"],
      resources: [table.attrArn],
      conditions: {
        "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": [inbox] },
        // "For all" holds for none as well.
        Null: { "dynamodb:LeadingKeys": "false" },
      },
    }),
    throughDynamo(stack, key),
  ];
}

/** DynamoDB uses the key with the caller's rights. Source: DynamoDB Developer Guide, Encryption at rest: usage notes. */
function throughDynamo(stack: Stack, key: IKey): PolicyStatement {
  return new PolicyStatement({
    sid: "UseKeyThroughDynamo",
    actions: [...usingActions],
    resources: [key.keyArn],
    conditions: { StringEquals: { "kms:ViaService": `dynamodb.${stack.region}.amazonaws.com` } },
  });
}
