import type { Removal } from "./removed.ts";

export interface Guard {
  readonly keeps: string;
  readonly removal: Removal;
  /** What goes wrong; nothing while the guard is there. */
  readonly scenario: () => Promise<readonly string[]>;
}
