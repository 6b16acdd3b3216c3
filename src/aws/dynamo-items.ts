import type { CreateTableCommandInput } from "@aws-sdk/client-dynamodb";

/**
 * One table. What belongs to a database is under its key (`account/region/kind/name`); requests are under
 * `inbox`, the pollers' epoch under `poller`, which no key of a database can be.
 */
export interface Key {
  readonly partition: string;
  readonly sort: string;
}

const width = 15;
const padded = (number: number) => String(number).padStart(width, "0");

export const keys = {
  open: (database: string): Key => ({ partition: database, sort: "open" }),
  plan: (database: string, hash: string): Key => ({ partition: database, sort: `plan#${hash}` }),
  /** Padded, so that entries are found in the order of their numbers. */
  entry: (database: string, migration: string, seq: number): Key => ({
    partition: database,
    sort: `entry#${migration}#${padded(seq)}`,
  }),
  /** By the time of its end, so that the last one is found without reading the others. */
  past: (database: string, migration: string, endedAt: number): Key => ({
    partition: database,
    sort: `past#${padded(endedAt)}#${migration}`,
  }),
  thread: (database: string, migration: string): Key => ({ partition: database, sort: `thread#${migration}` }),
  request: (id: string): Key => ({ partition: "inbox", sort: id }),
  epoch: { partition: "poller", sort: "epoch" } as const satisfies Key,
};

/** Open migrations by when they are due. Sparse: only the items of open migrations have `queue`. */
export const dueIndex = "due";
export const openQueue = "open";
/** The end of the queue, for what is due never: it is found among the open ones and not among the due ones. */
export const never = Number.MAX_SAFE_INTEGER;

/** Requests that nobody has answered yet, and only they, in order. Local, for one may be asked for at once. */
export const pendingIndex = "pending";

/** What the table is created with, but for its name. */
export const tableDefinition = {
  BillingMode: "PAY_PER_REQUEST",
  AttributeDefinitions: [
    { AttributeName: "partition", AttributeType: "S" },
    { AttributeName: "sort", AttributeType: "S" },
    { AttributeName: "queue", AttributeType: "S" },
    { AttributeName: "dueAt", AttributeType: "N" },
    { AttributeName: "pendingSince", AttributeType: "N" },
  ],
  KeySchema: [
    { AttributeName: "partition", KeyType: "HASH" },
    { AttributeName: "sort", KeyType: "RANGE" },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: dueIndex,
      KeySchema: [
        { AttributeName: "queue", KeyType: "HASH" },
        { AttributeName: "dueAt", KeyType: "RANGE" },
      ],
      Projection: { ProjectionType: "KEYS_ONLY" },
    },
  ],
  LocalSecondaryIndexes: [
    {
      IndexName: pendingIndex,
      KeySchema: [
        { AttributeName: "partition", KeyType: "HASH" },
        { AttributeName: "pendingSince", KeyType: "RANGE" },
      ],
      Projection: { ProjectionType: "ALL" },
    },
  ],
} satisfies Omit<CreateTableCommandInput, "TableName">;
