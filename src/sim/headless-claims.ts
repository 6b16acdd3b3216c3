import type { Migration } from "../core/migration.ts";
import { migrationTag, roleTag } from "../core/names.ts";
import { plain, sayDuration } from "../core/note.ts";
import { databaseOf, databases, endpointNamed, findDatabase } from "./aws/named.ts";
import { databasesGroup } from "./aws/seeds/furniture.ts";
import type { Cluster, Instance } from "./aws/state.ts";
import type { Verdict } from "./check-ledgers.ts";
import { fenceGroup, keyAlias } from "./demo-databases.ts";
import type { World } from "./world.ts";

/** The first that ever had the name, whatever it is called by now. */
export function sourceOf({ account }: World, database: string): Cluster | Instance {
  const [first] = databases(account.state)
    .filter(({ id }) => id === database || id.startsWith(`${database}-old-`))
    .sort((a, b) => a.createdAt - b.createdAt);
  if (!first) throw new Error(`there is no ${database}`);
  return first;
}

export interface Claim {
  readonly text: string;
  readonly holds: boolean;
}

interface Outcome {
  readonly migration: Migration;
  readonly source: Cluster | Instance;
  readonly verdict: Verdict;
  /** Writes before, inside and after the downtime, as the ledgers hold them. */
  readonly acknowledgedBefore: number;
  readonly refusedInside: number;
  readonly acknowledgedAfter: number;
}

/** The moments, keys and counts of a move. */
export function sayFigures(
  world: World,
  { migration, source, verdict }: Pick<Outcome, "migration" | "source" | "verdict">,
  print: (line: string) => void,
): void {
  const replacement = findDatabase(world.account.state, migration.target.name);
  const t1 = migration.learned.t1;
  const downtime = (migration.downtimeEnded ?? 0) - (migration.downtimeBegan ?? 0);
  print("");
  print(`T1: ${typeof t1 === "number" ? plain.instant(t1) : "none"}`);
  print(`downtime: ${sayDuration(downtime)} of the simulated account's time`);
  print(`source:      ${source.resourceId} under ${keyOf(source)}`);
  print(
    `replacement: ${replacement?.resourceId ?? "none"} under ${replacement ? keyOf(replacement) : "none"}`,
  );
  print(
    `acknowledged writes: ${verdict.acknowledged}, found in the replacement: ${verdict.found}, lost: ${verdict.acknowledged - verdict.found}`,
  );
}

/** Prints each with whether it holds; true if all do. */
export function sayClaims(claims: readonly Claim[], print: (line: string) => void): boolean {
  for (const { text, holds } of claims) print(`${holds ? "yes" : "NO "}  ${text}`);
  return claims.every(({ holds }) => holds);
}

function keyOf({ storageKey }: Cluster | Instance): string {
  return storageKey.type === "sse-kms" ? storageKey.arn : storageKey.type;
}

/** Read from the simulated account and the ledgers, not from what the product says of itself. */
export function claimsOfMove(
  world: World,
  { migration, source, verdict, acknowledgedBefore, refusedInside, acknowledgedAfter }: Outcome,
): readonly Claim[] {
  const { name } = migration.target;
  const replacement = findDatabase(world.account.state, name);
  const { keys, aliases } = world.account.state;
  const wanted = keys[aliases[keyAlias] ?? ""]?.arn;
  const tag = (of: Cluster | Instance | undefined, key: string) =>
    of?.settings.TagList.find(({ Key }) => Key === key)?.Value;
  const groups = (of: Cluster | Instance | undefined) =>
    of?.settings.VpcSecurityGroups.map(({ VpcSecurityGroupId }) => VpcSecurityGroupId);
  return [
    { text: "the migration is finished", holds: migration.status === "finished" },
    {
      text: `at least 1,000 writes were acknowledged before the fence (${acknowledgedBefore})`,
      holds: acknowledgedBefore >= 1_000,
    },
    { text: `writes were refused inside the downtime (${refusedInside})`, holds: refusedInside > 0 },
    {
      text: `writes were acknowledged after the opening (${acknowledgedAfter})`,
      holds: acknowledgedAfter > 0,
    },
    {
      text: "no acknowledged write is lost",
      holds: verdict.lost.length === 0 && verdict.found === verdict.acknowledged,
    },
    { text: "no row is there that nobody wrote", holds: verdict.unexpected.length === 0 },
    {
      text: "another database has the name now",
      holds: replacement !== undefined && replacement.resourceId !== source.resourceId,
    },
    {
      text: `it is under ${keyAlias}`,
      holds: replacement !== undefined && wanted !== undefined && keyOf(replacement) === wanted,
    },
    {
      text: "its security groups are the source's",
      holds: groups(replacement)?.join() === databasesGroup,
    },
    {
      text: "the source is kept: renamed, fenced, protected, tagged as retired",
      holds:
        source.id === `${name}-old-${migration.id}` &&
        groups(source)?.join() === fenceGroup &&
        source.settings.DeletionProtection === true &&
        tag(source, roleTag) === "retired" &&
        tag(source, migrationTag) === migration.id,
    },
    {
      text: `the endpoint ${endpointNamed(world.account.state, name)} leads to it`,
      holds: leadsTo(world, name, replacement),
    },
  ];
}

function leadsTo(world: World, name: string, replacement: Cluster | Instance | undefined): boolean {
  const address = world.account.resolve(endpointNamed(world.account.state, name));
  const server = address && world.account.state.instances[address.instanceId];
  return replacement !== undefined && server !== undefined && databaseOf(server) === replacement.resourceId;
}
