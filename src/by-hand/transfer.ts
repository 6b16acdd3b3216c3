import type { TransferJob } from "../core/transfer.ts";
import { quoted } from "./shell.ts";

/** `transfer_run JOB`: the function of `transferPreparation`. */
export function transferCommand(job: TransferJob): string {
  return `transfer_run ${quoted(JSON.stringify(job))}`;
}

/**
 * The container's own program, typed where psql is: the job holds the name of the variable in which the replacement's resource id is
 * kept, for nobody knows that before it is made.
 */
export const transferPreparation = `transfer_run() { # JOB
TRANSFER_JOB="\${1//\\$REPLACEMENT_ID/$REPLACEMENT_ID}" TRANSFER_SPOOL="\${TMPDIR:-/tmp}" DATABASE_USER="$PGUSER" \\
  DATABASE_PASSWORD="$PGPASSWORD" DATABASE_CA_FILE="$PGSSLROOTCERT" npm run --silent transfer
}`;
