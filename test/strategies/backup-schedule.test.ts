import { expect, test } from "vitest";
import { distanceFromWindow } from "../../src/core/window.ts";
import { dailyAwayFromWindows } from "../../src/strategies/backup-schedule.ts";
import { planNameOf } from "../../src/strategies/schedule-steps.ts";

const hour = 3_600_000;

const database = (backupWindow: string, maintenanceWindow: string, members: readonly string[] = []) => ({
  source: { name: "orders" },
  settings: { backupRetentionDays: 7, backupWindow, maintenanceWindow },
  members: members.map((window, index) => ({
    settings: { name: `orders-${index}`, maintenanceWindow: window },
  })),
});

/** Milliseconds after midnight. */
function timeOf(schedule: string): number {
  const [, minute, hours] = /^cron\((\d+) (\d+) \* \* \? \*\)$/.exec(schedule) ?? [];
  return Number(hours) * hour + Number(minute) * 60_000;
}

test.each([
  ["02:00-02:30", "sun:04:00-sun:04:30", []],
  ["23:45-00:15", "mon:11:00-mon:11:30", []],
  ["02:00-02:30", "sun:04:00-sun:04:30", ["tue:09:00-tue:09:30", "sat:23:30-sun:00:30"]],
  ["", "", []],
] as const)("backups run three hours or more away from %s, %s and %j", (backup, maintenance, members) => {
  const at = timeOf(dailyAwayFromWindows(database(backup, maintenance, members)));
  for (const window of [backup, maintenance, ...members].filter((one) => one !== "")) {
    expect(distanceFromWindow(window, at)).toBeGreaterThanOrEqual(3 * hour);
  }
});

test("a database without backups of its own has no backup window", () => {
  const { settings, ...others } = database("10:00-10:30", "");
  const without = { ...others, settings: { ...settings, backupRetentionDays: 0 } };
  expect(dailyAwayFromWindows(without)).toBe(dailyAwayFromWindows(database("", "")));
});

test("where windows fill the day it is the widest gap", () => {
  const members = ["mon:00:00-mon:06:00", "mon:08:00-mon:14:00", "mon:18:00-mon:23:30"];
  expect(timeOf(dailyAwayFromWindows(database("", "", members)))).toBe(16 * hour);
});

test("a plan is named by its database, within what AWS Backup takes", () => {
  const long = "a-database-whose-name-is-as-long-as-a-name-of-rds-may-well-be-12";
  const other = "a-database-whose-name-is-as-long-as-a-name-of-rds-may-well-be-13";
  expect(planNameOf({ source: { name: "orders" } })).toBe("encrypt-db-orders");
  const named = planNameOf({ source: { name: long } });
  expect(named).toMatch(/^[\w.-]{1,50}$/);
  expect(named).not.toBe(planNameOf({ source: { name: other } }));
});
