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
