/**
 * Gathers the keys that are asked for within one turn of the event loop and asks for all of them at once: every
 * migration looks at its databases, and RDS throttles by the call. Nothing is kept: the next turn asks anew. A
 * failure reaches everyone who waits for that answer.
 */
export function coalesce<T>(
  ask: (keys: readonly string[]) => Promise<ReadonlyMap<string, T>>,
): (key: string) => Promise<T | undefined> {
  let round: { keys: Set<string>; answer: Promise<ReadonlyMap<string, T>> } | undefined;

  function begin() {
    const keys = new Set<string>();
    const answer = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      round = undefined;
      return ask([...keys]);
    });
    return { keys, answer };
  }

  return async (key) => {
    round ??= begin();
    round.keys.add(key);
    return (await round.answer).get(key);
  };
}
