import type { Wakes } from "../engine/poll.ts";

/** Wakes within one process. One that comes while nobody waits is kept for the next who does. */
export function createWakes(): Wakes & { wake(): Promise<void> } {
  let missed = false;
  let rouse: ((woken: boolean) => void) | undefined;

  function during(wait: Promise<unknown>, stop: AbortSignal): Promise<boolean> {
    if (missed || stop.aborted) {
      const woken = missed;
      missed = false;
      return Promise.resolve(woken);
    }
    return new Promise((resolve) => {
      const over = (): void => done(false);
      stop.addEventListener("abort", over);
      wait.then(over, over);
      rouse = done;
      function done(woken: boolean): void {
        stop.removeEventListener("abort", over);
        // A wait that was cut short ends later, when somebody else may be waiting.
        if (rouse === done) rouse = undefined;
        resolve(woken);
      }
    });
  }

  return {
    wake: async () => {
      if (rouse) rouse(true);
      else missed = true;
    },
    during,
    next: async (atMost, stop) => {
      let timer: NodeJS.Timeout | undefined;
      const wait = new Promise((resolve) => {
        timer = setTimeout(resolve, atMost);
      });
      try {
        return await during(wait, stop);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
