import type { Approval, Person } from "../../src/core/approval.ts";
import type { BackupTarget, RecoveryPoint } from "../../src/core/backup.ts";
import type { Leftover } from "../../src/core/leftover.ts";
import type { Migration, StepRecord } from "../../src/core/migration.ts";
import { namesFor } from "../../src/core/names.ts";
import { expectedBy, makePlan, type Plan } from "../../src/core/plan.ts";
import { problem } from "../../src/core/problem.ts";
import { note } from "../../src/core/sentences.ts";
import type { Strategy } from "../../src/core/strategy.ts";
import type { Terms } from "../../src/core/terms.ts";
import { days, hours, minutes, seconds } from "../../src/core/time.ts";
import type { MigrationView } from "../../src/engine/deps.ts";
import { auroraPointInTime } from "../../src/strategies/aurora-point-in-time.ts";
import { crossAccountBackup } from "../../src/strategies/cross-account-backup.ts";
import { decommission } from "../../src/strategies/decommission.ts";

/** 2026-11-24 12:00 UTC. */
export const noon = Date.UTC(2026, 10, 24, 12);

const alice: Person = { id: "T0ACME001:U0ALICE01", user: "U0ALICE01", name: "Alice Novak" };
export const bob: Person = { id: "T0ACME001:U0BOB0001", user: "U0BOB0001", name: "Bob Okafor" };
export const carol: Person = { id: "T0ACME001:U0CAROL01", user: "U0CAROL01", name: "Carol Lindqvist" };

export const newKey = "arn:aws:kms:eu-west-1:111122223333:key/0c1d2e3f-0000-4000-8000-000000000001";
export const oldKey = "arn:aws:kms:eu-west-1:111122223333:key/aws-rds-0000";

/** The plan of the real strategy for a database of that name; `given` are pinned facts that others have not. */
export function planOf(
  name = "orders-prod",
  id = "m1234567",
  given: Readonly<Record<string, unknown>> = {},
): Plan {
  const pinned = {
    source: {
      kind: "cluster",
      name,
      resourceId: "cluster-SOURCE",
      arn: `arn:aws:rds:eu-west-1:111122223333:cluster:${name}`,
      keyArn: oldKey,
    },
    keyArn: newKey,
    settings: { deletionProtection: false, securityGroups: ["sg-app"], tags: {} },
    members: [{ resourceId: "db-WRITER", settings: { name: `${name}-1` } }],
    endpoints: { writer: `${name}.cluster-abc.eu-west-1.rds.amazonaws.com`, reader: "reader" },
    fenceGroup: "sg-fence",
    database: "orders",
    databases: ["orders"],
    writers: [],
    attached: {
      roles: [],
      customEndpoints: [],
      proxies: [],
      scaling: null,
      masterSecret: null,
      dataApi: false,
      activityStream: null,
    },
    backup: null,
    ...given,
  };
  return makePlan(auroraPointInTime as unknown as Strategy, {
    target: { account: "111122223333", region: "eu-west-1", kind: "cluster", name },
    keyArn: newKey,
    pinned,
    options: [],
    checks: [],
    findings: [],
    remarks: [note("remark.restart", {})],
    measurements: new Map(),
    names: namesFor(id, name),
    longestDowntime: minutes(30),
  });
}

const otherAccount: BackupTarget = {
  vault: "encrypt-db",
  roleArn: "arn:aws:iam::111122223333:role/backup",
  destinationVaultArn: "arn:aws:backup:eu-west-1:222233334444:backup-vault:copies",
  verificationRoleArn: "arn:aws:iam::222233334444:role/verify",
  keepDays: 35,
};

/** As the other account shows it. */
const copy: RecoveryPoint = {
  arn: "arn:aws:rds:eu-west-1:222233334444:cluster-snapshot:awsbackup:copy-1",
  status: "COMPLETED",
  vaultArn: otherAccount.destinationVaultArn,
  resourceArn: "arn:aws:rds:eu-west-1:111122223333:cluster:orders-prod",
  encrypted: true,
  keyArn: "arn:aws:kms:eu-west-1:222233334444:key/of-the-vault",
  createdAt: noon,
  expiresAt: noon + days(35),
  sourceVaultArn: "arn:aws:backup:eu-west-1:111122223333:backup-vault:encrypt-db",
};

/** A move whose backup is copied into the other account. */
export const copiedPlan = () => planOf("orders-prod", "m1234567", { backup: otherAccount });

/** One of what Terraform and a stack have made, with as many instances as a cluster has. */
export const ownedPlan = () =>
  planOf("orders-prod", "m1234567", {
    ownership: {
      stack: "db-prod",
      terraform: "said",
      parts: Array.from({ length: 16 }, (_, index) => ({
        kind: index === 0 ? "cluster" : "instance",
        name: index === 0 ? "orders-prod" : `orders-prod-${index}`,
        logicalId: `Part${index}`,
        address: `module.db["${"x".repeat(120)}"].aws_rds.this[${index}]`,
      })),
    },
  });

/** Of what moves nothing. */
function planBy(strategy: unknown, id: string, pinned: Plan["pinned"]): Plan {
  return makePlan(strategy as Strategy, {
    target: { account: "111122223333", region: "eu-west-1", kind: "cluster", name: "orders-prod" },
    keyArn: newKey,
    pinned,
    options: [],
    checks: [],
    findings: [],
    remarks: [],
    measurements: new Map(),
    names: namesFor(id, "orders-prod"),
    longestDowntime: minutes(30),
  });
}

const serves = {
  kind: "cluster",
  name: "orders-prod",
  resourceId: "cluster-NEW",
  arn: "arn:aws:rds:eu-west-1:111122223333:cluster:orders-prod",
  keyArn: newKey,
};

const backupPlan = () =>
  planBy(crossAccountBackup, "mbackup1", {
    source: serves,
    keyArn: newKey,
    endpoint: { host: "orders-prod", port: 5432, database: "orders" },
    backup: otherAccount,
    settings: {
      backupRetentionDays: 7,
      backupWindow: "03:00-03:30",
      maintenanceWindow: "sun:04:00-sun:04:30",
    },
    members: [],
  });

export const retired = "orders-prod-old-m1234567";

const deletionPlan = () =>
  planBy(decommission, "mdelete1", {
    source: { ...serves, name: retired, resourceId: "cluster-SOURCE", keyArn: oldKey },
    servers: [1, 2].map((number) => ({
      name: `${retired}-${number}`,
      resourceId: `db-${number}`,
      host: "h",
    })),
    automatedBackupDays: 7,
    fenceGroup: "sg-fence",
    replacement: serves,
    endpoint: { host: "orders-prod", port: 5432, database: "orders" },
    move: "m1234567",
    keptUntil: noon,
    backup: otherAccount,
    copy,
  });

const untouched: StepRecord = {
  since: noon,
  lastRun: null,
  begunAt: null,
  doneAt: null,
  evidence: [],
  waitingFor: null,
  progress: null,
  notBefore: null,
  requests: [],
};

const done = (at: number): StepRecord => ({
  ...untouched,
  since: at - seconds(41),
  begunAt: at - seconds(41),
  doneAt: at,
  evidence: [{ claim: note("saw.protected", {}), observed: "true", source: "rds:DescribeDBClusters" }],
});

const underWay = (at: number): StepRecord => ({
  ...untouched,
  since: at,
  begunAt: at,
  progress: 60,
  waitingFor: note("wait.status", { name: "orders-prod", status: "creating" }),
});

export const signed: Terms = {
  longestDowntime: minutes(30),
  opening: "automatic",
  whenLate: "offer",
  notBefore: null,
};

function approvalOf(gate: string, plan: Plan, person: Person): Approval {
  const terms = gate === "cutover" ? signed : null;
  return { gate, planHash: plan.hash, person, at: noon, expiresAt: noon + minutes(60), terms };
}

/** A migration as it is when `at` is the first step not done, and what a message about it is made from. */
export function viewAt(at: string, change: Partial<Migration> = {}, plan = planOf()): MigrationView {
  const ids = plan.steps.map(({ id }) => id);
  const reached = at === "end" ? ids.length : ids.indexOf(at);
  if (reached < 0) throw new RangeError(`the plan has no step ${at}`);
  const steps = Object.fromEntries(
    plan.steps.slice(0, reached + 1).map((step, index) => {
      const record = index < reached ? done(noon + minutes(index)) : step.gate ? untouched : underWay(noon);
      return [step.id, record];
    }),
  );
  const isPast = (id: string) => ids.includes(id) && reached > ids.indexOf(id);
  const fenced = isPast("fence-network");
  const opened = isPast("open");
  const gates = plan.steps.slice(0, reached).filter(({ gate }) => gate);
  const migration: Migration = {
    id: plan.migration,
    revision: 7,
    target: plan.target,
    strategy: { id: plan.strategy.id, version: plan.strategy.version },
    planHash: plan.hash,
    pinned: plan.pinned,
    learned: {},
    findings: plan.findings,
    request: { id: "1.2.3", key: newKey },
    expected: expectedBy(plan),
    longestDowntime: plan.longestDowntime,
    requester: alice,
    channel: "C0DBOPS01",
    status: at === "end" ? "finished" : "open",
    direction: "forward",
    problem: null,
    steps,
    approvals: gates.map(({ id }) => approvalOf(id, plan, bob)),
    downtimeBegan: fenced ? noon : null,
    downtimeEnded: opened ? noon + minutes(12) : null,
    budgetSaid: "nothing",
    rollback: null,
    sightings: {},
    aftercare: null,
    journal: [
      {
        seq: 1,
        at: noon,
        what: note("event.created", { person: "Alice", name: "x", key: newKey }),
        hash: "h",
      },
    ],
    journalHead: { seq: 1, hash: "h" },
    createdAt: noon,
    endedAt: at === "end" ? noon + minutes(40) : null,
    ...change,
  };
  return { migration, plan, now: noon + minutes(5), rollbackPrice: minutes(4), remaining: minutes(7) };
}

const rollback = { at: noon + minutes(3), price: minutes(4) };
const refused = problem("step.refused", {
  operation: "ModifyDBCluster",
  code: "InvalidDBClusterStateFault",
  message: "DB cluster is not in available state",
  name: "orders-prod",
});

/** Goes back from `at`: the first undone, the second under way. */
export function backFrom(at: string, change: Partial<Migration> = {}, plan = planOf()): MigrationView {
  const { steps: undoing, ...rest } = change;
  const view = viewAt(at, { direction: "back", rollback, ...rest }, plan);
  const begun = plan.steps.filter(({ id, undo }) => undo && view.migration.steps[id]).map(({ id }) => id);
  const [last, next] = begun.toReversed();
  const steps = {
    ...view.migration.steps,
    ...(last === undefined ? {} : { [`undo:${last}`]: done(noon) }),
    ...(next === undefined ? {} : { [`undo:${next}`]: underWay(noon) }),
    "after:source-answers": untouched,
  };
  return { ...view, migration: { ...view.migration, steps: { ...steps, ...undoing } } };
}

/** The cutover is approved and not to begin before two o'clock of the next night. */
function scheduled(plan: Plan): MigrationView {
  const view = viewAt("cutover", {}, plan);
  const given = approvalOf("cutover", plan, bob);
  const terms: Terms = { ...signed, whenLate: "roll-back", notBefore: noon + hours(14) };
  const approvals = [...view.migration.approvals, { ...given, terms }];
  const waitingFor = note("wait.not-before", { until: terms.notBefore ?? 0, person: bob.name });
  const steps = { ...view.migration.steps, cutover: { ...untouched, waitingFor } };
  return { ...view, migration: { ...view.migration, approvals, steps } };
}

const backedUp = { recoveryPoint: copy, copy, backupPlan: { planId: "p1", name: "encrypt-db-orders-prod" } };

/** What was found at the end of a deletion; AWS allows for many more than a message holds. */
const leftovers: readonly Leftover[] = Array.from(
  { length: 60 },
  (_, index): Leftover => ({
    what: index === 0 ? "schema" : "snapshot",
    name: index === 1 ? "orders-prod-last-mdelete1" : `orders-prod-${"<!here>".repeat(20)}-${index}`,
    keyArn: index === 0 ? null : oldKey,
    underOldKey: true,
    gibibytes: 20,
    createdAt: noon,
    expiresAt: null,
    fate: note("fate.kept-for-good", { command: "aws rds delete-db-cluster-snapshot" }),
  }),
).concat(
  [1, 2, 3].map((day) => ({
    what: "copy",
    name: `awsbackup:copy-${day}`,
    keyArn: newKey,
    underOldKey: false,
    gibibytes: null,
    createdAt: noon,
    expiresAt: noon + days(day),
    fate: note("fate.kept-until", { at: noon + days(day) }),
  })),
);

/** The states of a backup, of a deletion, and of a move that ends with a copy in the other account. */
export function purposeStates(): Readonly<Record<string, MigrationView>> {
  const moved = copiedPlan();
  const kept = { until: noon + days(14), reminders: 0, nextReminder: noon + days(14) };
  const seen = { kept: noon, serving: noon, backups: noon };
  const aftercare = { nextLook: noon + days(1), kept, concerns: [], seen };
  const concern = problem("backups.plan-gone", { name: "orders-prod", plan: "<!here>" });
  const owned = ownedPlan();
  const back = backupPlan();
  const gone = deletionPlan();
  const isStuck = { status: "stuck", problem: refused } as const;
  return {
    "open, its backup being copied": viewAt("copy-backup", {}, moved),
    "finished, with a copy": viewAt("end", { learned: backedUp, aftercare }, moved),
    "finished, its retention over": viewAt(
      "end",
      { learned: backedUp, aftercare: { ...aftercare, kept: { ...kept, reminders: 2 } } },
      moved,
    ),
    "finished, with concerns": viewAt(
      "end",
      { learned: backedUp, aftercare: { ...aftercare, concerns: [concern, concern, concern, concern] } },
      moved,
    ),
    "made by code, waiting for begin": viewAt("begin", {}, owned),
    "made by code, finished": viewAt("end", {}, owned),
    "backup: waiting": viewAt("begin", {}, back),
    "backup: running": viewAt("copy-backup", {}, back),
    "backup: paused": viewAt("copy-backup", { status: "paused" }, back),
    "backup: stuck": viewAt("copy-backup", isStuck, back),
    "backup: called off": backFrom("assign-backups", {}, back),
    "backup: rejected": viewAt("begin", { status: "rejected", endedAt: noon }, back),
    "backup: gone back": backFrom("assign-backups", { status: "rolled-back", endedAt: noon }, back),
    "backup: closed": viewAt("copy-backup", { status: "closed", endedAt: noon }, back),
    "backup: finished": viewAt("end", { learned: backedUp }, back),
    "deletion: waiting": viewAt("decommission", {}, gone),
    "deletion: running": viewAt("last-snapshot", {}, gone),
    "deletion: beyond return": viewAt("delete-source", {}, gone),
    "deletion: paused": viewAt("last-snapshot", { status: "paused" }, gone),
    "deletion: stuck": viewAt("last-snapshot", isStuck, gone),
    "deletion: stuck beyond return": viewAt("delete-source", isStuck, gone),
    "deletion: called off": backFrom("verify-last", {}, gone),
    "deletion: rejected": viewAt("decommission", { status: "rejected", endedAt: noon }, gone),
    "deletion: gone back": backFrom("verify-last", { status: "rolled-back", endedAt: noon }, gone),
    "deletion: closed": viewAt("delete-source", { status: "closed", endedAt: noon }, gone),
    "deletion: finished": viewAt("end", { learned: { leftovers } }, gone),
  };
}

/** Every state that a person can meet, by name, for a plan. */
export function everyState(plan = planOf()): Readonly<Record<string, MigrationView>> {
  const waitsForSignatures = {
    ...untouched,
    begunAt: noon,
    waitingFor: note("wait.discard", { writes: "17" }),
  };
  return {
    "waiting for begin": viewAt("begin", {}, plan),
    preparing: viewAt("safety-snapshot", {}, plan),
    "waiting for cutover": viewAt("cutover", {}, plan),
    "approved for later": scheduled(plan),
    "in downtime": viewAt("restore", {}, plan),
    "waiting for opening": viewAt("open-gate", {}, plan),
    "open, being finished": viewAt("endpoint-answers", {}, plan),
    paused: viewAt("safety-snapshot", { status: "paused" }, plan),
    "stuck before the downtime": viewAt("safety-snapshot", { status: "stuck", problem: refused }, plan),
    "stuck in the downtime": viewAt("rename-source", { status: "stuck", problem: refused }, plan),
    "stuck on the way back": backFrom("restore", { status: "stuck", problem: refused }, plan),
    "rolling back": backFrom("restore", {}, plan),
    "waiting for signatures": backFrom(
      "endpoint-answers",
      { steps: { "undo:open": waitsForSignatures } },
      plan,
    ),
    rejected: viewAt("begin", { status: "rejected", endedAt: noon }, plan),
    "rolled back": backFrom(
      "restore",
      { status: "rolled-back", endedAt: noon, downtimeEnded: noon + 1 },
      plan,
    ),
    finished: viewAt("end", {}, plan),
  };
}
