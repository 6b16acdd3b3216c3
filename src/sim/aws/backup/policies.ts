import { type Ask, isAllowed, type Statement } from "../iam/evaluate.ts";
import type { AccountState } from "../state.ts";

/** A statement of a policy that hangs on a resource. */
interface ResourceStatement extends Statement {
  readonly Principal: "*" | Readonly<Record<string, string | readonly string[]>>;
}

const within = (policy: string): readonly ResourceStatement[] => {
  const { Statement: statements } = JSON.parse(policy) as {
    readonly Statement: ResourceStatement | readonly ResourceStatement[];
  };
  return [statements].flat();
};

/** Statements that speak of one of these principals. */
function about(policy: string, principals: readonly string[]): readonly Statement[] {
  return within(policy).filter(({ Principal }) => {
    const named = Principal === "*" ? ["*"] : [Principal.AWS ?? []].flat();
    return named.some((one) => one === "*" || principals.includes(one));
  });
}

const rootOf = (accountId: string) => [accountId, `arn:aws:iam::${accountId}:root`];

/** Whether a vault's access policy lets another account copy into it. */
export function letsCopyInto(
  { policy, arn }: { readonly policy: string | undefined; readonly arn: string },
  from: AccountState,
  roleArn: string,
): boolean {
  if (policy === undefined) return false;
  const context: Ask["context"] = {
    "aws:PrincipalArn": roleArn,
    "aws:PrincipalAccount": from.accountId,
    ...(from.organization && { "aws:PrincipalOrgID": from.organization.id }),
  };
  const statements = about(policy, [...rootOf(from.accountId), roleArn]);
  return isAllowed([statements], { action: "backup:CopyIntoBackupVault", resource: arn, context });
}

/** What the account that a copy goes to does with the key that it comes from. Source: AWS Backup Developer Guide, Encryption. */
const ofTheDestination = [
  "kms:DescribeKey",
  "kms:CreateGrant",
  "kms:Decrypt",
  "kms:GenerateDataKeyWithoutPlaintext",
  "kms:ReEncryptFrom",
];

/** Whether a key's policy lets another account make a copy of what is under it. */
export function letsBeCopiedBy(policy: string, keyArn: string, accountId: string): boolean {
  const linked = `arn:aws:iam::${accountId}:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup`;
  const statements = about(policy, [...rootOf(accountId), linked]);
  const context = {
    "kms:GrantIsForAWSResource": "true",
    "kms:CallerAccount": accountId,
    "kms:ViaService": `rds.${keyArn.split(":")[3]}.amazonaws.com`,
    "aws:PrincipalArn": linked,
  };
  return ofTheDestination.every((action) => isAllowed([statements], { action, resource: keyArn, context }));
}
