import { type Duration, hours, type Instant, minutes } from "./time.ts";

const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const day = hours(24);

/**
 * How long until a window of RDS opens, in milliseconds; 0 while it is open. A backup window is daily (`02:10-02:40`), a
 * maintenance window weekly (`sun:23:45-mon:00:15`), both in UTC. Throws where it is neither. Source: RDS API,
 * PreferredBackupWindow and PreferredMaintenanceWindow.
 */
export function untilWindow(window: string, now: Instant): Duration {
  const [from, to, ...more] = window.split("-");
  const opens = momentOf(from ?? "");
  const closes = momentOf(to ?? "");
  if (!opens || !closes || opens.weekly !== closes.weekly || more.length > 0)
    throw new Error(`not a window of RDS: ${window}`);
  const period = opens.weekly ? 7 * day : day;
  // The epoch began on a Thursday.
  const moment = (now + (opens.weekly ? 4 * day : 0)) % period;
  const later = (than: Duration, at: Duration) => (at - than + period) % period;
  const lasts = later(opens.at, closes.at);
  return later(opens.at, moment) < lasts ? 0 : later(moment, opens.at);
}

function momentOf(text: string): { readonly weekly: boolean; readonly at: Duration } | undefined {
  const [, name, hour, minute] = /^(?:([a-z]{3}):)?(\d\d):(\d\d)$/i.exec(text) ?? [];
  if (hour === undefined || minute === undefined) return undefined;
  const at = hours(Number(hour)) + minutes(Number(minute));
  if (name === undefined) return { weekly: false, at };
  const index = days.indexOf(name.toLowerCase());
  return index < 0 ? undefined : { weekly: true, at: index * day + at };
}
