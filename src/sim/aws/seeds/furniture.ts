import type { Key, Origin, ParameterGroup } from "../surroundings.ts";
import type { Turn } from "../turn.ts";

const vpcId = "vpc-0a1b2c3d4e5f60718";

/** The group that databases are in, and that lets everybody in. */
export const databasesGroup = "sg-0da7aba5e5";

const parameter = (name: string, value: string, source: "user" | "engine-default" | "system") => ({
  ParameterName: name,
  ParameterValue: value,
  Source: source,
  ApplyType: "static",
  DataType: "string",
  IsModifiable: source !== "system",
});

/** What every account has before anybody makes a database: a VPC, default groups, the key `aws/rds`. */
export function furnish(turn: Turn): void {
  addSecurityGroup(turn, { id: `sg-default-${vpcId}`, admits: [] });
  addSecurityGroup(turn, { id: databasesGroup, admits: ["application", "probe"] });
  for (const name of ["default", "production"]) addSubnetGroup(turn, { name });
  for (const major of [13, 14, 15, 16, 17]) {
    addParameterGroup(turn, { name: `default.aurora-postgresql${major}` });
    addParameterGroup(turn, { name: `default.postgres${major}` });
    addOptionGroup(turn, { name: `default:postgres-${major}`, majorVersion: String(major) });
  }
  for (const family of ["aurora-mysql8.0", "mysql8.0", "neptune1.4", "docdb5.0"]) {
    addParameterGroup(turn, { name: `default.${family}`, family });
  }
  addKey(turn, {
    alias: "alias/aws/rds",
    manager: "AWS",
    description: "Default key that protects my RDS data",
  });
  addKey(turn, {
    alias: "alias/aws/secretsmanager",
    manager: "AWS",
    description: "Default key that protects my Secrets Manager data",
  });
}

export function addSecurityGroup(
  turn: Turn,
  group: { readonly id: string; readonly vpcId?: string; readonly admits: readonly Origin[] },
): string {
  const securityGroups = { ...turn.state.securityGroups, [group.id]: { vpcId, ...group } };
  turn.state = { ...turn.state, securityGroups };
  return group.id;
}

function addSubnetGroup(turn: Turn, group: { readonly name: string; readonly vpcId?: string }): string {
  const zones = ["a", "b", "c"].map((letter) => `${turn.state.region}${letter}`);
  const subnetGroups = { ...turn.state.subnetGroups, [group.name]: { vpcId, zones, ...group } };
  turn.state = { ...turn.state, subnetGroups };
  return group.name;
}

/** For instances outside Aurora, of PostgreSQL. */
export function addOptionGroup(
  turn: Turn,
  group: { readonly name: string; readonly majorVersion: string },
): string {
  const optionGroups = { ...turn.state.optionGroups, [group.name]: { engine: "postgres", ...group } };
  turn.state = { ...turn.state, optionGroups };
  return group.name;
}

/** A group of both kinds, for clusters and for instances; `user` are the parameters that somebody has set. */
export function addParameterGroup(
  turn: Turn,
  group: {
    readonly name: string;
    readonly family?: string;
    readonly user?: Readonly<Record<string, string>>;
  },
): string {
  const family = group.family ?? group.name.replace(/^default\./, "");
  const added: ParameterGroup = {
    name: group.name,
    family,
    parameters: [
      parameter("rds.force_ssl", "1", "system"),
      parameter("rds.logical_replication", "0", "engine-default"),
      ...Object.entries(group.user ?? {}).map(([name, value]) => parameter(name, value, "user")),
    ],
  };
  turn.state = {
    ...turn.state,
    clusterParameterGroups: { ...turn.state.clusterParameterGroups, [group.name]: added },
    instanceParameterGroups: { ...turn.state.instanceParameterGroups, [group.name]: added },
  };
  return group.name;
}

type GivenKey = Partial<Omit<Key, "id" | "arn">> & { readonly alias?: string; readonly region?: string };

/** A key that RDS can use, unless told otherwise; an alias is made when one is given. */
export function addKey(turn: Turn, { alias, region, ...given }: GivenKey): Key {
  const { state } = turn;
  const serial = state.serial + 1;
  const id = `00000000-0000-4000-8000-${String(serial).padStart(12, "0")}`;
  const accountId = given.accountId ?? state.accountId;
  const key: Key = {
    id,
    arn: `arn:aws:kms:${region ?? state.region}:${accountId}:key/${id}`,
    accountId,
    manager: "CUSTOMER",
    state: "Enabled",
    spec: "SYMMETRIC_DEFAULT",
    usage: "ENCRYPT_DECRYPT",
    origin: "AWS_KMS",
    multiRegion: false,
    description: alias ?? "",
    createdAt: turn.now,
    grantable: given.manager !== "AWS",
    rotates: true,
    policy: keyPolicy(accountId),
    ...given,
  };
  turn.state = {
    ...state,
    serial,
    keys: { ...state.keys, [id]: key },
    aliases: alias === undefined ? state.aliases : { ...state.aliases, [alias]: id },
  };
  return key;
}

const keyPolicy = (accountId: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Enable IAM User Permissions",
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${accountId}:root` },
        Action: "kms:*",
        Resource: "*",
      },
    ],
  });
