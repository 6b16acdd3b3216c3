import type { Stack } from "aws-cdk-lib";
import { EventField, Rule, RuleTargetInput } from "aws-cdk-lib/aws-events";
import { SnsTopic } from "aws-cdk-lib/aws-events-targets";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { product } from "./names.ts";

/** Where people hear of what the bot cannot say in Slack, or must not only say there. */
export function createNoticeTopic(stack: Stack, key: IKey, emails: readonly string[]): Topic {
  const topic = new Topic(stack, "Notices", {
    topicName: `${product}-notices`,
    masterKey: key,
    enforceSSL: true,
  });
  for (const email of emails) topic.addSubscription(new EmailSubscription(email));
  // A policy of one's own takes the place of the default one, under which alarms may publish.
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: "Alarms",
      principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
      actions: ["sns:Publish"],
      resources: [topic.topicArn],
      conditions: { StringEquals: { "aws:SourceAccount": stack.account } },
    }),
  );
  return topic;
}

/**
 * A key that databases, or the bot's own store, depend on is about to be of no use. EventBridge hears of it through CloudTrail, so
 * the account needs a trail that records management events.
 */
export function noticeLostKeys(stack: Stack, topic: Topic, keyArns: readonly string[]): void {
  new Rule(stack, "KeyInDanger", {
    ruleName: `${product}-key-in-danger`,
    description: "A key that databases depend on was disabled or is to be deleted",
    eventPattern: {
      source: ["aws.kms"],
      detailType: ["AWS API Call via CloudTrail"],
      detail: {
        eventName: ["DisableKey", "ScheduleKeyDeletion", "DeleteImportedKeyMaterial"],
        resources: { ARN: keyArns },
      },
    },
    targets: [
      new SnsTopic(topic, {
        message: RuleTargetInput.fromText(
          `${field("detail.eventName")} was called for ${field("detail.requestParameters.keyId")} by ` +
            `${field("detail.userIdentity.arn")}. Databases under this key stop answering once it cannot be used, and their ` +
            "backups cannot be restored. Enable the key, or cancel its deletion, before anything else.",
        ),
      }),
    ],
  });
}

/**
 * AWS starts what is stopped after seven days. A source that was put aside would then answer, and cost, again. The daily look sees
 * it, too, and says it in the migration's thread; this comes at once.
 * Source: Amazon RDS User Guide, Amazon RDS event categories and event messages.
 */
export function noticeStartedSources(stack: Stack, topic: Topic): void {
  new Rule(stack, "SourceStarted", {
    ruleName: `${product}-source-started`,
    description: "AWS has started a source that somebody had stopped",
    eventPattern: {
      source: ["aws.rds"],
      detailType: ["RDS DB Cluster Event", "RDS DB Instance Event"],
      detail: {
        EventID: ["RDS-EVENT-0153", "RDS-EVENT-0154"],
        SourceIdentifier: [{ wildcard: retiredName }],
      },
    },
    targets: [
      new SnsTopic(topic, {
        message: RuleTargetInput.fromText(
          `AWS has started ${field("detail.SourceIdentifier")}, which had been stopped for seven days. It is the old database of a ` +
            "finished migration: nothing should write to it, and it costs as much as the new one. See that it is still fenced, then " +
            "stop it again, or have it decommissioned in Slack.",
        ),
      }),
    ],
  });
}

/** As `namesFor` makes it. */
const retiredName = "*-old-*";

function field(path: string): string {
  return EventField.fromPath(`$.${path}`);
}
