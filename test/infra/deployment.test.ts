import { Match } from "aws-cdk-lib/assertions";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { AwsSolutionsChecks } from "cdk-nag";
import { describe, expect, test } from "vitest";
import type * as z from "zod/mini";
import { createApp } from "../../infra/app.ts";
import { tableDefinition } from "../../src/aws/dynamo-items.ts";
import { frontSchema, probeSchema, readConfig, workerSchema } from "../../src/config.ts";
import { lingerFor } from "../../src/engine/poll.ts";
import {
  all,
  deployed,
  emptyBundles,
  exampleSettings,
  functionNamed,
  inFolder,
  synthesise,
} from "./deployment.ts";

const template = synthesise();
const slack = functionNamed(template, "encrypt-db-slack");
const worker = functionNamed(template, "encrypt-db-worker");
const probe = functionNamed(template, "encrypt-db-probe");

function environmentOf({ Environment }: typeof slack): Record<string, string> {
  const variables = Object.entries<unknown>(Environment.Variables);
  return Object.fromEntries(variables.map(([name, value]) => [name, deployed(value)]));
}

describe("the functions", () => {
  test("are three, on Node 24 and ARM, traced, with an environment under the bot's own key", () => {
    const functions = all(template, "AWS::Lambda::Function");
    expect(functions).toHaveLength(3);
    for (const one of functions)
      expect(one).toMatchObject({
        Runtime: "nodejs24.x",
        Architectures: ["arm64"],
        Handler: "index.handler",
        TracingConfig: { Mode: "Active" },
        KmsKeyArn: { "Fn::GetAtt": [expect.stringMatching(/^Key/), "Arn"] },
      });
  });

  test("end when nobody waits for them any more, and not before", () => {
    expect(slack.Timeout).toBeGreaterThan(3);
    expect(worker.Timeout * 1_000).toBeGreaterThanOrEqual(lingerFor + probe.Timeout * 1_000);
  });

  test("have concurrency of their own: two workers at least, as one lingers while the next takes over", () => {
    expect(worker.ReservedConcurrentExecutions).toBeGreaterThanOrEqual(2);
    // As many as the schedule starts while one runs as long as it may.
    expect(worker.ReservedConcurrentExecutions).toBeGreaterThan(worker.Timeout / 60);
    expect(slack.ReservedConcurrentExecutions).toBeGreaterThan(0);
    expect(probe.ReservedConcurrentExecutions).toBeGreaterThan(0);
  });

  test("write to logs that end, under the bot's own key", () => {
    const logs = all(template, "AWS::Logs::LogGroup");
    expect(logs).toHaveLength(4);
    for (const log of logs)
      expect(log).toMatchObject({
        RetentionInDays: 90,
        KmsKeyId: { "Fn::GetAtt": [expect.stringMatching(/^Key/), "Arn"] },
      });
  });
});

describe("the environment", () => {
  const functions: readonly [string, typeof slack, z.ZodMiniObject][] = [
    ["slack", slack, frontSchema],
    ["worker", worker, workerSchema],
    ["probe", probe, probeSchema],
  ];

  test.each(functions)("of %s is what the function reads", (_name, of, schema) => {
    const given = environmentOf(of);
    const fromLambda = { AWS_REGION: exampleSettings.region, DATABASE_CA_FILE: import.meta.filename };
    expect(() => readConfig(schema, { ...given, ...fromLambda })).not.toThrow();
    // Node's own.
    expect(Object.keys(given).filter((name) => !(name in schema.shape))).toEqual(["NODE_OPTIONS"]);
  });

  test("gives the worker its two roles and its fence", () => {
    expect(readConfig(workerSchema, { ...environmentOf(worker), AWS_REGION: "eu-west-1" })).toMatchObject({
      CHANGE_ROLE_ARN: expect.stringContaining("ChangeRole"),
      DESTROY_ROLE_ARN: expect.stringContaining("DestroyRole"),
      FENCE_SECURITY_GROUPS: { [exampleSettings.vpc.id]: expect.stringContaining("FenceGroup") },
    });
  });

  test("says longer and shorter times only where the settings do", () => {
    const told = synthesise({ ...exampleSettings, longestDowntimeMinutes: 30, approvalLifetimeMinutes: 15 });
    const times = { LONGEST_DOWNTIME_MINUTES: "30", APPROVAL_LIFETIME_MINUTES: "15" };
    expect(environmentOf(functionNamed(told, "encrypt-db-worker"))).toMatchObject(times);
    for (const name of Object.keys(times)) expect(environmentOf(worker)).not.toHaveProperty(name);
  });

  test("names operators, and who of them may approve, only where the settings do", () => {
    const arn = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Dba_0123456789abcdef/bob@example.com";
    const carol = "arn:aws:iam::111122223333:user/carol";
    const told = synthesise({
      ...exampleSettings,
      slack: { ...exampleSettings.slack, approvers: ["S01234567"] },
      operators: { [arn]: "U01234567", [carol]: "U07654321/W07654321" },
      operatorApprovers: ["U01234567"],
    });
    const given = { ...environmentOf(functionNamed(told, "encrypt-db-worker")), AWS_REGION: "eu-west-1" };
    expect(readConfig(workerSchema, given)).toMatchObject({
      OPERATORS: {
        [arn]: { user: "U01234567" },
        [carol]: { user: "U07654321", enterpriseUser: "W07654321" },
      },
      OPERATOR_APPROVERS: ["U01234567"],
    });
    for (const name of ["OPERATORS", "OPERATOR_APPROVERS"])
      expect(environmentOf(worker)).not.toHaveProperty(name);
  });

  test("refers to one version of the secret, and gives each function only what it needs of it", () => {
    const { arn, version } = exampleSettings.secret;
    const secretsOf = (of: typeof slack) =>
      Object.entries(environmentOf(of)).filter(([, value]) => value.startsWith("{{resolve:"));
    const reference = (name: string) => [
      name,
      `{{resolve:secretsmanager:${arn}:SecretString:${name}::${version}}}`,
    ];
    const slackSecrets = ["SLACK_SIGNING_SECRET", "SLACK_BOT_TOKEN"].map(reference);
    expect(secretsOf(slack)).toEqual(slackSecrets);
    expect(secretsOf(worker)).toEqual(slackSecrets);
    expect(secretsOf(probe)).toEqual([reference("DATABASE_PASSWORD")]);
  });
});

describe("the store", () => {
  test("is created as the code describes it", () => {
    const [table] = all(template, "AWS::DynamoDB::Table");
    expect(table).toMatchObject(tableDefinition);
    expect(table.TableName).toBe(environmentOf(worker).TABLE_NAME);
    expect(table.TableName).toBe(environmentOf(slack).TABLE_NAME);
  });

  test("can be restored to any second, is not deleted by anybody, and stays when the stack goes", () => {
    template.hasResource("AWS::DynamoDB::Table", {
      DeletionPolicy: "Retain",
      UpdateReplacePolicy: "Retain",
      Properties: {
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: {
          SSEEnabled: true,
          SSEType: "KMS",
          KMSMasterKeyId: { "Fn::GetAtt": [Match.stringLikeRegexp("^Key"), "Arn"] },
        },
        TimeToLiveSpecification: Match.absent(),
      },
    });
  });

  test("has a key that is rotated and that stays as well", () => {
    template.resourceCountIs("AWS::KMS::Key", 1);
    template.hasResource("AWS::KMS::Key", {
      DeletionPolicy: "Retain",
      Properties: { EnableKeyRotation: true },
    });
  });
});

describe("the network", () => {
  test("has nothing in the VPC but the probe, and nothing by the hour", () => {
    expect(probe.VpcConfig.SubnetIds).toEqual(exampleSettings.vpc.subnets);
    expect(slack).not.toHaveProperty("VpcConfig");
    expect(worker).not.toHaveProperty("VpcConfig");
    for (const type of ["NatGateway", "EIP", "VPCEndpoint", "InternetGateway", "VPC", "Subnet"])
      template.resourceCountIs(`AWS::EC2::${type}`, 0);
  });

  test("lets the probe out to the databases' ports only, and nobody in", () => {
    const settings = { ...exampleSettings.vpc, databasePorts: [5432, 5433], databaseCidrs: ["10.1.0.0/16"] };
    const two = synthesise({ ...exampleSettings, vpc: settings });
    const [group] = all(two, "AWS::EC2::SecurityGroup").filter(({ GroupDescription }) =>
      GroupDescription.startsWith("The probe"),
    );
    expect(group.VpcId).toBe(settings.id);
    expect(group).not.toHaveProperty("SecurityGroupIngress");
    const tcp = { IpProtocol: "tcp", CidrIp: "10.1.0.0/16", Description: "The databases" };
    expect(group.SecurityGroupEgress).toEqual([
      { ...tcp, FromPort: 5432, ToPort: 5432 },
      { ...tcp, FromPort: 5433, ToPort: 5433 },
    ]);
    two.resourceCountIs("AWS::EC2::SecurityGroupEgress", 0);
    expect(all(two, "AWS::EC2::SecurityGroupIngress").map(({ FromPort }) => FromPort)).toEqual([5432, 5433]);
  });

  test("has a fence that admits the probe, and lets nothing out", () => {
    const [fence] = all(template, "AWS::EC2::SecurityGroup").filter(({ GroupDescription }) =>
      GroupDescription.startsWith("A database fenced"),
    );
    expect(fence).not.toHaveProperty("SecurityGroupIngress");
    // How CDK says none: to an address that is no one's.
    expect(fence.SecurityGroupEgress).toMatchObject([{ CidrIp: "255.255.255.255/32", IpProtocol: "icmp" }]);
    expect(all(template, "AWS::EC2::SecurityGroupIngress")).toEqual([
      {
        Description: "The probe",
        IpProtocol: "tcp",
        FromPort: 5432,
        ToPort: 5432,
        GroupId: { "Fn::GetAtt": [expect.stringMatching(/^FenceGroup/), "GroupId"] },
        SourceSecurityGroupId: { "Fn::GetAtt": [expect.stringMatching(/^ProbeGroup/), "GroupId"] },
      },
    ]);
    expect(probe.VpcConfig.SecurityGroupIds).toEqual([
      { "Fn::GetAtt": [expect.stringMatching(/^ProbeGroup/), "GroupId"] },
    ]);
  });
});

describe("the endpoint", () => {
  test("has one route, with a limit before the function and a log without headers", () => {
    expect(all(template, "AWS::ApiGatewayV2::Route").map(({ RouteKey }) => RouteKey)).toEqual([
      "POST /slack",
    ]);
    const [stage] = all(template, "AWS::ApiGatewayV2::Stage");
    expect(stage.DefaultRouteSettings).toEqual({ ThrottlingRateLimit: 20, ThrottlingBurstLimit: 40 });
    expect(stage.AccessLogSettings.Format).not.toMatch(/header|body|authorizer/i);
  });

  test("is the only one that may call the front, and nobody may without it", () => {
    const allowed = all(template, "AWS::Lambda::Permission").filter(({ FunctionName }) =>
      FunctionName["Fn::GetAtt"][0].startsWith("Slack"),
    );
    expect(allowed).toMatchObject([{ Principal: "apigateway.amazonaws.com", SourceArn: expect.anything() }]);
    template.resourceCountIs("AWS::Lambda::Url", 0);
  });
});

test("cdk-nag has nothing to say that was not argued, and would say it", () => {
  inFolder((folder) => {
    const { app, stack } = createApp(exampleSettings, emptyBundles(folder), folder);
    const findings = () =>
      new AwsSolutionsChecks(app).validateScope(app).violations.map(({ ruleName }) => ruleName);
    expect(findings()).toEqual([]);
    new Bucket(stack, "Open");
    expect(findings().join()).toContain("AwsSolutions-S1");
  });
});
