import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { Log, Meter } from "../engine/deps.ts";
import { service } from "./line-log.ts";
import { redaction } from "./redaction.ts";

/**
 * The log of a function. Traces are Lambda's own (infra switches them on) and every line carries the trace's id; Powertools'
 * tracer would bring the X-Ray SDK, which is in maintenance and larger than all of our own code.
 */
export function powertoolsLog(secrets: readonly string[]): Log {
  const logger = new Logger({ serviceName: service });
  const redacted = redaction(secrets);
  return {
    info: (event, fields) => logger.info(event, redacted(fields)),
    error: (event, fields) => logger.error(event, redacted(fields)),
  };
}

/** Written to the log in the form that CloudWatch makes metrics of (EMF): no call that could fail, and none to wait for. */
export function powertoolsMeter(): Meter {
  const metrics = new Metrics({ namespace: service, serviceName: service });
  return {
    count: (figures) => {
      for (const [name, value] of Object.entries(figures)) metrics.addMetric(name, MetricUnit.Count, value);
      metrics.publishStoredMetrics();
    },
  };
}
