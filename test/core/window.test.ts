import { describe, expect, test } from "vitest";
import { hours, minutes } from "../../src/core/time.ts";
import { untilWindow } from "../../src/core/window.ts";

/** 2026-11-24, a Tuesday. */
const tuesday = (hour: number, minute = 0) => Date.UTC(2026, 10, 24, hour, minute);

describe("a backup window", () => {
  test.each([
    ["opens later on the same day", tuesday(1), hours(1) + minutes(10)],
    ["is open from its first minute", tuesday(2, 10), 0],
    ["is open in its last minute", tuesday(2, 39), 0],
    ["is over at its end, until the next day", tuesday(2, 40), hours(23) + minutes(30)],
  ])("%s", (_, now, until) => {
    expect(untilWindow("02:10-02:40", now)).toBe(until);
  });

  test("goes on past midnight", () => {
    expect(untilWindow("23:45-00:15", tuesday(0, 14))).toBe(0);
    expect(untilWindow("23:45-00:15", tuesday(0, 15))).toBe(hours(23) + minutes(30));
  });
});

describe("a maintenance window", () => {
  test.each([
    ["opens on a day of the week", "wed:04:00-wed:04:30", hours(27)],
    ["is open on its day", "tue:00:30-tue:01:30", 0],
    ["was yesterday and comes in six days", "mon:01:00-mon:01:30", 6 * hours(24)],
    ["goes on past the end of the week", "sat:23:45-tue:01:30", 0],
    ["may be written with capitals", "Tue:01:30-Tue:02:00", minutes(30)],
  ])("%s", (_, window, until) => {
    expect(untilWindow(window, tuesday(1))).toBe(until);
  });
});

test.each(["", "02:10", "never:02:10-never:02:40", "02:10-sun:02:40", "02:10-02:40-03:00"])(
  "%j is no window, and that is not taken for none being near",
  (window) => {
    expect(() => untilWindow(window, tuesday(1))).toThrow("not a window");
  },
);
