import { Duration, type Stack } from "aws-cdk-lib";
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  Metric,
  Stats,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { product } from "./names.ts";

interface Watched {
  readonly slack: IFunction;
  readonly worker: IFunction;
  readonly probe: IFunction;
  readonly missedRuns: IQueue;
}

/** Every alarm goes to the topic when it begins and when it is over. */
export function createAlarms(stack: Stack, topic: ITopic, { missedRuns, ...functions }: Watched): void {
  const alarm = (name: string, alarmDescription: string, when: ReturnType<typeof atLeastOne>) => {
    const created = new Alarm(stack, `${name}-alarm`, {
      alarmName: `${product}-${name}`,
      alarmDescription,
      ...when,
    });
    created.addAlarmAction(new SnsAction(topic));
    created.addOkAction(new SnsAction(topic));
  };
  alarm(
    "poller-silent",
    "No run of the worker for three minutes: migrations stand still, in a downtime too.",
    noneFor(3, ownMetric("PollerRan", Stats.SUM)),
  );
  alarm(
    "migration-stuck",
    "A migration needs a human. Its message in Slack says why, and what can be done.",
    atLeastOne(ownMetric("MigrationsStuck", Stats.MAXIMUM)),
  );
  alarm(
    "missed-runs",
    "Runs of the worker were not made, or failed. The queue holds their events: empty it when you have looked.",
    atLeastOne(missedRuns.metricApproximateNumberOfMessagesVisible({ period, statistic: Stats.MAXIMUM })),
  );
  for (const [which, lambda] of Object.entries(functions)) {
    alarm(
      `${which}-errors`,
      `The ${which} function failed or ran out of time. Its log says why.`,
      atLeastOne(lambda.metricErrors({ period })),
    );
    alarm(
      `${which}-throttles`,
      `The ${which} function was called more often at once than its reserved concurrency allows.`,
      atLeastOne(lambda.metricThrottles({ period })),
    );
  }
}

const period = Duration.minutes(1);

/** What the worker measures itself (engine/poll.ts). */
function ownMetric(metricName: string, statistic: string): Metric {
  return new Metric({
    namespace: product,
    metricName,
    dimensionsMap: { service: product },
    statistic,
    period,
  });
}

function atLeastOne(metric: IMetric) {
  return {
    metric,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    threshold: 1,
    evaluationPeriods: 1,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  };
}

/** A metric of something that did not happen has no data. */
function noneFor(periods: number, metric: IMetric) {
  return {
    metric,
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    threshold: 1,
    evaluationPeriods: periods,
    treatMissingData: TreatMissingData.BREACHING,
  };
}
