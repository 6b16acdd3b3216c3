import { canonical } from "../core/hash.ts";
import { sameSuspension, wholly } from "./attached.ts";
import type { AuroraPinned, Pinned } from "./facts.ts";

/**
 * Every pinned fact that differs, as people would say it. The migration's own protection of the source is no difference.
 * Where another database has taken the name, nothing else is worth saying.
 */
export function differences(planned: Pinned, fresh: Pinned): readonly string[] {
  const { name, resourceId } = planned.source;
  if (resourceId !== fresh.source.resourceId) {
    return [`${name} is another database now (${fresh.source.resourceId}; it was ${resourceId})`];
  }
  const settled = fresh.settings.deletionProtection
    ? { ...fresh, settings: { ...fresh.settings, deletionProtection: planned.settings.deletionProtection } }
    : fresh;
  return differencesBetween(planned, settled);
}

/** The same of any two of the same kind. */
export function differencesBetween(was: unknown, is: unknown): readonly string[] {
  return differencesAt([], was, is).map(sentence);
}

interface Difference {
  /** From the outermost. A part of a list goes by its own name. */
  readonly path: readonly string[];
  /** Undefined where there was or is none. */
  readonly was: unknown;
  readonly is: unknown;
}

/** The same of a cluster, whose scaling the migration itself suspends. */
export function clusterDifferences(planned: AuroraPinned, fresh: AuroraPinned): readonly string[] {
  const { scaling } = fresh.attached;
  const isSuspended = scaling !== null && sameSuspension(scaling, wholly);
  const settled = isSuspended
    ? { ...fresh, attached: { ...fresh.attached, scaling: planned.attached.scaling } }
    : fresh;
  return differences(planned, settled);
}

function differencesAt(path: readonly string[], was: unknown, is: unknown): Difference[] {
  if (canonical(was) === canonical(is)) return [];
  const before = partsOf(was);
  const after = partsOf(is);
  if (!before || !after) return [{ path, was, is }];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => {
    if (key in before && key in after) return differencesAt([...path, key], before[key], after[key]);
    return [{ path: [...path, key], was: before[key], is: after[key] }];
  });
}

type Parts = Readonly<Record<string, unknown>>;

/** Things in a list are told apart by their names, and not by their places. */
function partsOf(value: unknown): Parts | undefined {
  if (!Array.isArray(value)) return isRecord(value) ? value : undefined;
  const names = new Set(value.map(nameOf));
  // Two of one name would pass for one.
  if (names.has(undefined) || names.size < value.length) return undefined;
  return Object.fromEntries(value.map((one) => [nameOf(one), one]));
}

function nameOf(value: unknown): string | undefined {
  if (!isRecord(value)) return undefined;
  const { name } = isRecord(value.settings) ? value.settings : value;
  return typeof name === "string" ? name : undefined;
}

function isRecord(value: unknown): value is Parts {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** What groups facts, and says nothing to people. */
const unspoken = new Set(["settings", "members", "source", "endpoints", "parts"]);

function sentence({ path, was, is }: Difference): string {
  const what = spelled[path.join(".")] ?? inWords(path.filter((part) => !unspoken.has(part)));
  if (isRecord(was) && is === undefined) return `${what} is gone`;
  if (isRecord(is) && was === undefined) return `${what} is new`;
  return `the ${what} changed from ${sayValue(was)} to ${sayValue(is)}`;
}

/** From the innermost, as in "the parameter group of orders-prod-2". */
function inWords(path: readonly string[]): string {
  const reversed = path.toReversed();
  const [key, group, ...of] = reversed;
  return (group === "tags" ? [`tag ${key}`, ...of] : reversed).map(words).join(" of ");
}

const spelled: Readonly<Record<string, string>> = {
  keyArn: "new key",
  "source.keyArn": "present key",
  "endpoints.writer": "writer endpoint",
  "endpoints.reader": "reader endpoint",
  caCertificate: "certificate authority",
  iamAuthentication: "IAM authentication",
  iops: "IOPS",
  multiAz: "Multi-AZ",
  vpc: "VPC",
};

function words(part: string): string {
  const isOurs = /^[a-z]+([A-Z][a-z]*)*$/.test(part);
  return spelled[part] ?? (isOurs ? part.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`) : part);
}

function sayValue(value: unknown): string {
  if (value === undefined || value === null || value === "") return "none";
  if (typeof value === "boolean") return value ? "on" : "off";
  if (typeof value === "string" || typeof value === "number") return String(value);
  if (!Array.isArray(value) || value.some((one) => typeof one !== "string")) return canonical(value);
  return value.length === 0 ? "none" : value.join(", ");
}
