import * as z from "zod/mini";
import { minutes } from "./core/time.ts";

/** How the values of variables are written. */

/** Every check has words of its own: `zod/mini` knows none, and half the size of the front would be those of `zod`. */
export const text = (message: string, pattern = /^[\s\S]+$/) => z.string().check(z.regex(pattern, message));
export const filled = text("must not be empty");
export const url = z.url("must be a URL");

export const list = z.pipe(
  z.pipe(
    z.string(),
    z.transform((given: string) => given.split(/[\s,]+/).filter((part) => part !== "")),
  ),
  z.array(z.string()).check(z.minLength(1, "must not be empty")),
);

/** `vpc-1=sg-1,vpc-2=sg-2` */
export const fenceGroups = z.pipe(
  list,
  z.transform((pairs: string[], cx) => {
    const entries = pairs.map((pair) => /^(vpc-[^=]+)=(sg-[^=]+)$/.exec(pair));
    if (entries.some((entry) => entry === null)) {
      cx.issues.push({ code: "custom", message: "must look like vpc-1=sg-1,vpc-2=sg-2", input: pairs });
      return z.NEVER;
    }
    return Object.fromEntries(entries.map((entry) => [entry?.[1] ?? "", entry?.[2] ?? ""]));
  }),
);

export const wholeMinutes = (fallback: number) =>
  z.prefault(
    z.pipe(
      text("must be a whole number of minutes, more than none", /^0*[1-9]\d{0,5}$/),
      z.transform((count: string) => minutes(Number(count))),
    ),
    String(fallback),
  );

export const wholeDays = (fallback: number) =>
  z.prefault(
    z.pipe(
      text("must be a whole number of days, more than none", /^0*[1-9]\d{0,4}$/),
      z.transform((count: string) => Number(count)),
    ),
    String(fallback),
  );

export const roleArn = text("must be the ARN of a role", /^arn:[^:]+:iam::\d{12}:role\/.+$/);

/** Source: AWS Backup API, BackupJob, IamRoleArn. */
export const backupRoleArn = text(
  "must be the ARN of a role whose name holds AWSBackup",
  /^arn:[^:]+:iam::\d{12}:role\/(?:.*\/)?[^/]*A(?:WS|ws)Backup[^/]*$/,
);

export const vaultArn = text(
  "must be the ARN of a backup vault",
  /^arn:[^:]+:backup:[^:]+:\d{12}:backup-vault:.+$/,
);

/**
 * `ARN=U012ABC`, on Enterprise Grid `ARN=U012ABC/W012ABC`; a session's name may hold commas and equals signs itself. Without
 * patterns: of a role that many may assume, whoever assumes it chooses the session's name, so that a pattern would be anybody.
 */
export const operators = z.pipe(
  z.string(),
  z.transform((given: string, cx) => {
    const pairs = given.split(/[\s,]+(?=arn:)/).map((pair) => pair.trim());
    const named = pairs.filter((pair) => pair !== "").map((pair) => operatorForm.exec(pair));
    const people = named.map((entry) => {
      const [, arn = "", user = "", enterpriseUser = null] = entry ?? [];
      return [arn, { user, enterpriseUser }] as const;
    });
    const wrong = (message: string) => {
      cx.issues.push({ code: "custom", message, input: given });
      return z.NEVER;
    };
    if (named.includes(null)) return wrong(`must look like ${operatorExample}, without * or ?`);
    const byArn = Object.fromEntries(people);
    return people.length === Object.keys(byArn).length ? byArn : wrong("must name each ARN once");
  }),
);
/** A session of a role, or a user: the owner of an account, and whoever federates without a role, is no one person. */
const operatorForm =
  /^(arn:[^:*?]+:(?:sts::\d{12}:assumed-role\/[^:/*?]+\/[^:/*?]+|iam::\d{12}:user\/[^:*?]+))=([UW][A-Z0-9]+)(?:\/([UWE][A-Z0-9]+))?$/;
const operatorExample = "arn:aws:sts::123456789012:assumed-role/ROLE/SESSION=U012ABC";
