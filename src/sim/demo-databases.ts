import { attachEverything } from "./aws/seeds/attach.ts";
import { policyLettingCopies } from "./aws/seeds/backup.ts";
import { addCluster, type GivenCluster } from "./aws/seeds/databases.ts";
import { addKey, addSecurityGroup, furnish } from "./aws/seeds/furniture.ts";
import { addInstance } from "./aws/seeds/instances.ts";
import { auroraUnder, rdsInstance, unencryptedAurora } from "./aws/seeds/topologies.ts";
import type { Turn } from "./aws/turn.ts";
import { furnishBackups, otherAccountId } from "./other-account.ts";
import { refusedDatabases } from "./refused-databases.ts";

export const fenceGroup = "sg-0fe7ce5000000001";
export const vpc = "vpc-0a1b2c3d4e5f60718";
export const keyAlias = "alias/databases";

/** The one that the demo dumps, and the version that it takes of PostgreSQL's own server and client tools. */
export const dumped = { name: "inventory-prod", major: 15 };

/** The database that the main job is about: a writer and a reader, with every setting that a restore forgets. */
const ordersProd: GivenCluster = {
  id: "orders-prod",
  members: [
    { id: "orders-prod-1", settings: { PromotionTier: 0 } },
    { id: "orders-prod-2", settings: { PromotionTier: 3, DBInstanceClass: "db.r6g.xlarge" } },
  ],
  settings: {
    EnabledCloudwatchLogsExports: ["postgresql"],
    IAMDatabaseAuthenticationEnabled: true,
    BackupRetentionPeriod: 21,
  },
};

/**
 * What waits in the demo's account: databases that can be moved, and one of each kind that is refused, so that every
 * answer can be seen.
 */
export function seedAccount(turn: Turn): void {
  furnish(turn);
  addSecurityGroup(turn, { id: fenceGroup, admits: ["probe"] });
  const policy = policyLettingCopies(turn.state.accountId, otherAccountId);
  const key = addKey(turn, { alias: keyAlias, description: "Databases, customer-managed", policy });
  furnishBackups(turn, key.arn);
  const former = addKey(turn, { alias: "alias/payments-2021", description: "Payments until 2026" });
  addCluster(turn, ordersProd);
  auroraUnder(turn, "payments-prod", former.arn);
  auroraUnder(turn, "billing-prod", key.arn);
  attachEverything(turn, addCluster(turn, { id: "reports-prod" }), key.arn);
  unencryptedAurora(turn, "legacy-prod");
  rdsInstance(turn, "wiki-prod", { type: "none" });
  rdsInstance(turn, "ledger-prod", { type: "sse-kms", arn: former.arn });
  // Of the version whose server and client tools Debian has.
  addInstance(turn, {
    id: dumped.name,
    storageKey: { type: "none" },
    settings: { EngineVersion: `${dumped.major}.12` },
  });
  for (const { name, seed } of refusedDatabases) seed?.(turn, name);
}

/** Those that are asked over SQL, and so need a server; the others are refused for what AWS says of them. */
export const servedByDefault = [
  "orders-prod",
  "payments-prod",
  "reports-prod",
  "legacy-prod",
  "wiki-prod",
  "ledger-prod",
  dumped.name,
];
