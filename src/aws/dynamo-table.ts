import { randomUUID } from "node:crypto";
import {
  type AttributeValue,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  paginateQuery,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { Key } from "./dynamo-items.ts";
import { everyPage } from "./pages.ts";

/** @public for whoever writes the policies */
export const actions = [
  "dynamodb:GetItem",
  "dynamodb:PutItem",
  "dynamodb:UpdateItem",
  "dynamodb:DeleteItem",
  "dynamodb:Query",
] as const;

type Values = Readonly<Record<string, string | number>>;

/** An item: its key, the attributes that conditions and indexes need, and everything else as JSON in `body`. */
export type Item = Key & Values;

/** What must hold for a write to happen, such as `revision = :revision`. */
export interface Condition {
  readonly text: string;
  readonly values?: Values;
}

export const absent: Condition = { text: "attribute_not_exists(pk)" };
export const present: Condition = { text: "attribute_exists(pk)" };

interface Query {
  readonly where: string;
  readonly values: Values;
  readonly index?: string;
}

/** The few operations that the store is made of, each on one item. A lost condition is an answer. */
export interface Table {
  read(key: Key): Promise<Item | undefined>;
  /** False if the condition does not hold. */
  write(item: Item, condition: Condition): Promise<boolean>;
  /** The item as it is after the update; undefined if the condition does not hold. */
  update(
    key: Key,
    update: string,
    options: { values?: Values; condition?: Condition },
  ): Promise<Item | undefined>;
  /** Does nothing if the condition does not hold. */
  remove(key: Key, condition: Condition): Promise<void>;
  query(query: Query): Promise<readonly Item[]>;
  /** The last ones first. */
  last(query: Query, atMost: number): Promise<readonly Item[]>;
  /** From a global index, which lags behind and holds only what is projected. */
  glance(query: Query): Promise<readonly Item[]>;
}

export function openTable(client: DynamoDBClient, TableName: string): Table {
  const read: Table["read"] = async ({ pk, sk }) => {
    const command = new GetItemCommand({ TableName, Key: attributes({ pk, sk }), ConsistentRead: true });
    const { Item: found } = await client.send(command);
    return found && itemOf(found);
  };

  return {
    read,
    write: async (item, condition) => {
      const writer = randomUUID();
      const command = new PutItemCommand({
        TableName,
        Item: attributes({ ...item, writer }),
        ...onlyIf(condition),
      });
      if (await unlessRefused(() => client.send(command))) return true;
      // The client sends a call again whose reply was lost, and the second is refused because of the first.
      return (await read(item))?.writer === writer;
    },
    update: async ({ pk, sk }, update, { values, condition }) => {
      const command = new UpdateItemCommand({
        TableName,
        Key: attributes({ pk, sk }),
        UpdateExpression: update,
        ...onlyIf(condition, values),
        ReturnValues: "ALL_NEW",
      });
      const answer = await unlessRefused(() => client.send(command));
      return answer?.Attributes && itemOf(answer.Attributes);
    },
    remove: async ({ pk, sk }, condition) => {
      const command = new DeleteItemCommand({ TableName, Key: attributes({ pk, sk }), ...onlyIf(condition) });
      await unlessRefused(() => client.send(command));
    },
    query: async (query) => {
      const pages = paginateQuery({ client }, { TableName, ...asked(query), ...whole });
      return (await everyPage(pages, ({ Items }) => Items)).map(itemOf);
    },
    glance: async (query) => {
      const pages = paginateQuery({ client }, { TableName, ...asked(query) });
      return (await everyPage(pages, ({ Items }) => Items)).map(itemOf);
    },
    last: async (query, atMost) => {
      const backwards = { ScanIndexForward: false, Limit: atMost };
      const found: Item[] = [];
      for await (const { Items = [] } of paginateQuery(
        { client },
        { TableName, ...asked(query), ...whole, ...backwards },
      )) {
        found.push(...Items.map(itemOf));
        if (found.length >= atMost) break;
      }
      return found.slice(0, atMost);
    },
  };
}

async function unlessRefused<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === "ConditionalCheckFailedException") return undefined;
    throw thrown;
  }
}

const whole = { ConsistentRead: true, Select: "ALL_ATTRIBUTES" as const };

function asked({ where, values, index }: Query) {
  return {
    KeyConditionExpression: where,
    ...named(values),
    ...(index !== undefined && { IndexName: index }),
  };
}

function onlyIf(condition: Condition | undefined, others: Values = {}) {
  return {
    ...(condition && { ConditionExpression: condition.text }),
    ...named({ ...others, ...condition?.values }),
  };
}

/** DynamoDB refuses an empty set of values. */
function named(values: Values) {
  const entries = Object.entries(values).map(([name, value]) => [`:${name}`, attribute(value)] as const);
  return entries.length > 0 ? { ExpressionAttributeValues: Object.fromEntries(entries) } : {};
}

export function attributes(item: Values): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, attribute(value)]));
}

function attribute(value: string | number): AttributeValue {
  return typeof value === "string" ? { S: value } : { N: String(value) };
}

function itemOf(found: Record<string, AttributeValue>): Item {
  const entries = Object.entries(found).map(([name, { S, N }]) => [name, S ?? Number(N)] as const);
  return Object.fromEntries(entries) as Item;
}
