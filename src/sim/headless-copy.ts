import * as z from "zod";
import { recoveryPoint } from "../core/backup.ts";
import type { Migration } from "../core/migration.ts";
import { until } from "./actors.ts";
import { connectionTo } from "./application/connection.ts";
import { findDatabase } from "./aws/named.ts";
import { databasesGroup } from "./aws/seeds/furniture.ts";
import { checkLedgers, type Verdict } from "./check-ledgers.ts";
import type { Claim } from "./headless-claims.ts";
import { otherOwnerKey } from "./other-account.ts";
import { savedLines } from "./saved.ts";
import type { World } from "./world.ts";

/** The copy in the other account, and what a database that is restored of it there holds. */
export interface RestoredCopy {
  /** Of its recovery point, as the other account has it. */
  readonly arn: string;
  readonly status: string;
  readonly keyArn: string;
  readonly verdict: Verdict;
  /** Acknowledged before the backup was begun that it is a copy of: these it must hold. */
  readonly acknowledgedBefore: number;
}

const learnedCopy = z.object({ copy: recoveryPoint, recoveryPoint });

/**
 * What only the owner of the other account can show: that a copy is more than a line in a list. Restores it there under the
 * database's own name and compares its rows with the writers' ledgers. Undefined where the migration has made no copy.
 */
export async function restoreCopy(
  world: World,
  { learned, target }: Migration,
  ledgers: readonly string[],
): Promise<RestoredCopy | undefined> {
  const known = learnedCopy.safeParse(learned).data;
  const point = known && world.other.state.backup.recoveryPoints[known.copy.arn];
  if (!point) return undefined;
  await restoreAs(world, target.name, point);
  const there = { ...world, account: world.other };
  const before = ({ outcome, at }: LedgerEntry) =>
    outcome === "acknowledged" && at < known.recoveryPoint.createdAt;
  return {
    arn: point.arn,
    status: point.status,
    keyArn: point.key.type === "sse-kms" ? point.key.arn : point.key.type,
    verdict: await checkLedgers(ledgers, await connectionTo(there, target.name)),
    acknowledgedBefore: ledgers.flatMap((path) => savedLines<LedgerEntry>(path).read()).filter(before).length,
  };
}

interface LedgerEntry {
  readonly at: number;
  readonly outcome?: string;
}

/** A cluster comes back without members. */
async function restoreAs(
  world: World,
  name: string,
  { arn, of }: { readonly arn: string; readonly of: { readonly type: "Aurora" | "RDS" } },
): Promise<void> {
  const asOwner = (operation: string, input: object) =>
    world.other.handle("rds", operation, input, otherOwnerKey);
  const VpcSecurityGroupIds = [databasesGroup];
  if (of.type === "RDS") {
    const input = { DBInstanceIdentifier: name, DBSnapshotIdentifier: arn, VpcSecurityGroupIds };
    await asOwner("RestoreDBInstanceFromDBSnapshot", { ...input, DBInstanceClass: "db.r6g.large" });
    return available(world, name);
  }
  const cluster = { DBClusterIdentifier: name, Engine: "aurora-postgresql" };
  await asOwner("RestoreDBClusterFromSnapshot", { ...cluster, SnapshotIdentifier: arn, VpcSecurityGroupIds });
  await available(world, name);
  const member = { DBInstanceIdentifier: `${name}-1`, DBInstanceClass: "db.r6g.large" };
  await asOwner("CreateDBInstance", { ...cluster, ...member });
  return available(world, `${name}-1`);
}

/** Turns the clock: nobody else waits for what happens there. */
async function available(world: World, name: string): Promise<void> {
  const status = () =>
    findDatabase(world.other.state, name)?.status ??
    Object.values(world.other.state.instances).find(({ id }) => id === name)?.status;
  await until(`${name} in the other account`, async () => {
    if (status() === "available") return true;
    world.clock.jump(60_000);
    await world.other.advance();
    return undefined;
  });
}

export function claimsOfCopy({ other }: World, copy: RestoredCopy | undefined): readonly Claim[] {
  const vaultKeys = Object.values(other.state.backup.vaults).map(({ keyArn }) => keyArn);
  const found = copy?.verdict.found ?? 0;
  const wanted = copy?.acknowledgedBefore ?? 0;
  return [
    {
      text: `a copy is in the account ${other.state.accountId}, under the key of its vault there`,
      holds: copy?.status === "COMPLETED" && vaultKeys.includes(copy.keyArn),
    },
    {
      text: `restored there, it holds the ${wanted} writes acknowledged before the backup (${found} found)`,
      holds: wanted >= 1_000 && found >= wanted && copy?.verdict.unexpected.length === 0,
    },
  ];
}
