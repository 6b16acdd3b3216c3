import { gunzipSync, gzipSync } from "node:zlib";
import type { Store } from "../engine/deps.ts";
import { keys } from "./dynamo-items.ts";
import { absent, type Table } from "./dynamo-table.ts";

/**
 * The evidence packs. They are the largest things in the table and repeat themselves; compressed, even the pack of a cluster with
 * forty instances and of a journal of thousands of entries is far below DynamoDB's 400 KB.
 */
export function evidence(table: Table): Pick<Store, "keepEvidence" | "findEvidence"> {
  return {
    keepEvidence: (database, migration, text) => {
      const body = gzipSync(text).toString("base64");
      return table.write({ ...keys.evidence(database, migration), body }, absent);
    },
    findEvidence: async (database, migration) => {
      const item = await table.read(keys.evidence(database, migration));
      return item && gunzipSync(Buffer.from(String(item.body), "base64")).toString("utf8");
    },
  };
}
