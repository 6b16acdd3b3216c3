import type { Fleet } from "./application/fleet.ts";
import type { WorldFact } from "./slack/page/page.ts";

/** What stands above the channel: the world's time, and what became of the application's writes. */
export function factsOf(clock: { now(): number }, fleet: Fleet | undefined): readonly WorldFact[] {
  const counts = fleet?.counts();
  return [
    { label: "Time in this world", value: new Date(clock.now()).toISOString().slice(11, 19) },
    { label: "Writes acknowledged", value: String(counts?.acknowledged ?? 0) },
    { label: "Writes refused", value: String(counts?.refused ?? 0) },
  ];
}
