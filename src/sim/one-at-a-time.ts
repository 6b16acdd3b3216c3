import type { RequestListener } from "node:http";

/**
 * Hands requests on one after another. A query of dynalite reads an index first and each item after it; an item that is deleted
 * in between ends its process.
 */
export function oneAtATime(listener: RequestListener): RequestListener {
  let last: Promise<unknown> = Promise.resolve();
  return (request, response) => {
    last = last.then(
      () =>
        new Promise<void>((resolve) => {
          // Whoever asked may be gone by now, and then nothing would tell the end of it.
          if (response.closed) return resolve();
          response.once("close", resolve);
          void listener(request, response);
        }),
    );
  };
}
