import { type Duration, hours, type Instant, minutes } from "./time.ts";

const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const day = hours(24);

/**
 * How long until a window of RDS opens, in milliseconds; 0 while it is open. A backup window is daily (`02:10-02:40`), a
 * maintenance window weekly (`sun:23:45-mon:00:15`), both in UTC. Throws where it is neither. Source: RDS API,
 * PreferredBackupWindow and PreferredMaintenanceWindow.
 */
export function untilWindow(window: string, now: Instant): Duration {
  const { opens, closes, period } = parsed(window);
  // The epoch began on a Thursday.
  const moment = (now + (period === day ? 0 : 4 * day)) % period;
  const lasts = later(opens, closes, period);
  return later(opens, moment, period) < lasts ? 0 : later(moment, opens, period);
}

/**
 * How far a time of day is from a window, on whichever side is nearer, in milliseconds; 0 inside of it. A weekly window counts as
 * if it were daily. `at` is milliseconds after midnight, UTC.
 */
export function distanceFromWindow(window: string, at: Duration): Duration {
  const { opens, closes, period } = parsed(window);
  const lasts = later(opens, closes, period);
  const since = later(opens % day, at, day);
  return since < lasts ? 0 : Math.min(since - lasts, day - since);
}

function parsed(window: string) {
  const [from, to, ...more] = window.split("-");
  const opens = momentOf(from ?? "");
  const closes = momentOf(to ?? "");
  if (!opens || !closes || opens.weekly !== closes.weekly || more.length > 0)
    throw new Error(`not a window of RDS: ${window}`);
  return { opens: opens.at, closes: closes.at, period: opens.weekly ? 7 * day : day };
}

const later = (than: Duration, at: Duration, period: Duration): Duration => (at - than + period) % period;

function momentOf(text: string): { readonly weekly: boolean; readonly at: Duration } | undefined {
  const [, name, hour, minute] = /^(?:([a-z]{3}):)?(\d\d):(\d\d)$/i.exec(text) ?? [];
  if (hour === undefined || minute === undefined) return undefined;
  const at = hours(Number(hour)) + minutes(Number(minute));
  if (name === undefined) return { weekly: false, at };
  const index = days.indexOf(name.toLowerCase());
  return index < 0 ? undefined : { weekly: true, at: index * day + at };
}
