import type { Turn } from "../turn.ts";

const minute = 60_000;
const hour = 60 * minute;
const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const clockAt = (at: number) => new Date(at).toISOString().slice(11, 16);
const dayAt = (at: number) => days[new Date(at).getUTCDay()];

/** Windows of half an hour that are far away, whenever a world begins: what is moved is not moved near one. */
export function farWindows(turn: Turn) {
  const half = 30 * minute;
  const backup = Math.floor(turn.now / (10 * minute)) * 10 * minute + 12 * hour;
  const maintenance = backup + 72 * hour;
  return {
    PreferredBackupWindow: `${clockAt(backup)}-${clockAt(backup + half)}`,
    PreferredMaintenanceWindow: `${dayAt(maintenance)}:${clockAt(maintenance)}-${dayAt(maintenance + half)}:${clockAt(maintenance + half)}`,
  };
}
