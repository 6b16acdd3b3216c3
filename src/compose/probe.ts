import type { ProbeConfig } from "../config.ts";
import type { Database } from "../core/database.ts";
import { createDatabase } from "../database/database.ts";
import { realClock, type Surroundings } from "./surroundings.ts";

/** The probe, where the databases can be reached. */
export function composeProbe(config: ProbeConfig, around: Surroundings = {}): Database {
  return createDatabase({
    login: { user: config.DATABASE_USER, password: async () => config.DATABASE_PASSWORD },
    ca: config.DATABASE_CA_FILE,
    clock: around.clock ?? realClock,
    ...(around.resolve && { resolve: around.resolve }),
  });
}
