import type { Note } from "../core/note.ts";
import { note } from "../core/sentences.ts";
import { verifyEvidence } from "./verify.ts";

/** Where it is typed, and where files are. */
export interface Surroundings {
  /** Undefined where there is no such file, or it may not be read. */
  read(path: string): Promise<Uint8Array | undefined>;
  print(line: string): void;
  complain(line: string): void;
  /** In the words of a terminal. */
  say(of: Note): string;
}

const usage = `npm run verify-evidence -- FILE [SEAL]

Judges an evidence pack by nothing but itself: its form, its chain of hashes, its journal, the plan and who
approved it. With the SEAL that was posted when it was made it also says whether it is still the same file.

Exit code 0: it holds. 1: it does not. 2: it cannot be meant like this.`;

/** 0: the pack holds; 1: it does not; 2: there is nothing to judge. */
export async function verifyFile(args: readonly string[], around: Surroundings): Promise<0 | 1 | 2> {
  const { print, complain, say } = around;
  const [path, seal, ...more] = args;
  if (path === undefined || path.startsWith("-") || more.length > 0) {
    complain(usage);
    return 2;
  }
  if (seal !== undefined && !/^[0-9a-f]{64}$/.test(seal)) {
    complain(say(note("verify.no-seal", {})));
    return 2;
  }
  const file = await around.read(path);
  if (!file) {
    complain(say(note("verify.no-file", { path })));
    return 2;
  }
  const { faults, proves, unproved } = verifyEvidence(file, seal);
  if (faults.length > 0) {
    complain(say(note("verify.broken", { path })));
    for (const fault of faults) complain(`  ✗ ${say(fault)}`);
    return 1;
  }
  print(say(note("verify.holds", { path })));
  for (const proof of proves) print(`  ✓ ${say(proof)}`);
  print(say(note("verify.leaves", {})));
  for (const open of unproved) print(`  · ${say(open)}`);
  return 0;
}
