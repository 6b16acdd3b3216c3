import type { Instant } from "../state.ts";
import { invalidValue } from "./keeping.ts";

const minute = 60_000;
const day = 24 * 60 * minute;
const week = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/**
 * When a schedule comes round next, after `now`. Of cron's fields as many as plans need: a minute, an hour or several, and every day
 * or certain days of the week. Throws InvalidParameterValueException for what is no such expression.
 */
export function nextRun(now: Instant, expression: string, timeZone = "Etc/UTC"): Instant {
  if (!["UTC", "Etc/UTC"].includes(timeZone)) {
    throw new Error(`the simulated AWS Backup covers schedules in UTC only, not in ${timeZone}`);
  }
  const [, minutes, hours, ofMonth, months, ofWeek] =
    /^cron\((\d{1,2}) ([\d,]+|\*) (\?|\*) (\*) (\?|\*|[A-Za-z0-9,-]+) \*\)$/.exec(expression) ?? [];
  if (minutes === undefined || ofMonth === undefined || months === undefined || ofWeek === undefined) {
    throw invalidValue(`${expression} is no schedule that AWS Backup knows.`);
  }
  const atHours =
    hours === "*" ? Array.from({ length: 24 }, (_, hour) => hour) : (hours ?? "").split(",").map(Number);
  const midnight = new Date(now).setUTCHours(0, 0, 0, 0);
  for (let ahead = 0; ahead <= 7; ahead++) {
    const start = midnight + ahead * day;
    if (!isOn(ofWeek, new Date(start).getUTCDay())) continue;
    const next = atHours.map((hour) => start + (hour * 60 + Number(minutes)) * minute).find((at) => at > now);
    if (next !== undefined) return next;
  }
  throw invalidValue(`${expression} never comes round.`);
}

/** `MON`, `MON-FRI`, `2` (Sunday is 1), or several of them. */
function isOn(days: string, today: number): boolean {
  if (days === "?" || days === "*") return true;
  const number = (text: string) => (/^\d$/.test(text) ? Number(text) - 1 : week.indexOf(text.toUpperCase()));
  return days.split(",").some((part) => {
    const [from = -1, until = from] = part.split("-").map(number);
    return today >= from && today <= until;
  });
}
