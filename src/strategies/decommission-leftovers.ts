import type { RecoveryPoint } from "../core/backup.ts";
import type { SnapshotFacts } from "../core/cloud.ts";
import type { AutomatedBackups, Leftover } from "../core/leftover.ts";
import { roleTag } from "../core/names.ts";
import { plain } from "../core/note.ts";
import { note, say } from "../core/sentences.ts";
import type { Evidence } from "../core/step.ts";
import { days, minutes, seconds } from "../core/time.ts";
import type { DecommissionContext, DecommissionPinned, DecommissionStep } from "./decommission-facts.ts";
import { evidence } from "./looks.ts";

/** What a list in a message holds; all of it is in what was learned. */
const mostTold = 20;

const told = "rds:Describe…; backup:List…; probe";

/** Everything that the move and the deletion have left behind, and everything else of this database under the old key. */
export const leftovers: DecommissionStep = {
  id: "leftovers",
  effect: "reads",
  expect: seconds(5),
  deadline: minutes(60),
  title: () => note("step.leftovers", {}),
  check: async (cx) => {
    const found = await leftBehind(cx);
    const old = found.filter(({ underOldKey }) => underOldKey).length;
    const all = evidence(note("saw.leftovers", { count: found.length, old }), `${found.length}`, told);
    return { status: "done", evidence: [all, ...claims(found)], learned: { leftovers: [...found] } };
  },
};

const kinds: Readonly<Record<Leftover["what"], string>> = {
  snapshot: "snapshot",
  "automated-backup": "automated backups",
  "recovery-point": "recovery point of AWS Backup",
  copy: "copy in the other account",
  database: "database",
  "security-group": "security group",
  schema: "schema",
  "backup-plan": "backup plan",
};

function claims(found: readonly Leftover[]): readonly Evidence[] {
  const single = found.filter((one) => !isRoutine(one));
  const listed = single.slice(0, mostTold).map(({ what, name, keyArn, gibibytes, fate }) => {
    const size = gibibytes === null ? "" : `, ${gibibytes} GiB`;
    const claim = note("saw.leftover", { what: kinds[what], name, key: keyArn ?? "no key", size });
    return evidence(claim, say(fate, plain), told);
  });
  const more = single.length - mostTold;
  const others = note("saw.more-leftovers", { count: more });
  const rest = more > 0 ? [evidence(others, `${more}`, told)] : [];
  return [...listed, ...rest, ...routine(found)];
}

/** What comes and goes every day, of the database that serves: one like the other. */
function isRoutine({ what, underOldKey, expiresAt }: Leftover): boolean {
  return (what === "recovery-point" || what === "copy") && !underOldKey && expiresAt !== null;
}

function routine(found: readonly Leftover[]): readonly Evidence[] {
  return (["recovery-point", "copy"] as const).flatMap((of) => {
    const some = found.filter((one) => one.what === of && isRoutine(one));
    const count = some.length;
    if (count === 0) return [];
    const until = Math.max(...some.map(({ expiresAt }) => expiresAt ?? 0));
    const keys = [...new Set(some.map(({ keyArn }) => keyArn ?? "no key"))].join(", ");
    const claim =
      of === "copy"
        ? note("saw.copies-left", { count, keys, until })
        : note("saw.recovery-points-left", { count, keys, until });
    return [evidence(claim, `${count}`, told)];
  });
}

async function leftBehind(cx: DecommissionContext): Promise<readonly Leftover[]> {
  const { cloud, database, pinned } = cx;
  const { source, replacement, backup, endpoint } = pinned;
  const arns = [...new Set([source.arn, replacement.arn])];
  const [automated, snapshots, points, copies, databases, plans, look] = await Promise.all([
    cloud.findAutomatedBackups(source),
    cloud.snapshotsOf(source.kind, [source.resourceId, replacement.resourceId]),
    Promise.all(arns.map((arn) => cloud.recoveryPointsOf(arn))),
    backup ? Promise.all(arns.map((arn) => cloud.copiesOf(backup, arn))) : [],
    cloud.listDatabases(),
    cloud.listBackupPlans(),
    database.look(endpoint),
  ]);
  const recoveryPoints = points.flat();
  // What AWS Backup made is told there, with its end.
  const own = snapshots.filter(({ arn }) => !recoveryPoints.some((point) => point.arn === arn));
  const hasSchema = look.sight.state === "answers" && look.sight.answersAs !== null;
  return [
    ...(automated ? [ofAutomated(cx, automated)] : []),
    ...own.map((snapshot) => ofSnapshot(pinned, snapshot)),
    ...recoveryPoints.map((point) => ofPoint(pinned, "recovery-point", point)),
    ...copies.flat().map((point) => ofPoint(pinned, "copy", point)),
    ...databases.filter(isPutAside(replacement.name)).map((one) => ofDatabase(pinned, one)),
    ...plans.filter(isAbout(replacement.arn)).map(({ name }) => ({
      ...nothingElse,
      what: "backup-plan" as const,
      name,
      fate: note("fate.plan", { name: replacement.name }),
    })),
    ...(hasSchema ? [schemaIn(pinned)] : []),
    {
      ...nothingElse,
      what: "security-group",
      name: pinned.fenceGroup,
      fate: note("fate.group", {}),
    },
  ];
}

const nothingElse = {
  keyArn: null,
  underOldKey: false,
  gibibytes: null,
  createdAt: null,
  expiresAt: null,
} as const;

/** Of the source that is gone: AWS counts the days from the deletion, which was a moment ago. */
function ofAutomated(
  { pinned, now }: DecommissionContext,
  { arn, keyArn, keepDays, gibibytes }: AutomatedBackups,
): Leftover {
  const expiresAt = now + days(keepDays);
  return {
    ...nothingElse,
    what: "automated-backup",
    name: `${arn} of ${pinned.source.name}`,
    keyArn,
    underOldKey: isOld(pinned, keyArn),
    gibibytes,
    expiresAt,
    fate: note("fate.kept-until", { at: expiresAt }),
  };
}

/** AWS names what it takes by itself. Source: RDS User Guide, Working with backups. */
function isAutomated({ name }: SnapshotFacts): boolean {
  return name.startsWith("rds:");
}

function ofSnapshot(pinned: DecommissionPinned, snapshot: SnapshotFacts): Leftover {
  const { name, keyArn, createdAt } = snapshot;
  const automated = isAutomated(snapshot);
  const expiresAt = automated && createdAt !== null ? createdAt + days(pinned.automatedBackupDays) : null;
  return {
    what: automated ? "automated-backup" : "snapshot",
    name,
    keyArn,
    underOldKey: isOld(pinned, keyArn),
    // Of a cluster AWS tells 1, whatever its size.
    gibibytes: snapshot.allocatedStorage > 1 ? snapshot.allocatedStorage : null,
    createdAt,
    expiresAt,
    fate:
      expiresAt === null
        ? note("fate.kept-for-good", { command: deleteSnapshotCommand(pinned, name) })
        : note("fate.kept-until", { at: expiresAt }),
  };
}

function ofPoint(
  pinned: DecommissionPinned,
  what: "recovery-point" | "copy",
  { arn, vaultArn, keyArn, createdAt, expiresAt }: RecoveryPoint,
): Leftover {
  const vault = vaultArn.split(":").at(-1) ?? vaultArn;
  const [, , , region = ""] = vaultArn.split(":");
  const command = `aws backup delete-recovery-point --region ${region} --backup-vault-name ${vault} --recovery-point-arn ${arn}`;
  return {
    ...nothingElse,
    what,
    name: arn,
    keyArn,
    underOldKey: isOld(pinned, keyArn),
    createdAt,
    expiresAt,
    fate:
      expiresAt === null
        ? note("fate.kept-for-good", { command })
        : note("fate.kept-until", { at: expiresAt }),
  };
}

type Listed = Awaited<ReturnType<DecommissionContext["cloud"]["listDatabases"]>>[number];

/** What rollbacks put aside, and the sources of other moves. */
function isPutAside(name: string): (of: Listed) => boolean {
  return ({ name: found, tags }) =>
    ["failed", "retired"].includes(tags[roleTag] ?? "") &&
    (found.startsWith(`${name}-failed-`) || found.startsWith(`${name}-old-`));
}

function ofDatabase(pinned: DecommissionPinned, { kind, name, keyArn }: Listed): Leftover {
  const region = regionOf(pinned);
  const command =
    kind === "cluster"
      ? `aws rds delete-db-cluster --region ${region} --db-cluster-identifier ${name}`
      : `aws rds delete-db-instance --region ${region} --db-instance-identifier ${name}`;
  return {
    ...nothingElse,
    what: "database",
    name,
    keyArn,
    underOldKey: isOld(pinned, keyArn),
    fate: note("fate.kept-for-good", { command }),
  };
}

function isAbout(arn: string) {
  return ({ selections }: { readonly selections: readonly { readonly resources: readonly string[] }[] }) =>
    selections.some(({ resources }) => resources.includes(arn));
}

function schemaIn({ endpoint, replacement }: DecommissionPinned): Leftover {
  const command = "DROP SCHEMA encrypt_db CASCADE";
  return {
    ...nothingElse,
    what: "schema",
    name: `encrypt_db in ${endpoint.database} of ${replacement.name}`,
    keyArn: replacement.keyArn,
    fate: note("fate.schema", { command }),
  };
}

function deleteSnapshotCommand(pinned: DecommissionPinned, name: string): string {
  const region = regionOf(pinned);
  return pinned.source.kind === "cluster"
    ? `aws rds delete-db-cluster-snapshot --region ${region} --db-cluster-snapshot-identifier ${name}`
    : `aws rds delete-db-snapshot --region ${region} --db-snapshot-identifier ${name}`;
}

function isOld({ source }: DecommissionPinned, keyArn: string | null): boolean {
  return keyArn !== null && keyArn === source.keyArn;
}

function regionOf({ source }: DecommissionPinned): string {
  return source.arn.split(":")[3] ?? "";
}
