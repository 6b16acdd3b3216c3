import { digest } from "../core/hash.ts";
import type { Note } from "../core/note.ts";
import { note } from "../core/sentences.ts";
import { faultsOf, opensOf, proofsOf } from "./checks.ts";
import { chainOf, formatId, formatVersion, type Pack, packSchema, sectionNames, textOf } from "./format.ts";

export interface Verdict {
  /** What is wrong; empty for a pack that holds. */
  readonly faults: readonly Note[];
  /** What a pack without a fault proves. */
  readonly proves: readonly Note[];
  /** What it leaves open all the same. */
  readonly unproved: readonly Note[];
}

/**
 * Judges a file that is said to be an evidence pack, by nothing but itself and, where it is known, the seal that was given out
 * when it was made. Never throws.
 */
export function verifyEvidence(file: Uint8Array, seal?: string): Verdict {
  const read = readPack(file);
  if ("fault" in read) return { faults: [read.fault], proves: [], unproved: [] };
  const { pack } = read;
  const faults = [...formFaults(file, pack), ...sealFaults(pack, seal), ...faultsOf(pack.sections)];
  const proves = [
    note("proves.whole", { seal: pack.seal }),
    ...(seal === undefined ? [] : [note("proves.unchanged", {})]),
    ...proofsOf(pack.sections),
  ];
  const unproved = [...(seal === undefined ? [note("unproved.seal", {})] : []), ...opensOf(pack.sections)];
  return { faults, proves: faults.length === 0 ? proves : [], unproved };
}

function readPack(file: Uint8Array): { readonly fault: Note } | { readonly pack: Pack } {
  const json = parsed(file);
  if (json instanceof Error) return { fault: note("fault.not-json", { reason: json.message.slice(0, 200) }) };
  if (nestsTooDeep(json)) {
    return { fault: note("fault.shape", { where: "the file", what: `nested more than ${deepest} deep` }) };
  }
  const { id, version } = formatOf(json);
  if (id !== formatId) return { fault: note("fault.not-a-pack", { format: formatId }) };
  if (version !== formatVersion) {
    return { fault: note("fault.other-version", { version: String(version), known: formatVersion }) };
  }
  const read = packSchema.safeParse(json);
  // As it was read, and not as it was understood: what a reader would overlook is covered by the seal, too.
  if (read.success) return { pack: json as Pack };
  const [issue] = read.error.issues;
  return {
    fault: note("fault.shape", { where: issue?.path.join(".") || "the file", what: issue?.message ?? "" }),
  };
}

function parsed(file: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(file));
  } catch (fault) {
    return fault instanceof Error ? fault : new Error("it cannot be read");
  }
}

/** Levels. No pack comes near it; far beyond it whatever walks through a file runs out of stack. */
const deepest = 100;

function nestsTooDeep(json: unknown): boolean {
  let level: readonly unknown[] = [json];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepest) return true;
    level = level.flatMap((one) => (one !== null && typeof one === "object" ? Object.values(one) : []));
  }
  return false;
}

function formatOf(json: unknown): { readonly id: unknown; readonly version: unknown } {
  const { sections } = { sections: undefined, ...(json as object) } as { sections: unknown };
  const { format } = { format: undefined, ...(sections as object) } as { format: unknown };
  return { id: undefined, version: undefined, ...(format as object) };
}

function formFaults(file: Uint8Array, pack: Pack): readonly Note[] {
  const made = new TextEncoder().encode(textOf(pack));
  const longest = Math.max(made.length, file.length);
  for (let at = 0; at < longest; at++) if (made[at] !== file[at]) return [note("fault.form", { at })];
  return [];
}

/** A section is named only if it is the first: with it every later link differs. */
function sealFaults({ chain, sections, seal }: Pack, given: string | undefined): readonly Note[] {
  const own = chainOf(sections);
  const broken = sectionNames.find((_, at) => digest(own[at] ?? {}) !== digest(chain[at] ?? {}));
  return [
    ...(broken ? [note("fault.chain", { section: broken })] : []),
    ...(chain.length === own.length && seal === chain.at(-1)?.hash ? [] : [note("fault.seal", {})]),
    ...(given === undefined || given === seal ? [] : [note("fault.other-seal", { seal })]),
  ];
}
