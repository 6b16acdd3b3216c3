import type { Wakes } from "../engine/poll.ts";

/** Wakes within one process. One that comes while nobody waits is kept for the next who does. */
export function createWakes(): Wakes & { wake(): Promise<void> } {
  let missed = false;
  let rouse: ((woken: boolean) => void) | undefined;
  return {
    wake: async () => {
      if (rouse) rouse(true);
      else missed = true;
    },
    next: (atMost, stop) => {
      if (missed || stop.aborted) {
        const woken = missed;
        missed = false;
        return Promise.resolve(woken);
      }
      return new Promise((resolve) => {
        const stopped = (): void => done(false);
        const timer = setTimeout(stopped, atMost);
        stop.addEventListener("abort", stopped);
        rouse = done;
        function done(woken: boolean): void {
          clearTimeout(timer);
          stop.removeEventListener("abort", stopped);
          rouse = undefined;
          resolve(woken);
        }
      });
    },
  };
}
