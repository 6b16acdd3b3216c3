import { after, type Turn } from "./turn.ts";

/** Application Auto Scaling looks after whoever has the name now, whether or not it was ever meant. */
export function watchReaders(turn: Turn, clusterName: string): void {
  const scaled = turn.state.attachments.autoscaling.some((target) => target.clusterName === clusterName);
  if (scaled) after(turn, turn.durations.scaleReaders, { do: "scale readers", clusterName });
}
