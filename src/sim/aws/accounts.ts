import type { Account } from "./account.ts";
import type { Identity } from "./iam/identities.ts";
import type { AccountState, Instant } from "./state.ts";
import type { Turn } from "./turn.ts";

/** What one account can do to the others in the middle of a turn of its own. */
export interface Neighbours {
  /** Undefined for an account that nobody simulates. */
  stateOf(accountId: string): AccountState | undefined;
  states(): readonly AccountState[];
  /** Changes another account at the moment of the turn; not the one whose turn it is. Throws where there is no such account. */
  alter<T>(
    accountId: string,
    at: { readonly now: Instant; readonly caller: Identity },
    change: (turn: Turn) => T,
  ): T;
}

/**
 * The accounts of a world. Their calls take turns, and what is due in any of them happens in one order of time: a copy that leaves
 * one account arrives in another.
 */
export class Accounts implements Neighbours {
  readonly #accounts = new Map<string, Account>();
  #last: Promise<unknown> = Promise.resolve();

  join(account: Account): void {
    this.#accounts.set(account.state.accountId, account);
  }

  /** After everything that was asked for before it, in whatever account. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn;
    return turn;
  }

  /** The account that gave out an access key. */
  giverOf(accessKeyId: string | undefined): Account | undefined {
    if (accessKeyId === undefined) return undefined;
    return [...this.#accounts.values()].find(({ state }) => Object.hasOwn(state.identities, accessKeyId));
  }

  /** The account in which something happens next, if in any. */
  nextToHappen(): Account | undefined {
    let next: Account | undefined;
    for (const account of this.#accounts.values()) {
      const at = account.state.schedule[0]?.at;
      if (at === undefined) continue;
      if (at < (next?.state.schedule[0]?.at ?? Number.POSITIVE_INFINITY)) next = account;
    }
    return next;
  }

  stateOf(accountId: string): AccountState | undefined {
    return this.#accounts.get(accountId)?.state;
  }

  states(): readonly AccountState[] {
    return [...this.#accounts.values()].map(({ state }) => state);
  }

  alter<T>(
    accountId: string,
    at: { readonly now: Instant; readonly caller: Identity },
    change: (turn: Turn) => T,
  ): T {
    const account = this.#accounts.get(accountId);
    if (account === undefined) throw new Error(`there is no account ${accountId}`);
    return account.alterAt(at, change);
  }
}

/** Changes the account of this turn, or another one. Undefined where nobody simulates it. */
export function inAccount<T>(turn: Turn, accountId: string, change: (there: Turn) => T): T | undefined {
  if (accountId === turn.state.accountId) return change(turn);
  if (turn.neighbours.stateOf(accountId) === undefined) return undefined;
  return turn.neighbours.alter(accountId, turn, change);
}

/** The account that an ARN names. */
export function accountIn(arn: string): string {
  return arn.split(":")[4] ?? "";
}
