import { migrationTag } from "../core/names.ts";
import { passRoles, requestTag, resourceTag, type Scope, type Statement } from "./permissions.ts";

const plans = ({ partition, region, account }: Scope) => [
  `arn:${partition}:backup:${region}:${account}:backup-plan:*`,
];

/** Plans carry the migration that made them: what somebody else made is neither added to nor deleted. */
const ofOurs = () => ({ Null: { [resourceTag(migrationTag)]: "false" } });

/**
 * Which database is backed up IAM does not ask; which vault it does. Tagging a plan cannot be told from creating one.
 * Source: Service Authorization Reference, AWS Backup.
 */
export function backupStatements(scope: Scope): readonly Statement[] {
  const { partition, account, region, backup } = scope;
  if (!backup) return [];
  const place = (service: string) => `arn:${partition}:${service}:${region}:${account}`;
  const here = { StringEquals: { "aws:RequestedRegion": region } };
  return [
    {
      Sid: "BackUp",
      Effect: "Allow",
      Action: ["backup:StartBackupJob"],
      Resource: [`${place("backup")}:backup-vault:${backup.vault}`],
      Condition: here,
    },
    {
      Sid: "CopyBackups",
      Effect: "Allow",
      Action: ["backup:StartCopyJob"],
      Resource: ["cluster-snapshot", "snapshot"].map((kind) => `${place("rds")}:${kind}:awsbackup:*`),
      Condition: here,
    },
    {
      Sid: "MakePlans",
      Effect: "Allow",
      Action: ["backup:CreateBackupPlan", "backup:TagResource"],
      Resource: plans(scope),
      Condition: {
        Null: { [requestTag(migrationTag)]: "false" },
        "ForAllValues:StringEquals": { "aws:TagKeys": [migrationTag] },
      },
    },
    {
      Sid: "SelectInOwnPlans",
      Effect: "Allow",
      Action: ["backup:CreateBackupSelection"],
      Resource: plans(scope),
      Condition: ofOurs(),
    },
    ...passRoles("PassBackupRole", [backup.roleArn], "backup.amazonaws.com"),
  ];
}

export function deletePlanStatements(scope: Scope): readonly Statement[] {
  if (!scope.backup) return [];
  return [
    {
      Sid: "DeleteOwnPlans",
      Effect: "Allow",
      Action: ["backup:DeleteBackupSelection", "backup:DeleteBackupPlan"],
      Resource: plans(scope),
      Condition: ofOurs(),
    },
  ];
}
