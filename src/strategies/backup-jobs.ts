import type { BackupJob, CopyJob } from "../core/backup.ts";
import type { Note } from "../core/note.ts";
import type { Problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import { type Instant, seconds } from "../core/time.ts";
import { blockedBy, waitingFor } from "./looks.ts";

type Job = BackupJob | CopyJob;

/** What has come of a job. */
export type Verdict<Found> =
  | { readonly is: "none" }
  | { readonly is: "under way"; readonly because: Note; readonly progress?: number }
  /** It does not count, whatever AWS calls it. */
  | { readonly is: "bad"; readonly job: Job; readonly problem: Problem }
  | { readonly is: "good"; readonly job: Job; readonly found: Found };

/**
 * Of the verdicts on several jobs, the newest first: the newest good one, for what somebody else begins beside it and fails takes
 * nothing from it; else the newest.
 */
export function bestOf<Found>(verdicts: readonly Verdict<Found>[]): Verdict<Found> {
  return verdicts.find(({ is }) => is === "good") ?? verdicts[0] ?? { is: "none" };
}

/** States that end badly. An unknown one counts as on its way: AWS adds new ones. Source: AWS Backup API, BackupJob and CopyJob, State. */
const endedBadly: ReadonlySet<string> = new Set(["ABORTED", "EXPIRED", "FAILED", "PARTIAL"]);

/** What a job is worth by its state and by what AWS says to it; `good` comes of what it has made, which is looked at elsewhere. */
export function stateOf({ state }: Job): "under way" | "bad" | "completed" {
  if (state === "COMPLETED") return "completed";
  return endedBadly.has(state) ? "bad" : "under way";
}

/** AWS calls a job COMPLETED that it found fault with: only its words tell. Source: AWS Backup API, BackupJob, MessageCategory. */
export function isFaultless({ messageCategory, message }: Job): boolean {
  const category = messageCategory ?? "SUCCESS";
  return (
    category === "SUCCESS" && /^(completed( successfully)?|success(ful(ly)?)?)?\.?$/i.test(message ?? "")
  );
}

export function jobUnderWay({ id: job, state }: Job): { readonly is: "under way"; readonly because: Note } {
  return { is: "under way", because: note("wait.backup-job", { job, state }) };
}

/** Between the bot's clock, which dates the intent, and AWS's, which dates the job. */
export const clocksDiffer = seconds(5);

/**
 * What a step is to make of it. One that ended badly before the step was last begun, or where somebody has asked for another try
 * since, is no reason to stop: it is done anew.
 */
export function resultOf<Found>(verdict: Exclude<Verdict<Found>, { is: "good" }>, lastRun: Instant | null) {
  switch (verdict.is) {
    case "none":
      return { status: "todo" } as const;
    case "under way":
      return waitingFor(verdict.because, verdict.progress);
    case "bad": {
      const isOver = lastRun === null || verdict.job.createdAt < lastRun - clocksDiffer;
      return isOver ? ({ status: "todo" } as const) : blockedBy(verdict.problem);
    }
  }
}

/**
 * The token under which a job is begun: the same as long as none has ended badly, so that repeating the call after nobody knows what
 * begins no second one, and another one after that.
 */
export function tokenFor<Found>(
  what: string,
  verdict: Exclude<Verdict<Found>, { is: "good" | "under way" }>,
): string {
  return verdict.is === "none" ? what : `${what}-after-${verdict.job.id}`;
}

const longestWords = 300;

/** AWS's own words, as far as a message takes them. */
export function wordsOf({ message }: Job): string {
  if (message === null || message === "") return "AWS gives no reason.";
  return message.length > longestWords ? `${message.slice(0, longestWords)}…` : message;
}
