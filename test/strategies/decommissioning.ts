import type { BackupTarget, RecoveryPoint } from "../../src/core/backup.ts";
import type { Cloud } from "../../src/core/cloud.ts";
import type { Migration } from "../../src/core/migration.ts";
import { retiredName } from "../../src/core/purpose.ts";
import { days } from "../../src/core/time.ts";
import type { Deps } from "../../src/engine/deps.ts";
import { isInstance } from "../../src/sim/aws/named.ts";
import type { Cluster, Instance } from "../../src/sim/aws/state.ts";
import { put } from "../../src/sim/aws/turn.ts";
import type { FastWorldOptions } from "../../src/sim/fast-world.ts";
import { MemorySession } from "../../src/sim/memory-servers.ts";
import { aLife, approve, type Life, moveAll, name, newest, press, say, settle } from "../engine/life.ts";
import { pictureOf } from "../engine/picture.ts";
import { stoppingWhen } from "../engine/stopping.ts";

const minute = 60_000;

const otherAccount: BackupTarget = {
  vault: "encrypt-db",
  roleArn: "arn:aws:iam::123456789012:role/service-role/AWSBackupDefaultServiceRole",
  destinationVaultArn: "arn:aws:backup:eu-west-1:222222222222:backup-vault:encrypt-db-copies",
  verificationRoleArn: "arn:aws:iam::222222222222:role/encrypt-db-verify",
  keepDays: 35,
};

/** A database that was moved, whose source is kept, and what is in the vault of the other account. */
export interface Kept {
  readonly life: Life;
  readonly move: Migration;
  /** The name of the source since. */
  readonly retired: string;
  readonly copies: RecoveryPoint[];
  /** What is in the vaults of its own account. */
  readonly points: RecoveryPoint[];
  /** An executor; several share everything. */
  executor(): Deps;
}

/** `waits`: how long after the move it is; the source is kept for fourteen days. */
export async function keptAfterMove({
  of = "aurora-point-in-time",
  waits = days(15),
  before,
  ...options
}: FastWorldOptions & {
  readonly of?: string;
  readonly waits?: number;
  /** The life before the move. */
  readonly before?: (life: Life) => void;
} = {}): Promise<Kept> {
  const life = aLife({ hurry: minute, of, ...options });
  before?.(life);
  const move = await moveAll(life);
  if (move?.status !== "finished") throw new Error(`the move is ${move?.status} (${move?.problem?.code})`);
  const copies: RecoveryPoint[] = [];
  const points: RecoveryPoint[] = [];
  const kept = { life, move, retired: retiredName(move), copies, points, executor: () => withVaults(kept) };
  await life.world.deps.clock.sleep(waits);
  copies.push(copyOf(kept));
  return kept;
}

/** Made a day ago. */
export function copyOf({ life }: Pick<Kept, "life">, given: Partial<RecoveryPoint> = {}): RecoveryPoint {
  const createdAt = life.world.clock.now() - days(1);
  return {
    arn: `arn:aws:ec2:eu-west-1:222222222222:snapshot:awsbackup:copyjob-${createdAt}`,
    status: "COMPLETED",
    vaultArn: otherAccount.destinationVaultArn,
    resourceArn: replacementArn(life),
    encrypted: true,
    keyArn: "arn:aws:kms:eu-west-1:222222222222:key/of-the-vault",
    createdAt,
    expiresAt: createdAt + days(35),
    sourceVaultArn: "arn:aws:backup:eu-west-1:123456789012:backup-vault:encrypt-db",
    ...given,
  };
}

function replacementArn({ source }: Life): string {
  return `arn:aws:rds:eu-west-1:123456789012:${isInstance(source) ? "db" : "cluster"}:${name}`;
}

/** AWS Backup as a value, in the place of the gateway's. */
function withVaults({ life, copies, points }: Pick<Kept, "life" | "copies" | "points">): Deps {
  const deps = life.world.executor();
  const of = (all: readonly RecoveryPoint[], arn: string) => all.filter((one) => one.resourceArn === arn);
  const vaults: Partial<Cloud> = {
    copiesOf: async (_target, arn) => of(copies, arn),
    findCopy: async (_target, arn) => copies.find((one) => one.arn === arn),
    recoveryPointsOf: async (arn) => of(points, arn),
    findBackupPlan: async () => undefined,
    listBackupPlans: async () => [],
  };
  return {
    ...deps,
    environment: { ...deps.environment, backup: otherAccount },
    cloudFor: (target, mandate, heard) => ({ ...deps.cloudFor(target, mandate, heard), ...vaults }),
  };
}

/** A person asks for the deletion, which waits to be served by the next poll. */
export function askToDecommission({ life, retired }: Kept): Promise<void> {
  return say(life, "UALICE", { verb: "decommission", name: retired });
}

/** Asked for and planned; what is open then, if anything. */
export async function proposed(kept: Kept, deps = kept.executor()): Promise<Migration | undefined> {
  await askToDecommission(kept);
  await settle(kept.life, { deps });
  return kept.life.world.store.loadOpen(databaseOf(kept));
}

export const databaseOf = ({ move }: Kept): string =>
  `${move.target.account}/${move.target.region}/${move.target.name}`;

/** From the request to the end, with everybody agreeing at once. */
export async function decommissionAll(kept: Kept, deps = kept.executor()): Promise<Migration | undefined> {
  await proposed(kept, deps);
  await press(kept.life, "UBOB", approve("decommission"));
  await settle(kept.life, { deps });
  return newest(kept.life);
}

/** The source, as the account's owner finds it by its resource id; undefined once it is gone. */
export function sourceIn({ life }: Kept) {
  const { clusters, instances } = life.world.account.state;
  const { resourceId } = life.source;
  return clusters[resourceId] ?? instances[resourceId];
}

/** Its owner changes a database past everything, such as its groups, its tags or its protection. */
export function alter(
  { life }: Kept,
  { resourceId }: Pick<Cluster, "resourceId">,
  change: (found: Cluster & Instance) => Partial<Cluster & Instance>,
): void {
  life.world.account.alter((turn) => {
    const { clusters, instances } = turn.state;
    const found = clusters[resourceId] ?? instances[resourceId];
    if (!found) throw new Error(`${resourceId} is gone`);
    const changed = { ...found, ...change(found as never) };
    put(turn, isInstance(found) ? "instances" : "clusters", changed as never);
  });
}

/** The server of the retired source that would take writes. */
export function writerIn({ life }: Kept) {
  const { servers } = life.world;
  const found = servers.instances().find((one) => one.volume === life.source.resourceId && one.writer);
  if (!found) throw new Error("the source has no writer");
  return found;
}

/** Somebody has a session that no fence ever saw. */
export function intrude(kept: Kept, user: string): MemorySession {
  const instance = writerIn(kept);
  const session = new MemorySession(kept.life.world.servers, instance, 4711, user);
  instance.sessions.add(session);
  return session;
}

/** A row reaches the source, whoever wrote it. */
export function write(kept: Kept): void {
  kept.life.world.servers.commit(writerIn(kept).id, { kind: "put", key: "late", value: "row" });
}

/** Approved, and carried out until this step is done; then its executor is gone. */
export async function approvedUntil(kept: Kept, step: string): Promise<void> {
  const { deps, hasStopped } = stoppingWhen(
    kept.executor(),
    ({ steps }) => typeof steps[step]?.doneAt === "number",
  );
  try {
    await decommissionAll(kept, deps);
  } catch (fault) {
    if (!hasStopped()) throw fault;
  }
  if (!hasStopped()) throw new Error(`${step} was never done`);
}

/** What others have to do with it: what the account holds but what the decommission itself makes and deletes. */
export function picture({ life, retired }: Kept) {
  const { world, source } = life;
  const all = pictureOf(world.account.state, world.servers, source.resourceId);
  return { all, retired: all[retired.replace(/-m[0-9a-z]{5}$/, "-ID")], serving: all[name] };
}

/** Every snapshot of the account's own. */
export function snapshotsIn({ life }: Kept) {
  const { snapshots, instanceSnapshots } = life.world.account.state;
  return [...Object.values(snapshots), ...Object.values(instanceSnapshots)];
}
