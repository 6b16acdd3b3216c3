import type { Turn } from "../turn.ts";
import { change, putBackupJob, putCopyJob } from "./keeping.ts";
import type { BackupJob, CopyJob, Mishap } from "./state.ts";

/** How a job ends badly: what it says, and under which category the service counts it. */
export interface Failure {
  readonly message: string;
  readonly category: "AccessDenied" | "INVALIDPARAMETERS" | "MISCELLANEOUS";
}

/**
 * The words are those of the AWS Backup Developer Guide, Reasons for problematic jobs, as far as they stand there; which words are
 * in which category it does not say, and of categories the API names two beside `SUCCESS`.
 */
export const accessDenied = (message: string): Failure => ({ message, category: "AccessDenied" });
export const invalid = (message: string): Failure => ({ message, category: "INVALIDPARAMETERS" });
export const other = (message: string): Failure => ({ message, category: "MISCELLANEOUS" });

export function failBackup(turn: Turn, job: BackupJob, { message, category }: Failure): void {
  putBackupJob(turn, { ...job, state: "FAILED", message, messageCategory: category, endedAt: turn.now });
}

export function failCopy(turn: Turn, job: CopyJob, { message, category }: Failure): void {
  putCopyJob(turn, { ...job, state: "FAILED", message, messageCategory: category, endedAt: turn.now });
}

/** The next mishap of such a job becomes this job's. */
export function takeMishap(turn: Turn, to: Mishap["to"], job: string): { readonly sits: number } {
  const { mishaps } = turn.state.backup;
  const index = mishaps.findIndex((mishap) => mishap.to === to && mishap.job === undefined);
  const mishap = mishaps[index];
  if (mishap === undefined) return { sits: 0 };
  change(turn, { mishaps: mishaps.toSpliced(index, 1, { ...mishap, job }) });
  return { sits: mishap.sits ?? 0 };
}

export function endOf(turn: Turn, job: string): NonNullable<Mishap["ends"]> | undefined {
  return turn.state.backup.mishaps.find((mishap) => mishap.job === job)?.ends;
}

/** The next backup or copy job of the account will fare like this. */
export function addMishap(turn: Turn, mishap: Omit<Mishap, "job">): void {
  change(turn, { mishaps: [...turn.state.backup.mishaps, mishap] });
}
