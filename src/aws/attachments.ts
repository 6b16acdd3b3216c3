import {
  paginateDescribeBlueGreenDeployments,
  paginateDescribeGlobalClusters,
  paginateDescribeIntegrations,
  paginateDescribePendingMaintenanceActions,
} from "@aws-sdk/client-rds";
import type { Attachable, Attachment } from "../core/cloud.ts";
import type { Instant } from "../core/time.ts";
import { proxiesTo } from "./attachments-read.ts";
import type { AccountClients } from "./clients.ts";
import { calling } from "./faults.ts";
import { everyPage } from "./pages.ts";
import { filter } from "./rds-read.ts";
import { sharesOf } from "./shares.ts";

export const actions = [
  "rds:DescribeIntegrations",
  "rds:DescribeBlueGreenDeployments",
  "rds:DescribeGlobalClusters",
  "rds:DescribePendingMaintenanceActions",
] as const;

type Look = (clients: AccountClients, database: Attachable, now: () => Instant) => Promise<readonly string[]>;

/** What hangs on a database and cannot be carried over. Throws the first `CloudFault`: a list with a gap is no list. */
export async function attachmentsOf(
  clients: AccountClients,
  database: Attachable,
  now: () => Instant,
): Promise<readonly Attachment[]> {
  const found = await Promise.all(
    looks.map(async ([kind, look]) => (await look(clients, database, now)).map((name) => ({ kind, name }))),
  );
  return found.flat();
}

const integrations: Look = async ({ reads: client }, database) => {
  const found = await calling("DescribeIntegrations", () =>
    everyPage(paginateDescribeIntegrations({ client }, {}), ({ Integrations }) => Integrations),
  );
  return found
    .filter(({ SourceArn }) => SourceArn === database.arn)
    .map(({ IntegrationName }) => IntegrationName ?? "");
};

const blueGreenDeployments: Look = async ({ reads: client }, database) => {
  const found = await calling("DescribeBlueGreenDeployments", () =>
    everyPage(
      paginateDescribeBlueGreenDeployments({ client }, {}),
      ({ BlueGreenDeployments }) => BlueGreenDeployments,
    ),
  );
  return found
    .filter(({ Source, Target }) => Source === database.arn || Target === database.arn)
    .map(({ BlueGreenDeploymentName }) => BlueGreenDeploymentName ?? "");
};

const globalDatabases: Look = async ({ reads: client }, database) => {
  const found = await calling("DescribeGlobalClusters", () =>
    everyPage(paginateDescribeGlobalClusters({ client }, {}), ({ GlobalClusters }) => GlobalClusters),
  );
  return found
    .filter(({ GlobalClusterMembers: members }) =>
      members?.some(({ DBClusterArn, Readers }) => [DBClusterArn, ...(Readers ?? [])].includes(database.arn)),
    )
    .map(({ GlobalClusterIdentifier }) => GlobalClusterIdentifier ?? "");
};

const shares: Look = (clients, { arn }, now) => sharesOf(clients, now, arn);

const pendingMaintenance: Look = async ({ reads: client }, database) => {
  const { kind, name } = database;
  const members = kind === "cluster" ? database.members.map((member) => member.name) : [name];
  const filters = [
    ...(kind === "cluster" ? [filter("db-cluster-id", [name])] : []),
    // Without a value the filter would be refused; with both in one call, nothing would match both.
    ...(members.length > 0 ? [filter("db-instance-id", members)] : []),
  ];
  const found = await Promise.all(
    filters.map((wanted) =>
      calling("DescribePendingMaintenanceActions", () =>
        everyPage(
          paginateDescribePendingMaintenanceActions({ client }, { Filters: wanted }),
          ({ PendingMaintenanceActions }) => PendingMaintenanceActions,
        ),
      ),
    ),
  );
  return found
    .flat()
    .flatMap(({ ResourceIdentifier = "", PendingMaintenanceActionDetails: details = [] }) =>
      details.map(({ Action }) => `${Action} on ${ResourceIdentifier.split(":").at(-1)}`),
    );
};

/** A cluster's are carried over. */
const proxies: Look = async ({ reads: client }, { kind, name }) => {
  if (kind === "cluster") return [];
  return (await proxiesTo(client, { name, members: [{ name }] })).map((proxy) => proxy.name);
};

const looks: readonly (readonly [Attachment["kind"], Look])[] = [
  ["proxy", proxies],
  ["zero-etl", integrations],
  ["blue-green", blueGreenDeployments],
  ["global-database", globalDatabases],
  ["ram-share", shares],
  ["pending-maintenance", pendingMaintenance],
];
