import { createHash } from "node:crypto";
import { unmodelled } from "./fault.ts";

interface Place {
  readonly accountId: string;
  readonly region: string;
}

/** The stored form of an identifier. Throws where RDS refuses it ([API] constraints of every identifier). */
export function identifier(given: string, parameter: string, longest = 63): string {
  const id = given.toLowerCase();
  if (!/^[a-z][a-z0-9-]*$/.test(id) || id.length > longest || id.includes("--") || id.endsWith("-")) {
    throw unmodelled(
      "InvalidParameterValue",
      `The parameter ${parameter} is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.`,
    );
  }
  return id;
}

export type ArnType =
  | "cluster"
  | "cluster-endpoint"
  | "db"
  | "cluster-snapshot"
  | "snapshot"
  | "auto-backup"
  | "cluster-pg"
  | "pg"
  | "og"
  | "subgrp";

export function arn(place: Place, type: ArnType, name: string): string {
  return `arn:aws:rds:${place.region}:${place.accountId}:${type}:${name}`;
}

/** A name given as such or as an ARN; that of a snapshot of AWS Backup holds a colon itself. */
export function nameIn(nameOrArn: string): string {
  const name = nameOrArn.startsWith("arn:") ? nameOrArn.split(":").slice(6).join(":") : nameOrArn;
  return name.toLowerCase();
}

const base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Snapshots have none that is told; they need one here. */
export type ResourcePrefix = "cluster" | "db" | "snapshot" | "dbsnapshot";

/** `cluster-` or `db-` and 26 characters, as the service makes them; `serial` is never given twice. */
export function resourceId(place: Place, prefix: ResourcePrefix, serial: number): string {
  const digest = createHash("sha256").update(`${place.accountId}/${place.region}/${serial}`).digest();
  const letters = Array.from(digest.subarray(0, 26), (byte) => base32[byte % 32]);
  return `${prefix}-${letters.join("")}`;
}

/** An id as AWS Backup gives them; `serial` is never given twice. */
export function uuid(place: Place, serial: number): string {
  const digest = createHash("sha256").update(`${place.accountId}/${place.region}/${serial}`).digest("hex");
  return digest.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

const hashes = new Map<string, string>();

/** The part of endpoint names that is the same for all of an account in a Region. */
function endpointHash({ accountId, region }: Place): string {
  const place = `${accountId}/${region}`;
  const known = hashes.get(place);
  if (known !== undefined) return known;
  const hash = `c${BigInt(`0x${createHash("sha256").update(place).digest("hex")}`)
    .toString(36)
    .slice(0, 11)}`;
  hashes.set(place, hash);
  return hash;
}

function domain(place: Place): string {
  return `${endpointHash(place)}.${place.region}.rds.amazonaws.com`;
}

export const clusterEndpoint = (place: Place, id: string): string => `${id}.cluster-${domain(place)}`;
export const readerEndpoint = (place: Place, id: string): string => `${id}.cluster-ro-${domain(place)}`;
export const customEndpoint = (place: Place, id: string): string => `${id}.cluster-custom-${domain(place)}`;
export const instanceEndpoint = (place: Place, id: string): string => `${id}.${domain(place)}`;
