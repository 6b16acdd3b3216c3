import { accountChecks } from "./account-checks.ts";
import { backupChecks } from "./backup-checks.ts";
import type { Check } from "./check.ts";
import { databaseChecks } from "./database-checks.ts";
import { fenceChecks } from "./fence-checks.ts";
import { functionChecks } from "./function-checks.ts";
import { keyChecks } from "./key-checks.ts";
import { manifestChecks } from "./manifest.ts";
import { permissionChecks } from "./permission-checks.ts";
import { slackChecks } from "./slack-checks.ts";
import { tableChecks } from "./table-checks.ts";

/** Everything that is looked at, in the order in which it is reported. */
export const checks: readonly Check[] = [
  ...slackChecks,
  ...manifestChecks,
  ...accountChecks,
  ...tableChecks,
  ...functionChecks,
  ...permissionChecks,
  ...keyChecks,
  ...backupChecks,
  ...fenceChecks,
  ...databaseChecks,
];
