import {
  DescribeDBClusterAutomatedBackupsCommand,
  DescribeDBInstanceAutomatedBackupsCommand,
  type RDSClient,
} from "@aws-sdk/client-rds";
import type { Ref } from "../core/cloud.ts";
import type { AutomatedBackups } from "../core/leftover.ts";
import { given } from "./facts.ts";
import { calling } from "./faults.ts";
import { filter } from "./rds-read.ts";

export const actions = [
  "rds:DescribeDBClusterAutomatedBackups",
  "rds:DescribeDBInstanceAutomatedBackups",
] as const;

/** Of a database that is there or that was deleted; by filter, so that there being none is an answer. Throws a `CloudFault`. */
export async function findAutomatedBackups(
  client: RDSClient,
  { kind, resourceId }: Pick<Ref, "kind" | "resourceId">,
): Promise<AutomatedBackups | undefined> {
  const [found] = await (kind === "cluster" ? ofCluster(client, resourceId) : ofInstance(client, resourceId));
  return (
    found && {
      arn: found.arn,
      status: given(found, "Status"),
      keyArn: found.KmsKeyId ?? null,
      keepDays: found.BackupRetentionPeriod ?? 0,
      gibibytes: found.AllocatedStorage ?? null,
    }
  );
}

async function ofCluster(client: RDSClient, resourceId: string) {
  const Filters = filter("db-cluster-resource-id", [resourceId]);
  const command = new DescribeDBClusterAutomatedBackupsCommand({ Filters });
  const answer = await calling("DescribeDBClusterAutomatedBackups", () => client.send(command));
  // The storage of a cluster is told as 1, whatever its size.
  return (answer.DBClusterAutomatedBackups ?? []).map(({ AllocatedStorage: _, ...backup }) => ({
    ...backup,
    arn: given(backup, "DBClusterAutomatedBackupsArn"),
    AllocatedStorage: undefined,
  }));
}

async function ofInstance(client: RDSClient, resourceId: string) {
  const Filters = filter("dbi-resource-id", [resourceId]);
  const command = new DescribeDBInstanceAutomatedBackupsCommand({ Filters });
  const answer = await calling("DescribeDBInstanceAutomatedBackups", () => client.send(command));
  return (answer.DBInstanceAutomatedBackups ?? []).map((backup) => ({
    ...backup,
    arn: given(backup, "DBInstanceAutomatedBackupsArn"),
  }));
}
