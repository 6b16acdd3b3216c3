import { failure } from "./fault.ts";

/** Settles as `work` does, or rejects with ETIMEDOUT after `limit` ms. It cannot stop the work: the caller must. */
export async function within<T>(limit: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(failure("ETIMEDOUT")), limit);
  });
  try {
    return await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
  }
}
