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
