import {
  paginateDescribeDBClusterSnapshots,
  paginateDescribeDBSnapshots,
  type RDSClient,
} from "@aws-sdk/client-rds";
import { CloudFault, type Ref, type SnapshotFacts } from "../core/cloud.ts";
import { clusterSnapshotFacts, instanceSnapshotFacts } from "./facts.ts";
import { calling } from "./faults.ts";
import { everyPage } from "./pages.ts";

export const actions = ["rds:DescribeDBClusterSnapshots", "rds:DescribeDBSnapshots"] as const;

/** Snapshots of every origin, each once. Throws a `CloudFault`. */
export async function snapshotsOf(
  client: RDSClient,
  kind: Ref["kind"],
  resourceIds: readonly string[],
): Promise<readonly SnapshotFacts[]> {
  const look = kind === "cluster" ? clusterSnapshotsOf : instanceSnapshotsOf;
  const found = await Promise.all(
    // Without a type RDS answers with manual and automated ones.
    resourceIds.flatMap((id) => [look(client, id, {}), look(client, id, ofBackup)]),
  );
  return [...new Map(found.flat().map((snapshot) => [snapshot.arn, snapshot])).values()];
}

type OfType = { readonly SnapshotType?: string };

const ofBackup: OfType = { SnapshotType: "awsbackup" };

async function clusterSnapshotsOf(client: RDSClient, id: string, type: OfType): Promise<SnapshotFacts[]> {
  const input = { DbClusterResourceId: id, ...type };
  try {
    const found = await calling("DescribeDBClusterSnapshots", () =>
      everyPage(
        paginateDescribeDBClusterSnapshots({ client }, input),
        ({ DBClusterSnapshots }) => DBClusterSnapshots,
      ),
    );
    return found.map(clusterSnapshotFacts);
  } catch (fault) {
    // Whether Aurora knows the type the RDS API leaves open. What AWS Backup has made is found as recovery points, too.
    if (type === ofBackup && fault instanceof CloudFault && fault.code === "InvalidParameterValue") return [];
    throw fault;
  }
}

async function instanceSnapshotsOf(client: RDSClient, id: string, type: OfType): Promise<SnapshotFacts[]> {
  const input = { DbiResourceId: id, ...type };
  const found = await calling("DescribeDBSnapshots", () =>
    everyPage(paginateDescribeDBSnapshots({ client }, input), ({ DBSnapshots }) => DBSnapshots),
  );
  return found.map(instanceSnapshotFacts);
}
