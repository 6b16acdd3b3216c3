/** Placeholder until the strategy's sentences are written below it. */
export const sentences = {
  "event.created": "{person} asked to move {name} to the key {key}.",
} as const satisfies Record<string, string>;
