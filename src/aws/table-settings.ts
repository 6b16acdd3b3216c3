import {
  type CreateTableCommandInput,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import { calling, finding, incomplete } from "./faults.ts";

/** @public for whoever may look over a deployment */
export const actions = [
  "dynamodb:DescribeTable",
  "dynamodb:DescribeContinuousBackups",
  "dynamodb:DescribeTimeToLive",
] as const;

export interface TableFacts {
  readonly keys: string;
  /** By name: its kind, its keys and what it holds. */
  readonly indexes: Readonly<Record<string, string>>;
  readonly onDemand: boolean;
  readonly deletionProtection: boolean;
  readonly pointInTimeRecovery: boolean;
  /** True as well while it is being switched on. */
  readonly timeToLive: boolean;
  /** Null for a key that AWS owns, of which DynamoDB tells nothing. */
  readonly keyArn: string | null;
}

/** How a table is kept. Throws a `CloudFault`. */
export async function findTable(client: DynamoDBClient, TableName: string): Promise<TableFacts | undefined> {
  const described = await finding("DescribeTable", "ResourceNotFoundException", () =>
    client.send(new DescribeTableCommand({ TableName })),
  );
  if (!described) return undefined;
  const table = described.Table;
  if (!table?.KeySchema) throw incomplete("DescribeTable", "KeySchema");
  const [backups, expiry] = await Promise.all([
    calling("DescribeContinuousBackups", () =>
      client.send(new DescribeContinuousBackupsCommand({ TableName })),
    ),
    calling("DescribeTimeToLive", () => client.send(new DescribeTimeToLiveCommand({ TableName }))),
  ]);
  const recovery = backups.ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
  const { TimeToLiveStatus: expires } = expiry.TimeToLiveDescription ?? {};
  return {
    ...layoutOf(table),
    onDemand: table.BillingModeSummary?.BillingMode === "PAY_PER_REQUEST",
    deletionProtection: table.DeletionProtectionEnabled === true,
    pointInTimeRecovery: recovery?.PointInTimeRecoveryStatus === "ENABLED",
    timeToLive: expires === "ENABLED" || expires === "ENABLING",
    keyArn: table.SSEDescription?.KMSMasterKeyArn ?? null,
  };
}

type Index = NonNullable<CreateTableCommandInput["LocalSecondaryIndexes"]>[number];
type IndexAsTold = { readonly [name in keyof Index]: Index[name] | undefined };

interface Layout {
  readonly KeySchema?: Index["KeySchema"];
  readonly AttributeDefinitions?: CreateTableCommandInput["AttributeDefinitions"];
  readonly GlobalSecondaryIndexes?: readonly Partial<IndexAsTold>[] | undefined;
  readonly LocalSecondaryIndexes?: readonly Partial<IndexAsTold>[] | undefined;
}

/** The same words for a table that is there and for one that is defined. */
export function layoutOf(table: Layout): Pick<TableFacts, "keys" | "indexes"> {
  const types = new Map(
    table.AttributeDefinitions?.map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]),
  );
  const keysOf = (schema: Index["KeySchema"] = []) =>
    schema.map(({ AttributeName: name, KeyType }) => `${name} (${types.get(name)}, ${KeyType})`).join(", ");
  const indexes = (kind: string, all: Layout["GlobalSecondaryIndexes"] = []) =>
    all.map(({ IndexName = "", KeySchema, Projection }) => {
      const held = [Projection?.ProjectionType, ...(Projection?.NonKeyAttributes ?? []).toSorted()];
      return [IndexName, `${kind}, by ${keysOf(KeySchema)}, with ${held.join(" ")}`] as const;
    });
  return {
    keys: keysOf(table.KeySchema),
    indexes: Object.fromEntries([
      ...indexes("global", table.GlobalSecondaryIndexes),
      ...indexes("local", table.LocalSecondaryIndexes),
    ]),
  };
}
