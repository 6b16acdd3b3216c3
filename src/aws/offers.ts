import {
  DescribeCertificatesCommand,
  paginateDescribeDBEngineVersions,
  type RDSClient,
} from "@aws-sdk/client-rds";
import type { Cloud } from "../core/cloud.ts";
import { calling, finding, incomplete } from "./faults.ts";
import { everyPage } from "./pages.ts";

export const actions = ["rds:DescribeDBEngineVersions", "rds:DescribeCertificates"] as const;

/** What AWS offers at present, which is not what it offered when a database was made. */
export function createOffers(client: RDSClient): Pick<Cloud, "offersVersion" | "certificateValidUntil"> {
  return {
    offersVersion: (engine, version) => offersVersion(client, engine, version),
    certificateValidUntil: (authority) => certificateValidUntil(client, authority),
  };
}

/** Without IncludeAll only versions are listed that can be made. Source: RDS API, DescribeDBEngineVersions. */
async function offersVersion(client: RDSClient, engine: string, version: string): Promise<boolean> {
  const input = { Engine: engine, EngineVersion: version };
  const found = await calling("DescribeDBEngineVersions", () =>
    everyPage(
      paginateDescribeDBEngineVersions({ client }, input),
      ({ DBEngineVersions }) => DBEngineVersions,
    ),
  );
  return found.some(({ Status = "available" }) => Status === "available");
}

async function certificateValidUntil(client: RDSClient, authority: string) {
  const operation = "DescribeCertificates";
  const command = new DescribeCertificatesCommand({ CertificateIdentifier: authority });
  const answer = await finding(operation, "CertificateNotFoundFault", () => client.send(command));
  const [certificate] = answer?.Certificates ?? [];
  if (!certificate) return undefined;
  if (!certificate.ValidTill) throw incomplete(operation, "ValidTill");
  return certificate.ValidTill.getTime();
}
