import type { Strategy } from "../../../src/core/strategy.ts";
import type { Deps } from "../../../src/engine/deps.ts";

/** One guard that is taken out of the product. */
export interface Removal {
  /** A refusal of a click that is not made. */
  readonly refusal?: string;
  /** Approvals never expire. */
  readonly expiry?: true;
  /** Everything counts as approved. */
  readonly approval?: true;
  /** The database is not compared with what was approved. */
  readonly drift?: true;
  /** A change is made to whatever has the name. */
  readonly identity?: true;
  /** An act has no end. */
  readonly lateness?: true;
  /** A call that may still take effect is not waited for. */
  readonly unsettled?: true;
  /** The fence group lets everybody in. */
  readonly fence?: "leaky";
  /** A strategy without one of its checks. */
  readonly strategy?: (strategy: Strategy) => Strategy;
  /** A process without one of its safeguards. */
  readonly deps?: (deps: Deps) => Deps;
}

/** What is out at this moment; the mocks of the test ask it. */
export const removed: { now: Removal } = { now: {} };

type AnyStep = Strategy["steps"][number];
type Check = AnyStep["check"];

/** The strategy with another check in one step; `real` is the step as it is. */
export function withCheck(id: string, change: (real: AnyStep) => Check) {
  return (strategy: Strategy): Strategy => ({
    ...strategy,
    steps: strategy.steps.map((step) => (step.id === id ? { ...step, check: change(step) } : step)),
  });
}

/** It is done because it is said to be. */
export function unchecked(id: string) {
  const claim = { code: "saw.unchecked", params: {} };
  return withCheck(id, () => async () => ({
    status: "done",
    evidence: [{ claim, observed: "nothing", source: "nobody" }],
  }));
}

/** Nothing is waited for after a call. */
export function hasty(strategy: Strategy): Strategy {
  const steps = strategy.steps.map((step) => ({
    ...step,
    settle: 0,
    ...(step.undo && { undo: { ...step.undo, settle: 0 } }),
  }));
  return { ...strategy, steps };
}
