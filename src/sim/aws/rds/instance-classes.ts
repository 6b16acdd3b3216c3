import type {
  DescribeOrderableDBInstanceOptionsMessage,
  OrderableDBInstanceOption,
} from "@aws-sdk/client-rds";
import { rdsFault, unmodelled } from "../fault.ts";
import type { StorageKey } from "../state.ts";
import type { Turn } from "../turn.ts";
import { engineNamed } from "./engines.ts";
import { type Filters, filtered, page } from "./paging.ts";

interface InstanceClass {
  /** Whether its hosts can encrypt storage (RDS User Guide, Overview.Encryption). */
  readonly encrypts: boolean;
  readonly engines: readonly string[];
  /** The last major version of PostgreSQL that it can still be ordered with. */
  readonly until?: number;
  readonly insights: boolean;
}

const everywhere = ["postgres", "aurora-postgresql"];

const generation = (family: string, sizes: readonly string[], of: InstanceClass) =>
  sizes.map((size) => [`db.${family}.${size}`, of] as const);

const modern = { encrypts: true, engines: everywhere, insights: true };

const classes: Readonly<Record<string, InstanceClass>> = Object.fromEntries([
  ...generation("m1", ["small", "medium", "large"], {
    encrypts: false,
    engines: ["postgres"],
    until: 13,
    insights: false,
  }),
  ...generation("m2", ["xlarge"], { encrypts: false, engines: ["postgres"], until: 13, insights: false }),
  ...generation("t2", ["micro"], { encrypts: false, engines: ["postgres"], until: 13, insights: false }),
  ...generation("t2", ["small", "medium"], {
    encrypts: true,
    engines: ["postgres"],
    until: 13,
    insights: false,
  }),
  ...generation("m5", ["large", "xlarge"], { ...modern, engines: ["postgres"] }),
  ...generation("m6g", ["large", "xlarge"], { ...modern, engines: ["postgres"] }),
  ...generation("t4g", ["medium", "large"], modern),
  ...generation("r5", ["large", "xlarge", "2xlarge"], modern),
  ...generation("r6g", ["large", "xlarge", "2xlarge"], modern),
  ["db.serverless", { ...modern, engines: ["aurora-postgresql"] }] as const,
]);

const major = (version: string) => Number(version.split(".")[0]);

function offers({ engines, until }: InstanceClass, engine: string, version: string): boolean {
  return engines.includes(engine) && (until === undefined || major(version) <= until);
}

/**
 * Throws where an instance outside Aurora cannot be of this class: not with its engine version, not under a key, or because
 * there is no room for it at the moment.
 */
export function assertClass(
  turn: Turn,
  name: string,
  of: { readonly Engine: string; readonly EngineVersion: string; readonly storageKey: StorageKey },
): void {
  const found = classes[name];
  if (found === undefined) throw unmodelled("InvalidParameterValue", `Invalid DB Instance class: ${name}`);
  if (!offers(found, of.Engine, of.EngineVersion)) {
    throw unmodelled(
      "InvalidParameterCombination",
      `RDS does not support creating a DB instance with the following combination: DBInstanceClass=${name}, Engine=${of.Engine}, EngineVersion=${of.EngineVersion}.`,
    );
  }
  if (of.storageKey.type !== "none" && !found.encrypts) {
    throw unmodelled(
      "InvalidParameterCombination",
      `DB Instance class ${name} does not support encryption at rest.`,
    );
  }
  assertCapacity(turn, name);
}

/** Throws InsufficientDBInstanceCapacityFault. */
export function assertCapacity(turn: Turn, name: string): void {
  if (!turn.state.shortOf.includes(name)) return;
  throw rdsFault(
    "InsufficientDBInstanceCapacityFault",
    `Cannot create a database instance of class ${name} because there are no Availability Zones with sufficient capacity.`,
  );
}

const storageTypes = ["gp2", "gp3", "io1", "io2", "standard"] as const;

/** What the Region could make, which does not say that it has room for one now. */
export function describeOrderableDBInstanceOptions(
  turn: Turn,
  input: DescribeOrderableDBInstanceOptionsMessage,
) {
  const { Engine = "", EngineVersion: version, DBInstanceClass: wanted } = input;
  const { versions } = engineNamed(Engine);
  const options = versions
    .filter((each) => version === undefined || each === version)
    .flatMap((each) => Object.entries(classes).flatMap((named) => optionsOf(turn, Engine, each, named)))
    .filter((option) => wanted === undefined || option.DBInstanceClass === wanted)
    .filter((option) => input.LicenseModel === undefined || option.LicenseModel === input.LicenseModel);
  const { records, ...marker } = page(filtered(options, input.Filters, noFilters), input);
  return { OrderableDBInstanceOptions: records, ...marker };
}

/** "This parameter isn't currently supported" ([API] Filters). */
const noFilters: Filters<OrderableDBInstanceOption> = {};

function optionsOf(
  turn: Turn,
  Engine: string,
  EngineVersion: string,
  [DBInstanceClass, offered]: readonly [string, InstanceClass],
): readonly OrderableDBInstanceOption[] {
  if (!offers(offered, Engine, EngineVersion)) return [];
  const zones = turn.state.subnetGroups.default?.zones ?? [];
  const types = Engine === "postgres" ? storageTypes : (["aurora", "aurora-iopt1"] as const);
  return types.map((StorageType) => ({
    Engine,
    EngineVersion,
    DBInstanceClass,
    LicenseModel: "postgresql-license",
    AvailabilityZones: zones.map((Name) => ({ Name })),
    MultiAZCapable: Engine === "postgres",
    ReadReplicaCapable: Engine === "postgres",
    Vpc: true,
    SupportsStorageEncryption: offered.encrypts,
    StorageType,
    SupportsIops: ["gp3", "io1", "io2"].includes(StorageType),
    SupportsStorageThroughput: StorageType === "gp3",
    SupportsEnhancedMonitoring: true,
    SupportsIAMDatabaseAuthentication: true,
    SupportsPerformanceInsights: offered.insights,
    SupportsStorageAutoscaling: Engine === "postgres",
    SupportedNetworkTypes: ["IPV4"],
    SupportedEngineModes: ["provisioned"],
  }));
}
