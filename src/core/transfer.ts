import * as z from "zod";
import { endpoint } from "./database.ts";
import { type Problem, problem, problemSchema } from "./problem.ts";

/**
 * The logical copy of a whole PostgreSQL server: every database of it with the system's own client tools, and what belongs to the
 * server around them. Implemented in src/transfer; everything is plain JSON, because on AWS it runs in a container of its own.
 */

export const transferJob = z.object({
  /** The migration. */
  id: z.string(),
  /** Of the database that is moved, as people type it. */
  name: z.string(),
  /**
   * `prepare` goes before the downtime: it makes the roles, restores every schema once for trial and takes it away again, and says
   * what stands in the way. `move` goes behind the fence, after T1.
   */
  work: z.enum(["prepare", "move"]),
  /** Of the marker. The target has it only once all of it is restored and compared. */
  token: z.string(),
  source: endpoint,
  /** A new server of the same master user; nothing is in it but what it was made with. */
  target: z.object({
    endpoint,
    resourceId: z.string(),
    masterUser: z.string(),
    /** The secret of Secrets Manager in which RDS keeps the master's password; null where the process is told it. */
    masterSecretArn: z.string().nullable(),
  }),
  /** Roles whose owners set their passwords on the target themselves, as was approved: nobody can prove that they did. */
  passwordsByOwner: z.array(z.string()),
});
export type TransferJob = z.infer<typeof transferJob>;

export const phases = ["roles", "dump", "restore", "analyze", "compare", "finish"] as const;

/** A role that logs in, and what is known of its password: PostgreSQL on RDS shows it to nobody. */
const login = z.object({
  role: z.string(),
  /** `tested`: it logs in to the target. `iam`: it needs no password. `owner`: its owner says so. `none`: it has none yet. */
  assurance: z.enum(["tested", "iam", "owner", "none"]),
});
export type Login = z.infer<typeof login>;

export const transferReport = z.object({
  databases: z.array(
    z.object({
      name: z.string(),
      /** On the source, with its indexes. */
      bytes: z.number(),
      tables: z.number(),
      /** Counted and compared; null where only the schema was. */
      rows: z.number().nullable(),
      largeObjects: z.number().nullable(),
      /** Made anew by their queries, so that they can hold other rows than before. */
      materializedViews: z.array(z.string()),
      /** The target's server makes them in a version of its own: `hstore 1.8 instead of 1.7`. */
      otherExtensionVersions: z.array(z.string()),
    }),
  ),
  roles: z.number(),
  logins: z.array(login),
  /** What the target's master may not set, in words: on RDS `REPLICATION of etl`, for example. */
  notCarried: z.array(z.string()),
  /** Where the dump is written. */
  spoolBytesFree: z.number(),
});
export type TransferReport = z.infer<typeof transferReport>;

export const transferState = z.discriminatedUnion("state", [
  /** Nobody works at it: it was never begun, or whoever did is gone. */
  z.object({ state: z.literal("not-started") }),
  z.object({
    state: z.literal("running"),
    phase: z.enum(phases),
    /** The one that is worked at; null while it is the server. */
    database: z.string().nullable(),
    /** Tables of it, in this phase. */
    done: z.number(),
    total: z.number(),
    /** Databases that are whole. */
    databasesDone: z.number(),
    databases: z.number(),
  }),
  z.object({ state: z.literal("done"), report: transferReport }),
  z.object({ state: z.literal("failed"), problem: problemSchema }),
]);
export type TransferState = z.infer<typeof transferState>;

export interface Transfer {
  /** What stands in the way of any transfer of servers of this major version, before one is planned; undefined if nothing is known. */
  unready(name: string, major: number): Promise<Problem | undefined>;
  /**
   * Begins the job, or goes on with it. Safe to repeat: while it runs nothing is begun, and what is whole stays. A database that
   * was being restored is thrown away and made anew.
   */
  start(job: TransferJob): Promise<void>;
  /** What became of it. It can forget what was done before it was started anew, and is then to be started again. */
  look(job: TransferJob): Promise<TransferState>;
  /** Ends it, if it runs. Safe to repeat; it can be begun again, and what is whole stays. */
  stop(job: TransferJob): Promise<void>;
}

/** Where nobody has said where transfers run. */
export const noTransfer: Transfer = {
  unready: async (name) => problem("transfer.not-configured", { name }),
  start: async () => {},
  look: async ({ name }) => ({ state: "failed", problem: problem("transfer.not-configured", { name }) }),
  stop: async () => {},
};
