import { type AttributeValue, type DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { agendaIndex, sinceIndex } from "../../src/aws/dynamo-items.ts";

type Item = Readonly<Record<string, AttributeValue>>;

export interface Units {
  /** Write and read request units, as an on-demand table is billed. */
  writes: number;
  reads: number;
}

interface Input {
  readonly TableName: string;
  readonly Key?: Item;
  readonly Item?: Item;
  readonly IndexName?: string;
  readonly ConsistentRead?: boolean;
}

/** What stands in an index of an item: the attributes that it is found by, and those projected. */
const indexes = [
  { name: agendaIndex, keys: ["queue", "standing"], projected: ["pk", "sk", "migration"] },
  { name: sinceIndex, keys: ["pk", "since"], projected: ["sk"] },
] as const;

/**
 * Counts what every request of `client` costs, by DynamoDB's rules for on-demand tables: writes by the kilobyte of the larger
 * of the item before and after, also where the condition does not hold, and once more for every index entry that appears, changes
 * or goes, twice where its key changes; reads by four kilobytes, half where they may lag. `aside` looks at items without being
 * counted. Source: DynamoDB Developer Guide, Read and write operations; Using secondary indexes, Write considerations.
 */
export function meterCapacity(client: DynamoDBClient, aside: DynamoDBClient): Units {
  const units: Units = { writes: 0, reads: 0 };
  client.middlewareStack.add(
    (next, { commandName = "" }) =>
      async (args) => {
        const input = args.input as Input;
        const key = keyOf(input);
        if (key === undefined || commandName === "GetItemCommand") {
          const answer = await next(args);
          const { Item: one, Items: items } = answer.output as { Item?: Item; Items?: readonly Item[] };
          units.reads += readUnits(input, items ?? (one ? [one] : []));
          return answer;
        }
        const before = await find(aside, input.TableName, key);
        try {
          return await next(args);
        } finally {
          units.writes += writeUnits(before, await find(aside, input.TableName, key));
        }
      },
    { step: "initialize", name: "capacity" },
  );
  return units;
}

function keyOf({ Key, Item: put }: Input): Item | undefined {
  if (Key) return Key;
  return put?.pk && put.sk ? { pk: put.pk, sk: put.sk } : undefined;
}

async function find(aside: DynamoDBClient, TableName: string, Key: Item): Promise<Item | undefined> {
  const { Item: found } = await aside.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
  return found;
}

function writeUnits(before: Item | undefined, after: Item | undefined): number {
  const item = Math.max(1, Math.ceil(Math.max(sizeOf(before), sizeOf(after)) / 1_024));
  return indexes.reduce((sum, index) => sum + entryUnits(index, before, after), item);
}

function entryUnits(
  index: (typeof indexes)[number],
  before: Item | undefined,
  after: Item | undefined,
): number {
  const [was, is] = [entryOf(index, before), entryOf(index, after)];
  const size = Math.max(1, Math.ceil(Math.max(sizeOf(was), sizeOf(is)) / 1_024));
  if (JSON.stringify(was) === JSON.stringify(is)) return 0;
  if (!was || !is) return size;
  const isMoved = index.keys.some((key) => JSON.stringify(was[key]) !== JSON.stringify(is[key]));
  return isMoved ? 2 * size : size;
}

/** Undefined where the item lacks a key of the index, which is sparse. */
function entryOf({ keys, projected }: (typeof indexes)[number], item: Item | undefined): Item | undefined {
  if (!item || keys.some((key) => item[key] === undefined)) return undefined;
  return Object.fromEntries(
    [...new Set([...keys, ...projected])].flatMap((name) => (item[name] ? [[name, item[name]]] : [])),
  );
}

/** At least one unit of four kilobytes. An index that holds keys only sends for each whole item in the table. */
function readUnits({ IndexName, ConsistentRead = false }: Input, items: readonly Item[]): number {
  const share = ConsistentRead ? 1 : 0.5;
  const pages = (bytes: number) => Math.max(1, Math.ceil(bytes / 4_096));
  if (IndexName !== sinceIndex) return share * pages(items.reduce((sum, item) => sum + sizeOf(item), 0));
  const fetched = items.reduce((sum, item) => sum + pages(sizeOf(item)), 0);
  return share * (1 + fetched);
}

/** Bytes as DynamoDB counts them: names and texts in UTF-8, a number by its digits. */
export function sizeOf(item: Item | undefined): number {
  return Object.entries(item ?? {}).reduce((sum, [name, { S, N }]) => {
    const value = S === undefined ? Math.ceil((N ?? "").length / 2) + 1 : Buffer.byteLength(S);
    return sum + Buffer.byteLength(name) + value;
  }, 0);
}
