import { describe, expect, test } from "vitest";
import { namesFor } from "../../src/core/names.ts";
import { all, exampleSettings, functionNamed, synthesise } from "./deployment.ts";

const template = synthesise();
const topic = { Ref: expect.stringMatching(/^Notices/) };

const alarms: readonly Record<string, unknown>[] = all(template, "AWS::CloudWatch::Alarm");

describe("the alarms", () => {
  const ofFunctions = ["slack", "worker", "probe"].flatMap((which) =>
    ["errors", "throttles"].map((what) => [
      `encrypt-db-${which}-${what}`,
      "AWS/Lambda",
      what === "errors" ? "Errors" : "Throttles",
    ]),
  );

  test("are these, and everyone who is to hear of them hears of their end as well", () => {
    const told = alarms.map(({ AlarmName, Namespace, MetricName }) => [AlarmName, Namespace, MetricName]);
    expect(told).toEqual([
      ["encrypt-db-poller-silent", "encrypt-db", "PollerRan"],
      ["encrypt-db-migration-stuck", "encrypt-db", "MigrationsStuck"],
      ["encrypt-db-missed-runs", "AWS/SQS", "ApproximateNumberOfMessagesVisible"],
      ...ofFunctions,
    ]);
    for (const alarm of alarms) expect(alarm).toMatchObject({ AlarmActions: [topic], OKActions: [topic] });
  });

  test("go off at the first of anything, within a minute", () => {
    const [, ...others] = alarms;
    expect(others).toHaveLength(8);
    for (const alarm of others)
      expect(alarm).toMatchObject({
        Threshold: 1,
        ComparisonOperator: "GreaterThanOrEqualToThreshold",
        Period: 60,
        EvaluationPeriods: 1,
        TreatMissingData: "notBreaching",
      });
  });

  test("watch each function by its own name", () => {
    for (const alarm of alarms.filter(({ Namespace }) => Namespace === "AWS/Lambda")) {
      const which = String(alarm.AlarmName).split("-")[2] ?? "";
      const id = new RegExp(`^${which}`, "i");
      expect(alarm.Dimensions).toEqual([{ Name: "FunctionName", Value: { Ref: expect.stringMatching(id) } }]);
    }
  });

  test("take three minutes without a run as silence, since what did not happen leaves no data", () => {
    expect(alarms[0]).toMatchObject({
      Statistic: "Sum",
      Threshold: 1,
      ComparisonOperator: "LessThanThreshold",
      Period: 60,
      EvaluationPeriods: 3,
      TreatMissingData: "breaching",
    });
  });
});

describe("the notices", () => {
  test("are encrypted, and reach every address of the settings", () => {
    template.hasResourceProperties("AWS::SNS::Topic", {
      KmsMasterKeyId: { "Fn::GetAtt": [Object.keys(template.findResources("AWS::KMS::Key"))[0], "Arn"] },
    });
    expect(all(template, "AWS::SNS::Subscription").map(({ Endpoint }) => Endpoint)).toEqual(
      exampleSettings.alarmEmails,
    );
  });

  test("can be published by alarms and by rules, who may also use the topic's key", () => {
    const [{ PolicyDocument }] = all(template, "AWS::SNS::TopicPolicy");
    const [{ KeyPolicy }] = all(template, "AWS::KMS::Key");
    const services = (
      statements: { Effect: string; Action: unknown; Principal: { Service?: string } }[],
      action: string,
    ) =>
      statements
        .filter(({ Effect, Action }) => Effect === "Allow" && [Action].flat().includes(action))
        .map(({ Principal }) => Principal.Service);
    const publishers = ["cloudwatch.amazonaws.com", "events.amazonaws.com"];
    expect(services(PolicyDocument.Statement, "sns:Publish")).toEqual(publishers);
    expect(services(KeyPolicy.Statement, "kms:Decrypt")).toEqual(expect.arrayContaining(publishers));
  });

  test("tell of every key that the bot knows, once it is disabled, to be deleted, or without its material", () => {
    const others = ["arn:aws:kms:eu-west-1:111122223333:key/another"];
    const told = synthesise({ ...exampleSettings, keys: { ...exampleSettings.keys, others } });
    const [rule] = all(told, "AWS::Events::Rule").filter(({ Name }) => Name === "encrypt-db-key-in-danger");
    expect(rule.EventPattern).toEqual({
      source: ["aws.kms"],
      "detail-type": ["AWS API Call via CloudTrail"],
      detail: {
        eventName: ["DisableKey", "ScheduleKeyDeletion", "DeleteImportedKeyMaterial"],
        resources: {
          ARN: [
            { "Fn::GetAtt": [expect.stringMatching(/^Key/), "Arn"] },
            exampleSettings.keys.default,
            ...others,
          ],
        },
      },
    });
    expect(rule.Targets).toMatchObject([{ Arn: topic }]);
  });

  test("tell of a retired source that AWS started, by the name that a migration gives it", () => {
    const [rule] = all(template, "AWS::Events::Rule").filter(
      ({ Name }) => Name === "encrypt-db-source-started",
    );
    const { EventID, SourceIdentifier } = rule.EventPattern.detail;
    expect(EventID).toEqual(["RDS-EVENT-0153", "RDS-EVENT-0154"]);
    expect(rule.EventPattern["detail-type"]).toEqual(["RDS DB Cluster Event", "RDS DB Instance Event"]);
    const pattern = new RegExp(`^${SourceIdentifier[0].wildcard.replaceAll("*", ".*")}$`);
    expect(namesFor("k3xw9p", "orders-prod").retired("orders-prod")).toMatch(pattern);
    expect("orders-prod").not.toMatch(pattern);
    expect(rule.Targets).toMatchObject([{ Arn: topic }]);
  });
});

describe("the wakes", () => {
  const rules = all(template, "AWS::Events::Rule").filter(({ Targets }) => "Fn::GetAtt" in Targets[0].Arn);
  const queue = { "Fn::GetAtt": [expect.stringMatching(/^MissedRuns/), "Arn"] };

  test("are a minute's schedule and the events that a migration may wait for", () => {
    expect(rules).toMatchObject([
      { Name: "encrypt-db-every-minute", ScheduleExpression: "rate(1 minute)", State: "ENABLED" },
      { Name: "encrypt-db-database-events", EventPattern: { source: ["aws.rds"] }, State: "ENABLED" },
    ]);
    const { detail, "detail-type": types } = rules[1].EventPattern;
    expect(types).toEqual(["RDS DB Cluster Event", "RDS DB Instance Event", "RDS DB Cluster Snapshot Event"]);
    expect(detail.EventID.length).toBeGreaterThan(0);
  });

  test("are never repeated, and leave what was missed in a queue", () => {
    for (const { Targets } of rules)
      expect(Targets).toMatchObject([
        {
          Arn: { "Fn::GetAtt": [expect.stringMatching(/^Worker/), "Arn"] },
          RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
          DeadLetterConfig: { Arn: queue },
        },
      ]);
    expect(all(template, "AWS::Lambda::EventInvokeConfig")).toMatchObject([
      {
        FunctionName: { Ref: expect.stringMatching(/^Worker/) },
        MaximumRetryAttempts: 0,
        MaximumEventAgeInSeconds: 60,
        DestinationConfig: { OnFailure: { Destination: queue } },
      },
    ]);
    expect(all(template, "AWS::SQS::Queue")).toMatchObject([{ SqsManagedSseEnabled: true }]);
  });

  test("call a function that they may call", () => {
    const callers = all(template, "AWS::Lambda::Permission").filter(
      ({ Principal }) => Principal === "events.amazonaws.com",
    );
    expect(callers).toHaveLength(rules.length);
    for (const { FunctionName, SourceArn } of callers) {
      expect(FunctionName).toEqual({ "Fn::GetAtt": [expect.stringMatching(/^Worker/), "Arn"] });
      expect(SourceArn).toEqual({
        "Fn::GetAtt": [expect.stringMatching(/^(EveryMinute|DatabaseEvents)/), "Arn"],
      });
    }
    expect(functionNamed(template, "encrypt-db-worker").ReservedConcurrentExecutions).toBeGreaterThan(1);
  });
});
