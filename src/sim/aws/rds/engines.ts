import { unmodelled } from "../fault.ts";

interface Engine {
  readonly port: number;
  /** The Region's default version, which a snapshot restore takes when none is named. */
  readonly version: string;
  /** What can be ordered. */
  readonly versions: readonly string[];
  readonly family: (version: string) => string;
  /** Whether this account's operations may change it; other products only answer to Describe. */
  readonly aurora: boolean;
}

const major = (version: string) => version.split(".")[0] ?? "";
const majorAndMinor = (version: string) => version.split(".").slice(0, 2).join(".");

const engines: Readonly<Record<string, Engine>> = {
  "aurora-postgresql": {
    port: 5432,
    version: "17.4",
    versions: ["14.15", "15.10", "16.4", "16.6", "17.4"],
    family: (version) => `aurora-postgresql${major(version)}`,
    aurora: true,
  },
  "aurora-mysql": {
    port: 3306,
    version: "8.0.mysql_aurora.3.08.2",
    versions: ["8.0.mysql_aurora.3.08.2"],
    family: () => "aurora-mysql8.0",
    aurora: true,
  },
  postgres: {
    port: 5432,
    version: "17.4",
    versions: ["13.20", "14.17", "15.12", "16.4", "16.8", "17.4"],
    family: (version) => `postgres${major(version)}`,
    aurora: false,
  },
  mysql: {
    port: 3306,
    version: "8.0.41",
    versions: ["8.0.41"],
    family: (version) => `mysql${majorAndMinor(version)}`,
    aurora: false,
  },
  neptune: {
    port: 8182,
    version: "1.4.5.0",
    versions: ["1.4.5.0"],
    family: () => "neptune1.4",
    aurora: false,
  },
  docdb: { port: 27017, version: "5.0.0", versions: ["5.0.0"], family: () => "docdb5.0", aurora: false },
};

export function isEngine(name: string): boolean {
  return Object.hasOwn(engines, name);
}

/** Throws InvalidParameterValue for an engine that there is not. */
export function engineNamed(name: string): Engine {
  const engine = engines[name];
  if (engine === undefined) throw unmodelled("InvalidParameterValue", `Invalid DB engine: ${name}`);
  return engine;
}

export function defaultParameterGroup(engine: string, version: string): string {
  return `default.${engineNamed(engine).family(version)}`;
}
