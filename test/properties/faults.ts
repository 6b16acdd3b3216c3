import type { InjectedFault, PendingCall } from "../../src/sim/aws/account.ts";
import { type Around, Killed } from "../engine/executor.ts";

export type Random = () => number;

export function pick<const T>(random: Random, from: readonly [T, ...T[]]): T {
  return from[Math.floor(random() * from.length)] ?? from[0];
}

/** How often things go wrong in one life, each from 0 to 1. */
export interface Weather {
  readonly aws: number;
  readonly slack: number;
  readonly store: number;
  readonly death: number;
}

/** Three lives in ten are calm but for what people do; the others have one kind of trouble or all of them. */
export function weatherOf(random: Random): Weather {
  const kind = pick(random, ["calm", "calm", "aws", "slack", "store", "death", "all", "all", "all", "aws"]);
  const often = (of: string, rate: number) => (kind === of || kind === "all" ? rate : 0);
  return {
    aws: often("aws", 0.03),
    slack: often("slack", 0.5),
    store: often("store", 0.05),
    death: often("death", 0.008),
  };
}

const looks = ["throttle", "timeout-before", "stale-describe", "stale-describe"] as const;
const changes: readonly [InjectedFault, ...InjectedFault[]] = [
  "throttle",
  "timeout-before",
  "timeout-after",
  "error-after",
  { code: "InternalFailure", status: 500 },
];

/** What the account is made to do to a call. */
export function awsFaults(random: Random, { aws }: Weather) {
  return ({ mutates }: PendingCall): InjectedFault | undefined => {
    if (random() >= aws) return undefined;
    return mutates ? pick(random, changes) : pick(random, looks);
  };
}

export function slackFaults(random: Random, { slack }: Weather) {
  return () => (random() < slack ? pick(random, ["throttled", "unanswered", "lost"]) : undefined);
}

/** The store does not answer, before or after the effect, or says that a write was lost which was not. */
class StoreFault extends Error {}

/** An executor that lives in this weather: its store fails, and it may die at any await. */
export function exposed(random: Random, { store, death }: Weather): { wrap: Around; isDead: () => boolean } {
  let dead = false;
  const wrap: Around = async (what, call) => {
    if (dead) throw new Killed();
    const isStore = what.startsWith("store.");
    if (isStore && random() < store / 2) throw new StoreFault("no answer");
    dead ||= random() < death / 2;
    if (dead) throw new Killed();
    const result = await call();
    dead ||= random() < death / 2;
    if (dead) throw new Killed();
    if (isStore && random() < store / 2) {
      if (result === true && what.startsWith("store.save")) return false;
      throw new StoreFault("the answer is lost");
    }
    return result;
  };
  return { wrap, isDead: () => dead };
}
