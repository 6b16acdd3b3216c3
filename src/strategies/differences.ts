import { canonical } from "../core/hash.ts";
import type { Pinned } from "./facts.ts";

/** Every pinned fact that differs, by its path. The migration's own protection of the source is no difference. */
export function differences(planned: Pinned, fresh: Pinned): readonly string[] {
  const settled = fresh.settings.deletionProtection
    ? { ...fresh, settings: { ...fresh.settings, deletionProtection: planned.settings.deletionProtection } }
    : fresh;
  return differencesAt("", planned, settled);
}

function differencesAt(path: string, planned: unknown, fresh: unknown): string[] {
  if (canonical(planned) === canonical(fresh)) return [];
  if (isRecord(planned) && isRecord(fresh)) {
    const keys = [...new Set([...Object.keys(planned), ...Object.keys(fresh)])];
    return keys.flatMap((key) =>
      differencesAt(path === "" ? key : `${path}.${key}`, planned[key], fresh[key]),
    );
  }
  return [`${path} was ${canonical(planned)} and is ${canonical(fresh)}`];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object";
}
