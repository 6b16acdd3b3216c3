import type { Tags } from "./cloud.ts";

/** Every identifier that a migration will make. They hold the migration's id, so no two migrations share one. */
export interface Names {
  readonly migration: string;
  /** What the replacement is called. */
  readonly replacement: (name: string) => string;
  /** What a target is called that is filled before it takes a name. */
  readonly target: (name: string) => string;
  /** What the source is called once the replacement takes its name. */
  readonly retired: (name: string) => string;
  /** What a replacement is called that a rollback put aside. */
  readonly failed: (name: string) => string;
  readonly safetySnapshot: string;
  /** The safety snapshot under the new key. */
  readonly firstCopy: string;
  /** Of the fenced source, after T1. */
  readonly finalSnapshot: string;
  readonly finalCopy: string;
  /** Of a source that is about to be deleted. */
  readonly lastSnapshot: string;
  /** What its snapshots and their copies are. */
  readonly snapshotsAre: "safety-copy" | "copy";
}

const longestIdentifier = 63;

/** `id` is the migration's: a letter and then letters or digits, at most 8 characters. */
export function namesFor(id: string, source: string): Names {
  return {
    migration: id,
    replacement: (name) => name,
    target: (name) => `${name}-new-${id}`,
    retired: (name) => `${name}-old-${id}`,
    failed: (name) => `${name}-failed-${id}`,
    safetySnapshot: `${source}-before-${id}`,
    firstCopy: `${source}-before-${id}-copy`,
    finalSnapshot: `${source}-after-${id}`,
    finalCopy: `${source}-after-${id}-copy`,
    lastSnapshot: `${source}-last-${id}`,
    snapshotsAre: "safety-copy",
  };
}

/** In a rehearsal the source keeps its name, and everything that is made is thrown away. */
export function rehearsalNames(id: string, source: string): Names {
  return {
    ...namesFor(id, source),
    replacement: (name) => `${name}-try-${id}`,
    target: (name) => `${name}-try-${id}`,
    retired: (name) => name,
    snapshotsAre: "copy",
  };
}

/** The database and the migration that a retired source's name tells; undefined for a name that no migration gives a source. */
export function readRetired(
  name: string,
): { readonly database: string; readonly migration: string } | undefined {
  const [, database, migration] = /^(.+)-old-([a-z][a-z0-9]{0,7})$/.exec(name) ?? [];
  return database === undefined || migration === undefined ? undefined : { database, migration };
}

/** True if every name made from `name` is within the 63 characters that RDS allows. */
export function fits({ replacement, target, retired, failed }: Names, name: string): boolean {
  return [replacement, target, retired, failed].every((called) => called(name).length <= longestIdentifier);
}

/** Tags that the bot writes. They say whose a resource is, also when the store is gone. */
export const migrationTag = "encrypt-db:migration";
export const roleTag = "encrypt-db:role";
/** Set to `true` by whoever owns a database, never by the bot: without it no policy lets the bot change it. */
export const enrolledTag = "encrypt-db:enrolled";
/** Set to `whole` by an owner who wants every row compared before the opening, which takes as long as reading them all. */
export const compareTag = "encrypt-db:compare";
/**
 * Roles, separated by spaces, whose owners set their passwords on the new server themselves: set by an owner, it is covered by
 * the approval like every tag.
 */
export const ownPasswordsTag = "encrypt-db:passwords-by-owner";
/**
 * Set by an owner who manages a database with Terraform: the address of the resource. AWS allows no brackets in a tag, so that
 * `aws_rds_cluster.this[0]` is written `aws_rds_cluster.this/0`, and `this["one"]` is `this/one`.
 */
export const terraformTag = "encrypt-db:terraform";
/** A safety copy is insurance and never deleted; a copy is only a means. */
export type Role =
  | "source"
  | "replacement"
  | "retired"
  | "failed"
  /** A retired source whose deletion was approved. */
  | "condemned"
  | "safety-copy"
  | "copy";

export function ownTags(names: Names, role: Role): Tags {
  return { [migrationTag]: names.migration, [roleTag]: role };
}

export function isOurs(of: Tags, names: Names): boolean {
  return of[migrationTag] === names.migration;
}

export function isEnrolled(tags: Tags): boolean {
  return tags[enrolledTag] === "true";
}

/** Tags without the bot's own and without AWS's, which nobody else may set. */
export function foreignTags(of: Tags): Tags {
  const own: readonly string[] = [migrationTag, roleTag];
  return Object.fromEntries(
    Object.entries(of).filter(([key]) => !own.includes(key) && !key.startsWith("aws:")),
  );
}
