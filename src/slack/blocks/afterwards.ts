import * as z from "zod";
import { recoveryPoint } from "../../core/backup.ts";
import { isBeyondReturn } from "../../core/course.ts";
import { leftoversIn, sortLeftovers } from "../../core/leftover.ts";
import type { Migration } from "../../core/migration.ts";
import { namesFor } from "../../core/names.ts";
import { backupIn, placeOf } from "../../core/other-account.ts";
import { isDone, type Phase } from "../../core/phase.ts";
import type { Plan } from "../../core/plan.ts";
import { condemnedName, purposeOf } from "../../core/purpose.ts";
import { say } from "../../core/sentences.ts";
import type { MigrationView } from "../../engine/deps.ts";
import { code, count, escaped, mention, mrkdwn, sayInstant } from "../text.ts";
import { keyName } from "./key.ts";
import { problemLines } from "./problem.ts";
import { backSteps } from "./steps.ts";

/** What is said of a backup and of a decommission otherwise than of a move: clients are served all the while. */

/** The state in a few words, of which none may be taken for a move's. */
export function backupTitle(phase: Phase, { migration }: MigrationView): string {
  return `Backup of ${migration.target.name}: ${backupState(phase)}`;
}

function backupState(phase: Phase): string {
  switch (phase.is) {
    case "gate":
      return "waits for approval";
    case "rolling-back":
      return "being called off";
    case "finished":
      return "its copy is in the other account";
    case "rolled-back":
      return "called off";
    case "closed":
      return "closed by hand";
    case "stuck":
    case "paused":
    case "rejected":
      return phase.is;
    default:
      return "under way";
  }
}

export function deletionTitle(phase: Phase, { migration, plan }: MigrationView): string {
  const retired = condemnedName(migration);
  switch (phase.is) {
    case "gate":
      return `${retired}: its deletion waits for approval`;
    case "stuck":
    case "paused":
      return `${retired}: its deletion is ${phase.is}`;
    case "rolling-back":
      return `${retired}: its deletion is being called off`;
    case "rejected":
      return `${retired}: its deletion was rejected`;
    case "rolled-back":
      return `${retired}: its deletion was called off`;
    case "closed":
      return `${retired}: its deletion was closed by hand`;
    case "finished":
      return `${retired}: deleted`;
    default:
      return isBeyondReturn(plan, migration)
        ? `${retired}: being deleted`
        : `${retired}: its deletion is being prepared`;
  }
}

/** Undefined where it is said as of a move. */
export function backupLead(phase: Phase, view: MigrationView, approvers: string): string | undefined {
  const name = escaped(view.migration.target.name);
  switch (phase.is) {
    case "gate":
      return backupGate(name, view, approvers);
    case "stuck":
      return stopped(`The backup of ${name}`, phase, view);
    case "rolling-back":
      return [`The backup of ${name} is called off: ${progress(view)}.`, served(view)].join("\n");
    case "rejected":
      return `${name} is not backed up. Nothing was made and nothing was changed.`;
    case "finished":
      return [`${name} is backed up, and can be restored in account ${account(view)}.`, served(view)].join(
        "\n",
      );
    case "rolled-back":
      return `The backup of ${name} is called off. What was made until then stays until AWS Backup deletes it.`;
    case "closed":
      return `People ended the backup of ${name} by hand. The bot vouches for nothing of it.`;
    default:
      return undefined;
  }
}

/** Undefined where it is said as of a move. */
export function deletionLead(phase: Phase, view: MigrationView, approvers: string): string | undefined {
  const retired = escaped(condemnedName(view.migration));
  switch (phase.is) {
    case "gate":
      return deletionGate(retired, view, approvers);
    case "paused":
      return [`The deletion of ${retired} goes on once somebody resumes it.`, served(view)].join("\n");
    case "stuck":
      return stopped(`The deletion of ${retired}`, phase, view);
    case "rolling-back":
      return [`The deletion of ${retired} is called off: ${progress(view)}.`, served(view)].join("\n");
    case "rejected":
      return `${retired} is kept as it is. Nothing was made and nothing was changed.`;
    case "finished":
      return [`${retired} is deleted.`, served(view)].join("\n");
    case "rolled-back":
      return `${retired} is not deleted; it is kept as before. A last snapshot stays if it was taken.`;
    case "closed":
      return `People ended the deletion of ${retired} by hand. The bot vouches for nothing of it.`;
    default:
      return undefined;
  }
}

function stopped(what: string, { problem }: Extract<Phase, { is: "stuck" }>, view: MigrationView): string {
  const lines = problem ? problemLines(problem) : [];
  return [`${what} needs a human: it has stopped and does not go on by itself.`, served(view), ...lines].join(
    "\n",
  );
}

function progress({ migration, plan }: MigrationView): string {
  const steps = backSteps(migration, plan);
  const done = steps.filter(({ record }) => isDone(record)).length;
  return `${done} of ${count(steps.length, "step")} taken back`;
}

/** What clients have of it, which is nothing. */
export function served({ migration }: MigrationView): string {
  const name = escaped(migration.target.name);
  return purposeOf(migration) === "backup"
    ? `${name} serves all the while; a backup interrupts nobody.`
    : `${name} serves from its replacement, and is not touched.`;
}

function backupGate(name: string, view: MigrationView, approvers: string): string {
  const { migration, plan } = view;
  const target = backupIn(plan);
  const keeps = target ? `, and each is kept for ${count(target.keepDays, "day")}` : "";
  return [
    `*Back ${name} up to account ${account(view)}?* Nothing has been made or changed yet.`,
    `${mention(migration.requester)} asked for this; somebody else must approve: ${approvers}.`,
    `A backup is made and copied there, and the copy is looked at from that account. From then on that is done daily${keeps}. ${served(view)}`,
  ].join("\n");
}

function account({ plan }: Pick<MigrationView, "plan">): string {
  const target = backupIn(plan);
  return target ? escaped(placeOf(target.destinationVaultArn).account) : "?";
}

/** What a deletion rests on, of the facts that its approval covers. */
const pinnedDeletion = z.object({
  source: z.object({ kind: z.enum(["cluster", "instance"]), keyArn: z.string().nullable() }),
  automatedBackupDays: z.number(),
  servers: z.array(z.unknown()),
  move: z.string(),
  copy: recoveryPoint.pick({ vaultArn: true, createdAt: true }).nullable(),
});

function deletionGate(retired: string, view: MigrationView, approvers: string): string {
  const { migration, plan } = view;
  const read = pinnedDeletion.safeParse(plan.pinned).data;
  const of = read ? ` It is what the move ${code(read.move)} has retired; nobody is served by it.` : "";
  return [
    `*Delete ${retired}?* Nothing has been made or changed yet.${of}`,
    `${mention(migration.requester)} asked for this; somebody else must approve: ${approvers}.`,
    `*Lost for good:* ${retired} with its storage${read ? lost(read) : ""}.`,
    `*Stays:* ${stays(plan, read)}`,
  ].join("\n");
}

function lost({ source, servers, automatedBackupDays }: z.infer<typeof pinnedDeletion>): string {
  const instances = source.kind === "cluster" ? ` and its ${count(servers.length, "instance")}` : "";
  const until =
    automatedBackupDays > 0
      ? `, and ${count(automatedBackupDays, "day")} later every moment to which it could be restored`
      : ", and every moment to which it could be restored";
  return `${instances}${until}`;
}

function stays(plan: Plan, read: z.infer<typeof pinnedDeletion> | undefined): string {
  const { name } = plan.target;
  const { lastSnapshot } = namesFor(plan.migration, name);
  const key = read?.source.keyArn ?? null;
  const under =
    key === null ? "" : `, under ${keyName(key, plan.target)}, which must be kept as long as that`;
  const copy = read?.copy
    ? `, and its copy of ${sayInstant(read.copy.createdAt)} in account ${escaped(placeOf(read.copy.vaultArn).account)}`
    : "";
  return `the snapshot ${code(lastSnapshot)}, taken and looked at before${under}; ${escaped(name)}, which is not touched${copy}.`;
}

type Row = readonly [string, string];

/** The facts of the plan of a backup or a decommission as fields. */
export function afterwardsFacts(plan: Plan): readonly Row[] {
  const { account: from, region, kind, name } = plan.target;
  const total = plan.steps.reduce((sum, step) => sum + (step.skipped ? 0 : step.expect), 0);
  const rows: readonly Row[] =
    purposeOf(plan) === "backup"
      ? [
          ["Database", `${code(name)} (${kind})`],
          ["Key", keyName(plan.keyArn, plan.target)],
          ...copiesTo(plan),
        ]
      : [["To be deleted", `${code(condemnedName(plan))} (${kind})`], ...deletionKeys(plan)];
  return [
    ...rows,
    ["Account and Region", `${escaped(from)}, ${escaped(region)}`],
    ["Downtime", "none"],
    ["Method", say(plan.strategy.title, mrkdwn)],
    ["Expected in all", `${mrkdwn.duration(total)}, without what people take to approve`],
  ];
}

function copiesTo(plan: Plan): readonly Row[] {
  const target = backupIn(plan);
  if (!target) return [];
  const to = placeOf(target.destinationVaultArn);
  return [
    ["Vaults", `${code(target.vault)}, and ${code(to.vault)} of account ${escaped(to.account)}`],
    ["Kept", count(target.keepDays, "day")],
  ];
}

function deletionKeys(plan: Plan): readonly Row[] {
  const key = pinnedDeletion.safeParse(plan.pinned).data?.source.keyArn ?? null;
  return [
    ["It is under", key === null ? "no key of KMS" : keyName(key, plan.target)],
    [`${escaped(plan.target.name)} is under`, keyName(plan.keyArn, plan.target)],
  ];
}

/** Everything that a decommission found left at its end, and what becomes of it. */
export function leftoverLines(migration: Migration): readonly string[] {
  const { target } = migration;
  const found = leftoversIn(migration);
  if (found.length === 0) return [];
  const { toDecide, passing } = sortLeftovers(found);
  return [
    "*What is left*",
    ...toDecide.map(({ what, name, keyArn, gibibytes, fate }) => {
      const key = keyArn === null ? [] : [`under ${keyName(keyArn, target)}`];
      const size = gibibytes === null ? [] : [`${gibibytes} GiB`];
      const about = [code(name), ...key, ...size].join(", ");
      return `• ${what.replaceAll("-", " ")} ${about}. ${say(fate, mrkdwn)}`;
    }),
    ...passing.map(
      ({ what, count: many, last }) =>
        `• ${many} × ${what.replaceAll("-", " ")}, which AWS deletes by itself, the last of them ${sayInstant(last)}`,
    ),
  ];
}
