import * as z from "zod";
import { StoredOtherwise } from "../engine/deps.ts";
import type { Item } from "./dynamo-table.ts";

/** Throws `StoredOtherwise` where an item is not what this version would have written. */
export function parsed<T>(item: Item, schema: z.core.$ZodType<T>): T {
  try {
    return z.parse(schema, JSON.parse(String(item.body)));
  } catch (fault) {
    throw new StoredOtherwise(`${item.pk} ${item.sk}`, fault);
  }
}

/** For a promise that fails: nothing instead of what another version wrote. */
export function unlessReadable(fault: unknown): undefined {
  if (!(fault instanceof StoredOtherwise)) throw fault;
}

/** Without what another version wrote. */
export function readable<T>(items: readonly Item[], schema: z.core.$ZodType<T>): readonly T[] {
  return items.flatMap((item) => {
    try {
      return [parsed(item, schema)];
    } catch {
      return [];
    }
  });
}
