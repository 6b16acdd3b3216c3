import * as z from "zod";
import { accountId, arn, regionName, type SettingsFile } from "./settings-file.ts";

/** What a person says about the account that copies go to, in infra/destination.json. It holds no secret. */
const destinationSchema = z
  .strictObject({
    /** The account that keeps the copies: of the same organisation as that of the databases, and another one. */
    account: accountId,
    /** Where the copies are; it need not be the Region of the databases. */
    region: regionName,
    /** The role that looks whether copies have arrived, as `npm run deploy` prints it, or the one of `npm run serve`, by ARN. */
    worker: arn("iam", "role/"),
    /**
     * For how many days nobody deletes a copy, whatever its own lifetime says (Vault Lock in governance mode, which whoever may
     * backup:DeleteBackupVaultLockConfiguration can lift). Copies that would live shorter are refused.
     */
    lockedDays: z.int().positive().optional(),
  })
  .check(({ value: { account, worker }, issues }) => {
    if (worker.split(":")[4] === account)
      issues.push({
        code: "custom",
        path: ["account"],
        message: "must be another account than the worker's",
        input: account,
      });
  });

export type DestinationSettings = z.infer<typeof destinationSchema>;

export const destinationFile: SettingsFile<DestinationSettings> = {
  own: "infra/destination.json",
  example: "infra/destination.example.json",
  explainedIn: "infra/destination-settings.ts",
  schema: destinationSchema,
};
