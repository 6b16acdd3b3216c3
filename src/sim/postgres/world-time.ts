import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { WorldClock } from "../clock.ts";

/**
 * Tells every server of the world in `directory` how many milliseconds the world is ahead of the wall clock;
 * clock_timestamp() reads it at each call. For the hook that WorldClock calls before a jump takes effect.
 */
export function showOffset(directory: string, offset: number): void {
  const path = join(directory, "clock");
  writeFileSync(`${path}.new`, String(offset), { mode: 0o644 });
  renameSync(`${path}.new`, path);
}

/** What the world's clock showed at a wall-clock instant: the inverse of `wallOf`. */
export function worldOf(clock: WorldClock, wall: number): number {
  let [earliest, latest] = [wall, wall + clock.offset];
  while (earliest < latest) {
    const middle = Math.floor((earliest + latest) / 2);
    if (clock.wallOf(middle) < wall) earliest = middle + 1;
    else latest = middle;
  }
  return earliest;
}
