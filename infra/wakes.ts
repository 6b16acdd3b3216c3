import { Duration, type Stack } from "aws-cdk-lib";
import { type EventPattern, Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction as FunctionTarget } from "aws-cdk-lib/aws-events-targets";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { SqsDestination } from "aws-cdk-lib/aws-lambda-destinations";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { accepted } from "./accepted.ts";
import { product } from "./names.ts";

/**
 * What makes the worker look: every minute, and whenever RDS, or AWS Backup where `backups` go to another account, says that
 * something which a migration may wait for has happened. The minute is what counts; an event may be late, repeated or missing, and
 * changes only how soon. Returns the queue of runs that were not made or that failed.
 */
export function createWakes(
  stack: Stack,
  worker: LambdaFunction,
  { backups }: { readonly backups: boolean },
): Queue {
  const missed = new Queue(stack, "MissedRuns", {
    queueName: `${product}-missed-runs`,
    // SQS's own key: an event says that something happened, and no more.
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(4),
  });
  accepted(missed, "AwsSolutions-SQS3", "It is the dead-letter queue.");
  // Another run comes within the minute, so a late one is worth nothing, and a repeated one would stand in its way.
  const once = { retryAttempts: 0, maxEventAge: Duration.minutes(1) };
  worker.configureAsyncInvoke({ ...once, onFailure: new SqsDestination(missed) });
  const target = new FunctionTarget(worker, { ...once, deadLetterQueue: missed });
  new Rule(stack, "EveryMinute", {
    ruleName: `${product}-every-minute`,
    description: "Disabled, it stops every migration where it is",
    schedule: Schedule.rate(Duration.minutes(1)),
    targets: [target],
  });
  new Rule(stack, "DatabaseEvents", {
    ruleName: `${product}-database-events`,
    description: "Something that a migration may wait for has happened to a database",
    eventPattern: databaseEvents,
    targets: [target],
  });
  if (backups)
    new Rule(stack, "BackupEvents", {
      ruleName: `${product}-backup-events`,
      description: "A backup or a copy that a migration may wait for has ended",
      eventPattern: backupEvents,
      targets: [target],
    });
  return missed;
}

/**
 * Only what a step can wait for: an account with hundreds of databases has thousands of events each night.
 * Source: Amazon Aurora User Guide, Amazon RDS event categories and event messages.
 */
const databaseEvents: EventPattern = {
  source: ["aws.rds"],
  detailType: ["RDS DB Cluster Event", "RDS DB Instance Event", "RDS DB Cluster Snapshot Event"],
  detail: {
    EventID: [
      "RDS-EVENT-0170", // cluster created
      "RDS-EVENT-0171", // cluster deleted
      "RDS-EVENT-0172", // cluster renamed
      "RDS-EVENT-0003", // instance deleted
      "RDS-EVENT-0005", // instance created
      "RDS-EVENT-0006", // instance restarted
      "RDS-EVENT-0075", // manual cluster snapshot created
    ],
  },
};

/**
 * The ends of jobs about databases; what becomes of a recovery point later is looked at daily.
 * Source: AWS Backup Developer Guide, Monitoring AWS Backup events using Amazon EventBridge.
 */
const backupEvents: EventPattern = {
  source: ["aws.backup"],
  detailType: ["Backup Job State Change", "Copy Job State Change"],
  detail: {
    resourceType: ["Aurora", "RDS"],
    state: ["COMPLETED", "FAILED", "ABORTED", "EXPIRED", "PARTIAL"],
  },
};
