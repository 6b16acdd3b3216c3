import { planArn, vaultArn } from "../backup/keeping.ts";
import { tagsOn } from "../backup/recovery-points.ts";
import type { Turn } from "../turn.ts";
import type { Ask } from "./evaluate.ts";

/** As much of the inputs of AWS Backup as IAM looks at. */
interface BackupInput {
  readonly BackupVaultName?: string;
  readonly RecoveryPointArn?: string;
  readonly BackupPlanId?: string;
  readonly IamRoleArn?: string;
  readonly BackupSelection?: { readonly IamRoleArn?: string };
  readonly ResourceArn?: string;
  readonly BackupPlanTags?: Readonly<Record<string, string>>;
  readonly BackupVaultTags?: Readonly<Record<string, string>>;
}

/** Those that know a recovery point as their resource; of the others that name a vault, the vault is it. */
const ofRecoveryPoints = ["DescribeRecoveryPoint", "DeleteRecoveryPoint", "StartCopyJob"];

/**
 * Source: Service Authorization Reference, AWS Backup: resource types, condition keys, dependent actions. A recovery point of RDS has
 * the ARN of its snapshot. That whoever makes something with tags must be let tag it stands in the Developer Guide alone. The tags of a backup that is started are no condition of it, and the role that a plan's copies will be
 * made under is passed with its selection.
 */
export function askedOfBackup(turn: Turn, operation: string, input: object): readonly Ask[] {
  const given = input as BackupInput;
  const resource = resourceOf(turn, operation, given);
  const request = Object.entries(given.BackupPlanTags ?? given.BackupVaultTags ?? {});
  const requested = Object.fromEntries(request.map(([key, value]) => [`aws:RequestTag/${key}`, value]));
  const tags = Object.entries(tagsOn(turn, resource) ?? {});
  const context = {
    ...Object.fromEntries(tags.map(([key, value]) => [`aws:ResourceTag/${key}`, value])),
    ...requested,
    ...(request.length > 0 && { "aws:TagKeys": request.map(([key]) => key) }),
  };
  const passed = given.IamRoleArn ?? given.BackupSelection?.IamRoleArn;
  return [
    { action: `backup:${operation}`, resource, context },
    ...(request.length > 0 ? [{ action: "backup:TagResource", resource, context }] : []),
    ...(passed === undefined
      ? []
      : [
          {
            action: "iam:PassRole",
            resource: passed,
            context: { "iam:PassedToService": "backup.amazonaws.com" },
          },
        ]),
  ];
}

function resourceOf({ state }: Turn, operation: string, input: BackupInput): string {
  if (ofRecoveryPoints.includes(operation)) return input.RecoveryPointArn ?? "*";
  if (operation === "ListTags") return input.ResourceArn ?? "*";
  if (operation === "CreateBackupPlan") return planArn(state, "*");
  if (input.BackupPlanId !== undefined) return planArn(state, input.BackupPlanId);
  return input.BackupVaultName === undefined ? "*" : vaultArn(state, input.BackupVaultName);
}
