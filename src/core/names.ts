import type { Tags } from "./cloud.ts";

/** Every identifier that a migration will make. They hold the migration's id, so no two migrations share one. */
export interface Names {
  readonly migration: string;
  /** What the source is called once the replacement takes its name. */
  readonly retired: (name: string) => string;
  /** What a replacement is called that a rollback put aside. */
  readonly failed: (name: string) => string;
  readonly safetySnapshot: string;
}

const longestIdentifier = 63;

/** `id` is the migration's: a letter and then letters or digits, at most 8 characters. */
export function namesFor(id: string, cluster: string): Names {
  return {
    migration: id,
    retired: (name) => `${name}-old-${id}`,
    failed: (name) => `${name}-failed-${id}`,
    safetySnapshot: `${cluster}-before-${id}`,
  };
}

/** True if every name made from `name` is within the 63 characters that RDS allows. */
export function fits(names: Names, name: string): boolean {
  return names.failed(name).length <= longestIdentifier && names.retired(name).length <= longestIdentifier;
}

/** Tags that the bot writes. They say whose a resource is, also when the store is gone. */
export const migrationTag = "encrypt-db:migration";
export const roleTag = "encrypt-db:role";
/** Set to `true` by whoever owns a database, never by the bot: without it no policy lets the bot change it. */
export const enrolledTag = "encrypt-db:enrolled";
export type Role = "source" | "replacement" | "retired" | "failed" | "safety-copy";

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
