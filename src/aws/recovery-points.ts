import {
  type BackupClient,
  DescribeRecoveryPointCommand,
  type DescribeRecoveryPointCommandOutput,
  paginateListRecoveryPointsByBackupVault,
  paginateListRecoveryPointsByResource,
  type RecoveryPointByBackupVault,
} from "@aws-sdk/client-backup";
import type { BackupCloud, RecoveryPoint } from "../core/backup.ts";
import { instant } from "./facts.ts";
import { calling, finding, incomplete } from "./faults.ts";
import type { LookInto } from "./other-account.ts";
import { everyPage } from "./pages.ts";

export const actions = [
  "backup:DescribeRecoveryPoint",
  "backup:ListRecoveryPointsByResource",
  "backup:ListRecoveryPointsByBackupVault",
] as const;

export type RecoveryPointLookups = Pick<
  BackupCloud,
  "findRecoveryPoint" | "recoveryPointsOf" | "findCopy" | "copiesOf"
>;

export function createRecoveryPointLookups(client: BackupClient, lookInto: LookInto): RecoveryPointLookups {
  return {
    findRecoveryPoint: (vault, arn) => findRecoveryPoint(client, vault, arn),
    recoveryPointsOf: (resourceArn) => recoveryPointsOf(client, resourceArn),
    findCopy: async (target, arn) => {
      const { backup } = await lookInto(target);
      return findRecoveryPoint(backup, vaultName(target.destinationVaultArn), arn);
    },
    copiesOf: async (target, resourceArn) => {
      const { backup } = await lookInto(target);
      return recoveryPointsIn(backup, vaultName(target.destinationVaultArn), resourceArn);
    },
  };
}

/** `arn:aws:backup:REGION:ACCOUNT:backup-vault:NAME`. */
export function vaultName(vaultArn: string): string {
  return vaultArn.split(":").slice(6).join(":");
}

async function findRecoveryPoint(
  client: BackupClient,
  vault: string,
  arn: string,
): Promise<RecoveryPoint | undefined> {
  const operation = "DescribeRecoveryPoint";
  const command = new DescribeRecoveryPointCommand({ BackupVaultName: vault, RecoveryPointArn: arn });
  const found = await finding(operation, "ResourceNotFoundException", () => client.send(command));
  return found && recoveryPoint(operation, found);
}

/** What is listed by resource does not say whether it is encrypted, nor when it goes; what is listed by vault does. */
async function recoveryPointsOf(
  client: BackupClient,
  resourceArn: string,
): Promise<readonly RecoveryPoint[]> {
  const found = await calling("ListRecoveryPointsByResource", () =>
    everyPage(
      paginateListRecoveryPointsByResource({ client }, { ResourceArn: resourceArn }),
      ({ RecoveryPoints }) => RecoveryPoints,
    ),
  );
  const vaults = new Set(found.flatMap(({ BackupVaultName }) => BackupVaultName ?? []));
  const each = await Promise.all([...vaults].map((vault) => recoveryPointsIn(client, vault, resourceArn)));
  return each.flat();
}

async function recoveryPointsIn(
  client: BackupClient,
  vault: string,
  resourceArn: string,
): Promise<readonly RecoveryPoint[]> {
  const operation = "ListRecoveryPointsByBackupVault";
  const input = { BackupVaultName: vault, ByResourceArn: resourceArn };
  const found = await calling(operation, () =>
    everyPage(
      paginateListRecoveryPointsByBackupVault({ client }, input),
      ({ RecoveryPoints }) => RecoveryPoints,
    ),
  );
  return found.map((point) => recoveryPoint(operation, point)).toSorted((a, b) => b.createdAt - a.createdAt);
}

function recoveryPoint(
  operation: string,
  point: DescribeRecoveryPointCommandOutput | RecoveryPointByBackupVault,
): RecoveryPoint {
  const { RecoveryPointArn, Status, BackupVaultArn, ResourceArn, IsEncrypted } = point;
  const createdAt = instant(point.CreationDate);
  if (!RecoveryPointArn || !Status || !BackupVaultArn || !ResourceArn || createdAt === null) {
    throw incomplete(operation, "ARN, status, vault, resource or date of a recovery point");
  }
  return {
    arn: RecoveryPointArn,
    status: Status,
    vaultArn: BackupVaultArn,
    resourceArn: ResourceArn,
    encrypted: IsEncrypted ?? false,
    keyArn: point.EncryptionKeyArn ?? null,
    createdAt,
    expiresAt: instant(point.CalculatedLifecycle?.DeleteAt),
    sourceVaultArn: point.SourceBackupVaultArn ?? null,
  };
}
