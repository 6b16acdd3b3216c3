import {
  BackupClient,
  type CopyJob,
  DescribeBackupJobCommand,
  type DescribeBackupJobCommandOutput,
  DescribeCopyJobCommand,
  ListRecoveryPointsByResourceCommand,
  StartBackupJobCommand,
  type StartBackupJobInput,
  StartCopyJobCommand,
  type StartCopyJobInput,
} from "@aws-sdk/client-backup";
import { KMSClient } from "@aws-sdk/client-kms";
import { RDSClient } from "@aws-sdk/client-rds";
import { STSClient } from "@aws-sdk/client-sts";
import type { Account } from "../../../../src/sim/aws/account.ts";
import { Accounts } from "../../../../src/sim/aws/accounts.ts";
import { addMishap } from "../../../../src/sim/aws/backup/ends.ts";
import { sdkMiddleware } from "../../../../src/sim/aws/middleware.ts";
import { policyLettingCopies } from "../../../../src/sim/aws/seeds/backup.ts";
import { addKey } from "../../../../src/sim/aws/seeds/furniture.ts";
import type { AccountState, Cluster, Instance } from "../../../../src/sim/aws/state.ts";
import type { Key } from "../../../../src/sim/aws/surroundings.ts";
import type { Turn } from "../../../../src/sim/aws/turn.ts";
import {
  backupTarget,
  furnishBackups,
  openOtherAccount,
  otherAccountId,
} from "../../../../src/sim/other-account.ts";
import { laboratory, minute, region } from "../laboratory.ts";

export const here = "123456789012";
const reader = `arn:aws:iam::${here}:role/reader`;

type Lived = Pick<ReturnType<typeof laboratory>, "clock" | "data" | "key"> & { readonly shared: Key };

const sharedKey = (turn: Turn) =>
  addKey(turn, { alias: "alias/shared", policy: policyLettingCopies(here, otherAccountId) });

/** An account with databases under a key that the other account may use, and the other account. */
export function twoAccounts(
  options: Parameters<typeof laboratory>[0] = {},
  save?: (state: AccountState) => void,
  killed?: { readonly lab: Lived; readonly saved: Readonly<Record<string, AccountState>> },
) {
  const accounts = new Accounts();
  const state = (accountId: string) => {
    const of = killed?.saved[accountId];
    return of && { state: of };
  };
  const lab = laboratory({ accounts, ...options, ...state(here) }, killed?.lab);
  const { account, clock, data } = lab;
  const other = openOtherAccount({
    accounts,
    clock,
    data,
    region,
    random: () => 0.5,
    source: here,
    trusted: reader,
    ...(save && { save }),
    ...state(otherAccountId),
  });
  const key = killed?.lab.shared ?? account.alter(sharedKey);
  if (!killed) account.alter((turn) => furnishBackups(turn, key.arn));
  const target = backupTarget(account.state);
  const clientsOf = (of: Account, accessKeyId?: string) => {
    const clients = {
      backup: new BackupClient({ region }),
      rds: new RDSClient({ region }),
      kms: new KMSClient({ region }),
      sts: new STSClient({ region }),
    };
    for (const client of Object.values(clients)) client.middlewareStack.use(sdkMiddleware(of, accessKeyId));
    return clients;
  };
  const at = { here: clientsOf(account), there: clientsOf(other) };
  const arnOf = (database: Cluster | Instance) =>
    `arn:aws:rds:${region}:${here}:${"writer" in database ? "db" : "cluster"}:${database.id}`;

  const seed = (id = "orders", more: Partial<Parameters<typeof lab.seed>[0]> = {}) =>
    lab.seed({ id, storageKey: { type: "sse-kms", arn: key.arn }, ...more });
  const seedInstance = (id = "ledger", more: Partial<Parameters<typeof lab.seedInstance>[0]> = {}) =>
    lab.seedInstance({ id, storageKey: { type: "sse-kms", arn: key.arn }, ...more });

  const askForBackup = (of: Cluster | Instance, more: Partial<StartBackupJobInput> = {}) =>
    at.here.backup.send(
      new StartBackupJobCommand({
        BackupVaultName: target.vault,
        ResourceArn: arnOf(of),
        IamRoleArn: target.roleArn,
        ...more,
      }),
    );
  const backupJob = (BackupJobId: string | undefined): Promise<DescribeBackupJobCommandOutput> =>
    at.here.backup.send(new DescribeBackupJobCommand({ BackupJobId }));
  /** A backup and its job once it has ended, or when `within` is over. */
  const backUp = async (
    of: Cluster | Instance,
    more: Partial<StartBackupJobInput> = {},
    within = 20 * minute,
  ) => {
    const { BackupJobId } = await askForBackup(of, more);
    await lab.pass(within);
    return backupJob(BackupJobId);
  };
  const askForCopy = (RecoveryPointArn: string | undefined, more: Partial<StartCopyJobInput> = {}) =>
    at.here.backup.send(
      new StartCopyJobCommand({
        RecoveryPointArn,
        SourceBackupVaultName: target.vault,
        DestinationBackupVaultArn: target.destinationVaultArn,
        IamRoleArn: target.roleArn,
        ...more,
      }),
    );
  const copyJob = async (CopyJobId: string | undefined): Promise<CopyJob> => {
    const { CopyJob } = await at.here.backup.send(new DescribeCopyJobCommand({ CopyJobId }));
    return CopyJob ?? {};
  };
  const copy = async (
    recoveryPoint: string | undefined,
    more: Partial<StartCopyJobInput> = {},
    within = 60 * minute,
  ) => {
    const { CopyJobId } = await askForCopy(recoveryPoint, more);
    await lab.pass(within);
    return copyJob(CopyJobId);
  };
  const recoveryPoints = (ResourceArn: string, of = at.here) =>
    of.backup.send(new ListRecoveryPointsByResourceCommand({ ResourceArn }));
  const mishap = (given: Parameters<typeof addMishap>[1]) =>
    account.alter((turn: Turn) => addMishap(turn, given));
  return {
    ...lab,
    other,
    accounts,
    key,
    shared: key,
    target,
    at,
    arnOf,
    clientsOf,
    seed,
    seedInstance,
    askForBackup,
    backupJob,
    backUp,
    askForCopy,
    copyJob,
    copy,
    mishap,
    recoveryPoints,
  };
}

export type TwoAccounts = ReturnType<typeof twoAccounts>;
