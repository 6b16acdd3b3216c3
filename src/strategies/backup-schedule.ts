import { type Duration, hours, minutes } from "../core/time.ts";
import { distanceFromWindow } from "../core/window.ts";
import { type Maintained, windowsOf } from "./preflight.ts";

const halfHours = Array.from({ length: 48 }, (_, index) => minutes(30) * index);

/**
 * The half hour of the day (UTC) that is farthest from every window of a database, as a schedule of AWS Backup; the earliest where
 * several are. AWS Backup fails jobs within an hour of a window, and one that begins well before may last that long. Source: AWS
 * re:Post, backup-coordinates-pitr; AWS Backup API, BackupRule.
 */
export function dailyAwayFromWindows(database: Maintained): string {
  const windows = windowsOf(database).map(({ window }) => window);
  const clearance = (at: Duration) =>
    Math.min(...windows.map((window) => distanceFromWindow(window, at)), hours(24));
  const widest = Math.max(...halfHours.map(clearance));
  const best = halfHours.find((at) => clearance(at) === widest) ?? 0;
  return `cron(${(best % hours(1)) / minutes(1)} ${Math.floor(best / hours(1))} * * ? *)`;
}
