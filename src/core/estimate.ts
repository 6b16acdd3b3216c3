import { downtimeSteps, type PlannedStep } from "./plan.ts";
import type { Duration } from "./time.ts";

type Say = (duration: Duration) => string;

/** How long a step takes, and where that is known from: `4 min to 6 min (measured in 3 runs)`. */
export function sayEstimate(
  { expect, atWorst, measured }: Pick<PlannedStep, "expect" | "atWorst" | "measured">,
  say: Say,
): string {
  if (measured === 0) return `about ${say(expect)} (planning figure)`;
  if (atWorst === null) return `about ${say(expect)} (measured once)`;
  return `${say(expect)} to ${say(atWorst)} (measured in ${measured} runs)`;
}

/**
 * The same for the downtime, of which a rehearsal measures only what it does as well. At worst is the sum of what each step
 * takes at worst, which seldom come together.
 */
export function sayDowntimeEstimate(steps: readonly PlannedStep[], say: Say): string {
  const counted = downtimeSteps(steps);
  const all = sumOf(counted, ({ expect }) => expect);
  const known = counted.filter(({ measured }) => measured > 0);
  if (known.length === 0) return `${say(all)} (planning figures)`;
  const part = sumOf(known, ({ expect }) => expect);
  const worst = sumOf(counted, ({ expect, atWorst }) => atWorst ?? expect);
  const runs = Math.max(...known.map(({ measured }) => measured));
  return [
    say(all),
    ...(worst > all ? [`, at worst ${say(worst)}`] : []),
    ` (${part === all ? "measured" : `${say(part)} of it measured`} ${runs === 1 ? "once" : `in ${runs} runs`})`,
  ].join("");
}

function sumOf(steps: readonly PlannedStep[], of: (step: PlannedStep) => Duration): Duration {
  return steps.reduce((sum, step) => sum + of(step), 0);
}
