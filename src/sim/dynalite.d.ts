declare module "dynalite" {
  import type { Server } from "node:http";

  /** DynamoDB in this process. Without a path everything is kept in memory; states last 500 ms each by default. */
  export default function dynalite(options?: {
    readonly path?: string;
    readonly createTableMs?: number;
    readonly deleteTableMs?: number;
    readonly updateTableMs?: number;
  }): Server;
}
