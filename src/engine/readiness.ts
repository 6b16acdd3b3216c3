import * as z from "zod";
import { type BackupReadiness, backupReadiness } from "../core/backup.ts";
import { CloudFault } from "../core/cloud.ts";
import type { Deps } from "./deps.ts";

/**
 * What stands in the way of copies, asked of a process that is deployed: the other account lets in it and nobody else, so that
 * whoever looks over the deployment cannot look there.
 */
export const readinessQuestion = z.object({
  readiness: z.object({ kind: z.enum(["cluster", "instance"]), keyArn: z.string() }),
});
type Question = z.infer<typeof readinessQuestion>;

/** Null where no other account is configured. */
const answer = z.union([
  z.object({ readiness: backupReadiness.nullable() }),
  z.object({ fault: z.object({ operation: z.string(), code: z.string() }) }),
]);

/** Changes nothing. A fault is told by its name alone: the rest of it is the process's own. */
export async function answerReadiness(
  { environment, cloudFor }: Pick<Deps, "environment" | "cloudFor">,
  { readiness: of }: Question,
): Promise<z.infer<typeof answer>> {
  const { account, region, backup } = environment;
  if (!backup) return { readiness: null };
  try {
    const cloud = cloudFor({ account, region, kind: of.kind, name: "" }, { effect: "reads" });
    return { readiness: await cloud.backupReadiness(backup, of) };
  } catch (fault) {
    if (!(fault instanceof CloudFault)) throw fault;
    return { fault: { operation: fault.operation, code: fault.code } };
  }
}

/** What such a process has answered. Throws a `CloudFault`, also where it knows no such question. */
export function readReadiness(answered: unknown): BackupReadiness {
  const read = answer.safeParse(answered).data;
  if (read && "fault" in read)
    throw new CloudFault("unanswered", read.fault.code, read.fault.operation, "The worker was not answered.");
  if (!read?.readiness)
    throw new CloudFault(
      "unanswered",
      "UnknownQuestion",
      "Invoke",
      "The worker does not know of another account: deploy it anew.",
    );
  return read.readiness;
}
