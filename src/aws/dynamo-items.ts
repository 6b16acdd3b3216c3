import type { CreateTableCommandInput } from "@aws-sdk/client-dynamodb";
import type { Instant } from "../core/time.ts";
import type { Request } from "../engine/request.ts";
import type { Item } from "./dynamo-table.ts";

/**
 * One table. What belongs to a database is under its key (`account/region/name`); requests are under
 * `inbox`, the pollers' epoch under `poller`, which no key of a database can be.
 */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export const inbox = "inbox";

export const keys = {
  /** Of the one open migration that a database can have. */
  open: (database: string): Key => ({ pk: database, sk: "open" }),
  past: (database: string, migration: string): Key => ({ pk: database, sk: `past#${migration}` }),
  plan: (database: string, hash: string): Key => ({ pk: database, sk: `plan#${hash}` }),
  /** Padded, so that entries are found in the order of their numbers. */
  entry: (database: string, migration: string, seq: number): Key => ({
    pk: database,
    sk: `entry#${migration}#${String(seq).padStart(16, "0")}`,
  }),
  evidence: (database: string, migration: string): Key => ({ pk: database, sk: `evidence#${migration}` }),
  thread: (database: string, migration: string): Key => ({ pk: database, sk: `thread#${migration}` }),
  request: (id: string): Key => ({ pk: inbox, sk: id }),
  epoch: { pk: "poller", sk: "epoch" } as const satisfies Key,
  beat: { pk: "poller", sk: "beat" } as const satisfies Key,
  halt: { pk: "poller", sk: "halt" } as const satisfies Key,
};

/**
 * What there is to do, over all databases. Sparse: only open migrations, ended ones whose thread is not complete or that are
 * looked after, and requests without an answer have the two attributes; `standing` tells what is due from what rests.
 */
export const agendaIndex = "agenda";
export const due = { queue: "work", standing: "due" } as const;
export const resting = { queue: "work", standing: "resting" } as const;
/** At rest as well, told apart so that those who must do something can be counted. */
export const stuck = { queue: "work", standing: "stuck" } as const;
/**
 * At rest until a time, of ended migrations. Every other standing sorts before it, and the padded times by themselves, so that
 * one range holds all but those that go on resting.
 */
export function restingUntil(time: Instant): Pick<typeof due, "queue"> & { readonly standing: string } {
  return { queue: due.queue, standing: `until#${String(time).padStart(16, "0")}` };
}

/** A request that waits for its answer. */
export function requestItem(request: Request): Item {
  return { ...keys.request(request.id), ...due, since: request.at, body: JSON.stringify(request) };
}

/**
 * Within one partition, by `since`: the requests without an answer, and the migrations of a database that have
 * ended. Local, since only a local index can be read consistently: a request is asked for the moment it is put.
 */
export const sinceIndex = "since";

/** What the table is created with, but for its name. */
export const tableDefinition = {
  BillingMode: "PAY_PER_REQUEST",
  AttributeDefinitions: [
    { AttributeName: "pk", AttributeType: "S" },
    { AttributeName: "sk", AttributeType: "S" },
    { AttributeName: "queue", AttributeType: "S" },
    { AttributeName: "standing", AttributeType: "S" },
    { AttributeName: "since", AttributeType: "N" },
  ],
  KeySchema: [
    { AttributeName: "pk", KeyType: "HASH" },
    { AttributeName: "sk", KeyType: "RANGE" },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: agendaIndex,
      KeySchema: [
        { AttributeName: "queue", KeyType: "HASH" },
        { AttributeName: "standing", KeyType: "RANGE" },
      ],
      Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["migration"] },
    },
  ],
  LocalSecondaryIndexes: [
    {
      IndexName: sinceIndex,
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "since", KeyType: "RANGE" },
      ],
      Projection: { ProjectionType: "KEYS_ONLY" },
    },
  ],
} satisfies Omit<CreateTableCommandInput, "TableName">;
