import type { DescribeCertificatesMessage, DescribeDBEngineVersionsMessage } from "@aws-sdk/client-rds";
import { rdsFault } from "../fault.ts";
import type { Turn } from "../turn.ts";
import { engineNamed, isEngine } from "./engines.ts";
import { page } from "./paging.ts";

/** What can be ordered; the account knows no version that there was and can not be made any more ([API] IncludeAll). */
export function describeDBEngineVersions(_turn: Turn, input: DescribeDBEngineVersionsMessage) {
  const { Engine = "", EngineVersion, DBParameterGroupFamily, DefaultOnly } = input;
  const engine = isEngine(Engine) ? engineNamed(Engine) : undefined;
  const versions = (engine?.versions ?? [])
    .filter((version) => EngineVersion === undefined || version === EngineVersion)
    .filter((version) => DefaultOnly !== true || version === engine?.version)
    .map((version) => ({
      Engine,
      EngineVersion: version,
      DBParameterGroupFamily: engine?.family(version),
      Status: "available",
    }))
    .filter(
      ({ DBParameterGroupFamily: family }) =>
        DBParameterGroupFamily === undefined || family === DBParameterGroupFamily,
    );
  const { records, ...marker } = page(versions, input);
  return { DBEngineVersions: records, ...marker };
}

/** RDS User Guide, Using SSL/TLS: rds-ca-2019 ended in August 2024, the others end decades from now. */
const authorities: Readonly<Record<string, number>> = {
  "rds-ca-2019": Date.UTC(2024, 7, 22),
  "rds-ca-rsa2048-g1": Date.UTC(2061, 4, 25),
  "rds-ca-rsa4096-g1": Date.UTC(2121, 4, 25),
  "rds-ca-ecc384-g1": Date.UTC(2121, 4, 25),
};

export function describeCertificates(turn: Turn, input: DescribeCertificatesMessage) {
  const { CertificateIdentifier: wanted } = input;
  const all = Object.entries(authorities).filter(([name]) => wanted === undefined || name === wanted);
  if (all.length === 0) throw rdsFault("CertificateNotFoundFault", `Certificate not found: ${wanted}`);
  const { records, ...marker } = page(all, input);
  return {
    Certificates: records.map(([name, until]) => ({
      CertificateIdentifier: name,
      CertificateType: "CA",
      CertificateArn: `arn:aws:rds:${turn.state.region}::cert:${name}`,
      ValidTill: new Date(until),
      CustomerOverride: false,
    })),
    ...marker,
  };
}
