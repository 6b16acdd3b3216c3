/**
 * Fixed names: people type them at 2 a.m., and a table that was kept makes a second deployment fail instead of starting it with
 * an empty store that knows of no migration.
 */
export const product = "encrypt-db";

export const functionNames = {
  slack: `${product}-slack`,
  worker: `${product}-worker`,
  probe: `${product}-probe`,
} as const;

/** Of the cluster, the task definition and its container. */
export const transferName = `${product}-transfer`;

export const logGroups = {
  ofFunction: (name: string) => `/aws/lambda/${name}`,
  /** Below this prefix CloudWatch needs no growing policy for each service that delivers logs. */
  endpoint: `/aws/vendedlogs/${product}/slack-endpoint`,
  transfer: `/aws/ecs/${transferName}`,
} as const;

/** Beside the name itself AWS Backup demands "AWSBackup" in that of a role that it works under. */
export const backupNames = { vault: product, role: `${product}-AWSBackup` } as const;

/** In the account that copies go to. */
export const destinationNames = {
  stack: `${product}-destination`,
  vault: `${product}-copies`,
  verificationRole: `${product}-verify`,
} as const;
