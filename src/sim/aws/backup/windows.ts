import type { Instant } from "../state.ts";

const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const minutesOfDay = 24 * 60;
const minutesOfWeek = 7 * minutesOfDay;

/** How long before a window AWS Backup does not begin any more: that there is such a time is documented, the hour is inferred. */
const margin = 60;

/** `sun:05:10-sun:05:40` or `05:10-05:40`, in UTC: minutes into the week or the day. */
function read(window: string) {
  const isWeekly = /^[a-z]{3}:/.test(window);
  const [from = 0, until = 0] = window.split("-").map((text) => {
    const parts = text.split(":");
    const day = isWeekly ? days.indexOf(parts[0] ?? "") : 0;
    const [hour, minute] = parts.slice(-2).map(Number);
    return day * minutesOfDay + (hour ?? 0) * 60 + (minute ?? 0);
  });
  return { from, until, period: isWeekly ? minutesOfWeek : minutesOfDay };
}

/** Whether a moment is inside a window or too close before it. */
export function isNear(window: string, now: Instant): boolean {
  const { from, until, period } = read(window);
  const midnight = new Date(now).setUTCHours(0, 0, 0, 0);
  const at = new Date(now).getUTCDay() * minutesOfDay + (now - midnight) / 60_000;
  const since = (((at - from + margin) % period) + period) % period;
  const length = (until - from + period) % period;
  return since < margin + length;
}
