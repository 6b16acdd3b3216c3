import { traceId } from "../config.ts";
import type { Log } from "../engine/deps.ts";
import { redaction } from "./redaction.ts";

/** The name of the product in every line and with every metric. */
export const service = "encrypt-db";

/**
 * One line of JSON per event, which is what CloudWatch Logs can search: for one process, and for the front, whose bundle has
 * no room for Powertools. The names of the fields are those of Powertools, so that one query reads all logs.
 */
export function lineLog(secrets: readonly string[], write: Pick<Console, "log" | "error"> = console): Log {
  const redacted = redaction(secrets);
  const line = (level: string, event: string, fields: Readonly<Record<string, unknown>>): string => {
    const trace = traceId();
    return JSON.stringify({
      level,
      message: event,
      timestamp: new Date().toISOString(),
      service,
      ...(trace !== undefined && { xray_trace_id: trace }),
      ...redacted(fields),
    });
  };
  return {
    info: (event, fields) => write.log(line("INFO", event, fields)),
    error: (event, fields) => write.error(line("ERROR", event, fields)),
  };
}
