import * as z from "zod/mini";
import type { Duration, Instant } from "./time.ts";

/**
 * Something said, as data: the code is persisted and hashed, the sentence is rendering. Parameters hold what
 * the sentence interpolates; instants are epoch milliseconds, durations milliseconds.
 */
export const note = z.object({
  code: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type Note = z.infer<typeof note>;

/** How a surface writes the three kinds of parameter. Slack escapes `text`; a terminal does not. */
export interface Format {
  text(value: string): string;
  instant(value: Instant): string;
  duration(value: Duration): string;
}

/**
 * Fills a template such as `Rename {name} within {limit:duration}` from the parameters. A parameter without
 * a kind is text; a missing one shows as its name in braces, so that an old record still reads.
 */
export function fill(template: string, params: Note["params"], format: Format): string {
  return template.replace(/\{(\w+)(?::(\w+))?\}/g, (whole, name: string, kind: string | undefined) => {
    const value = params[name];
    if (value === undefined) return whole;
    if (kind === "instant" && typeof value === "number") return format.instant(value);
    if (kind === "duration" && typeof value === "number") return format.duration(value);
    return format.text(String(value));
  });
}

/** `1 h 04 min`, `3 min 20 s`, `41.3 s`: two units at most, tenths only below a minute. */
export function sayDuration(duration: Duration): string {
  const total = Math.max(0, duration);
  if (total < 59_950) return `${(total / 1_000).toFixed(1).replace(/\.0$/, "")} s`;
  const wholeSeconds = Math.round(total / 1_000);
  const hour = Math.floor(wholeSeconds / 3_600);
  const minute = Math.floor((wholeSeconds % 3_600) / 60);
  const second = wholeSeconds % 60;
  if (hour > 0) return minute > 0 ? `${hour} h ${String(minute).padStart(2, "0")} min` : `${hour} h`;
  return second > 0 ? `${minute} min ${String(second).padStart(2, "0")} s` : `${minute} min`;
}

/** Of an ECMAScript Date. A number beyond it comes from a damaged or forged record and must not stop what tells of it. */
export const lastInstant = 8.64e15;

/** Plain text in UTC: the format of terminals, logs and files. */
export const plain: Format = {
  text: (value) => value,
  instant: (value) =>
    Math.abs(value) <= lastInstant
      ? new Date(value).toISOString().replace("T", " ").replace("Z", " UTC")
      : String(value),
  duration: sayDuration,
};
