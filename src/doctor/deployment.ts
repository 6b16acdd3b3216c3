import type { Caller } from "../aws/caller.ts";
import type { FunctionFacts } from "../aws/function-settings.ts";
import type { PolicyStatement } from "../aws/policy-document.ts";
import type { Ask, RoleFacts } from "../aws/role-rights.ts";
import type { SecurityGroupFacts } from "../aws/security-groups.ts";
import type { TableFacts } from "../aws/table-settings.ts";
import type { DoctorConfig } from "../config.ts";
import type { Clicker } from "../core/approval.ts";
import type { BackupCloud, BackupReadiness, BackupTarget } from "../core/backup.ts";
import type { Cloud } from "../core/cloud.ts";
import type { Database } from "../core/database.ts";
import type { Instant } from "../core/time.ts";
import type { Installation } from "../slack/installation.ts";

/** What is looked over, by whoever runs the doctor. Look-ups throw a `CloudFault` or a `ChannelFault`, and change nothing. */
export interface Deployment {
  readonly config: DoctorConfig;
  readonly now: () => Instant;
  /** The text of manifest.yml. Throws where it cannot be read. */
  readonly manifest: () => string;
  readonly slack: Installation & { readonly lookUp: (user: string, team: string) => Promise<Clicker> };
  readonly cloud: Pick<Cloud, "findKey" | "findCluster" | "membersOf" | "listDatabases" | "findSubnetGroup">;
  readonly account: AccountLookUps;
  /** Null where databases are copied to no other account. */
  readonly backup: BackupTarget | null;
  /** Asked of the worker where there is one: the other account lets nobody else in. */
  readonly backupReadiness: (of: Parameters<BackupCloud["backupReadiness"]>[1]) => Promise<BackupReadiness>;
  readonly probe: Pick<Database, "look">;
}

interface AccountLookUps {
  /** Whose credentials these are. */
  readonly caller: () => Promise<Caller>;
  readonly findTable: (name: string) => Promise<TableFacts | undefined>;
  /** When the worker's schedule last ran; null if never. */
  readonly lastBeat: () => Promise<Instant | null>;
  readonly findFunction: (name: string) => Promise<FunctionFacts | undefined>;
  readonly findSecurityGroup: (id: string) => Promise<SecurityGroupFacts | undefined>;
  readonly findRole: (name: string) => Promise<RoleFacts | undefined>;
  readonly allowedActions: (principalArn: string, ask: Ask) => Promise<readonly string[]>;
  /** Takes a role on as the product does, for an act that nothing is the object of. */
  readonly tryRole: (roleArn: string) => Promise<void>;
  readonly keyPolicyOf: (keyArn: string) => Promise<readonly PolicyStatement[]>;
  readonly rotates: (keyArn: string) => Promise<boolean>;
}
