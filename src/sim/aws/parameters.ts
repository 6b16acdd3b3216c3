import { isDeepStrictEqual } from "node:util";

/** The members that are given, without those that are undefined. */
export function present<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const given = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

/** A parameter that the account would silently forget is worse than one that it does not know. */
export function refuseUncovered<I extends object>(
  operation: string,
  input: I,
  covered: readonly (keyof I)[],
): void {
  for (const [parameter, value] of Object.entries(input)) {
    if (value !== undefined && !covered.includes(parameter as keyof I)) {
      throw new Error(`the simulated account does not cover ${operation}.${parameter}`);
    }
  }
}

/** Asking for what is there already changes nothing, and what was asked stays `available`. */
export function differing<C extends object>(settings: object, change: C): C {
  const inForce = settings as Readonly<Record<string, unknown>>;
  const differs = ([name, value]: [string, unknown]) => !isDeepStrictEqual(inForce[name], value);
  return Object.fromEntries(Object.entries(change).filter(differs)) as C;
}
