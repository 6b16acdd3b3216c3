import type { Wakes } from "../engine/poll.ts";

/** Wakes within one process. One that comes while nobody waits is kept for the next who does. */
export function createWakes(): Wakes & { wake(): Promise<void> } {
  let missed = false;
  let rouse: (() => void) | undefined;
  return {
    wake: async () => {
      if (rouse) rouse();
      else missed = true;
    },
    next: (atMost, stop) => {
      if (missed || stop.aborted) {
        missed = false;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        const timer = setTimeout(done, atMost);
        stop.addEventListener("abort", done);
        rouse = done;
        function done(): void {
          clearTimeout(timer);
          stop.removeEventListener("abort", done);
          rouse = undefined;
          resolve();
        }
      });
    },
  };
}
