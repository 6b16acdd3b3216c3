import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Match } from "aws-cdk-lib/assertions";
import { AwsSolutionsChecks } from "cdk-nag";
import { describe, expect, test } from "vitest";
import { createApp } from "../../infra/app.ts";
import { bundle } from "../../infra/bundle.ts";
import { settingsFile } from "../../infra/settings.ts";
import { parseSettings } from "../../infra/settings-file.ts";
import { actions as readingPasswords } from "../../src/aws/master-password.ts";
import { actions as running } from "../../src/aws/transfer-tasks.ts";
import { transferSchema } from "../../src/compose/transfer.ts";
import { missingVariables } from "../../src/config.ts";
import type { TransferTasks } from "../../src/core/transfer-tasks.ts";
import {
  all,
  deployed,
  emptyBundles,
  exampleSettings,
  functionNamed,
  inFolder,
  synthesise,
} from "./deployment.ts";

const settings = { ...exampleSettings, transfer: { diskGiB: 120, clientVersions: [15, 17] } };
const template = synthesise(settings);
const [task] = all(template, "AWS::ECS::TaskDefinition");
const [container] = task.ContainerDefinitions;

/** Every statement of a role, in it or attached to it. */
function statementsOf(role: string) {
  const inline = Object.entries(template.findResources("AWS::IAM::Role"))
    .filter(([id]) => id.startsWith(role))
    .flatMap(([, { Properties }]) => Properties.Policies ?? []);
  const attached = all(template, "AWS::IAM::Policy").filter(({ Roles }) => Roles[0].Ref.startsWith(role));
  return [...inline, ...attached].flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}
const actionsOf = (role: string) =>
  statementsOf(role)
    .flatMap(({ Action }) => Action)
    .sort();

test("without the setting nothing is made of it", () => {
  const without = synthesise();
  for (const type of ["Cluster", "TaskDefinition"]) without.resourceCountIs(`AWS::ECS::${type}`, 0);
  expect(JSON.stringify(without.toJSON())).not.toContain("iam:PassRole");
});

test("a disk that Fargate does not have is refused, and so are no tools at all", () => {
  const parse = (transfer: object) => () =>
    parseSettings(settingsFile, JSON.stringify({ ...settings, transfer }), "s.json");
  expect(parse({ ...settings.transfer, diskGiB: 500 })).toThrow(/transfer\.diskGiB/);
  expect(parse({ ...settings.transfer, clientVersions: [] })).toThrow(/transfer\.clientVersions/);
});

describe("the task", () => {
  test("runs on ARM with the disk of the settings, and writes nowhere else", () => {
    expect(task).toMatchObject({
      Family: "encrypt-db-transfer",
      RequiresCompatibilities: ["FARGATE"],
      RuntimePlatform: { CpuArchitecture: "ARM64", OperatingSystemFamily: "LINUX" },
      EphemeralStorage: { SizeInGiB: 120 },
      NetworkMode: "awsvpc",
    });
    expect(container).toMatchObject({
      Name: "encrypt-db-transfer",
      ReadonlyRootFilesystem: true,
      MountPoints: [{ ContainerPath: "/spool", ReadOnly: false, SourceVolume: "spool" }],
    });
    expect(container).not.toHaveProperty("Privileged");
  });

  test("keeps its dumps under the bot's own key", () => {
    const [cluster] = all(template, "AWS::ECS::Cluster");
    expect(cluster.Configuration.ManagedStorageConfiguration).toEqual({
      FargateEphemeralStorageKmsKeyId: { Ref: expect.stringMatching(/^Key/) },
    });
    const [key] = all(template, "AWS::KMS::Key");
    const fargate = key.KeyPolicy.Statement.filter(
      ({ Principal }: { Principal: { Service?: string } }) => Principal.Service === "fargate.amazonaws.com",
    );
    expect(fargate.map(({ Action }: { Action: string }) => Action)).toEqual([
      ...["kms:GenerateDataKeyWithoutPlaintext", "kms:CreateGrant"],
    ]);
  });

  test("is told everything that a transfer reads but its job, and the secrets as references only", () => {
    const variables = container.Environment as { Name: string; Value: unknown }[];
    const secrets = container.Secrets as { Name: string; ValueFrom: unknown }[];
    const told = Object.fromEntries([
      ...variables.map(({ Name, Value }) => [
        Name,
        Name === "DATABASE_CA_FILE" ? import.meta.filename : Value,
      ]),
      ...secrets.map(({ Name }) => [Name, "{}"]),
    ]);
    expect(missingVariables(transferSchema, told)).toEqual(["TRANSFER_JOB"]);
    expect(Object.keys(told).filter((name) => !(name in transferSchema.shape))).toEqual([]);
    expect(secrets.map(({ Name }) => Name).sort()).toEqual(["DATABASE_LOGINS", "DATABASE_PASSWORD"]);
    const { arn, version } = settings.secret;
    for (const { Name, ValueFrom } of secrets)
      expect(JSON.stringify(ValueFrom)).toContain(`${arn}:${Name}::${version}`);
  });

  test("logs where the worker reads it, under the bot's own key", () => {
    expect(container.LogConfiguration).toMatchObject({
      LogDriver: "awslogs",
      Options: { "awslogs-stream-prefix": "encrypt-db-transfer" },
    });
    template.hasResourceProperties("AWS::Logs::LogGroup", {
      LogGroupName: "/aws/ecs/encrypt-db-transfer",
      KmsKeyId: { "Fn::GetAtt": [Match.stringLikeRegexp("^Key"), "Arn"] },
    });
    const [key] = all(template, "AWS::KMS::Key");
    expect(JSON.stringify(key.KeyPolicy)).toContain(":log-group:/aws/ecs/encrypt-db-transfer");
  });

  test("reaches the services of AWS by a group of its own, and the databases by the probe's", () => {
    const [group] = all(template, "AWS::EC2::SecurityGroup").filter(({ GroupDescription }) =>
      GroupDescription.startsWith("The transfers"),
    );
    expect(group).not.toHaveProperty("SecurityGroupIngress");
    expect(group.SecurityGroupEgress).toMatchObject([{ IpProtocol: "tcp", FromPort: 443, ToPort: 443 }]);
    const [output] = Object.values(template.findOutputs("TransferTasks"));
    const where = JSON.parse(deployed(output?.Value)) as TransferTasks;
    expect(where).toEqual({
      ...{ cluster: "encrypt-db-transfer", family: "encrypt-db-transfer" },
      ...{ logGroup: "/aws/ecs/encrypt-db-transfer", subnets: settings.vpc.subnets },
      securityGroups: [
        expect.stringMatching(/^sg-of-ProbeGroup/),
        expect.stringMatching(/^sg-of-TransferGroup/),
      ],
    });
  });

  test("is known to the worker, and to nobody else", () => {
    const [output] = Object.values(template.findOutputs("TransferTasks"));
    const told = all(template, "AWS::Lambda::Function").flatMap(({ FunctionName, Environment }) => {
      const tasks = Environment?.Variables?.TRANSFER_TASKS;
      return tasks === undefined ? [] : [[FunctionName, tasks]];
    });
    expect(told).toEqual([["encrypt-db-worker", output?.Value]]);
  });
});

describe("who may what", () => {
  test("the task itself: to read what RDS keeps of masters, and nothing else", () => {
    expect(actionsOf("TransferRole")).toEqual([...readingPasswords]);
    expect(statementsOf("TransferRole")).toMatchObject([
      {
        Resource: `arn:aws:secretsmanager:${settings.region}:${settings.account}:secret:rds!db-*`,
        Condition: { StringEquals: { "secretsmanager:ResourceTag/aws:secretsmanager:owningService": "rds" } },
      },
    ]);
  });

  test("whoever starts it: to fetch the image and the bot's own secret, and to log", () => {
    const allowed = [
      ...["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetAuthorizationToken"],
      ...["ecr:GetDownloadUrlForLayer", "logs:CreateLogStream", "logs:PutLogEvents"],
      ...["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
    ];
    expect([...new Set(actionsOf("TransferStartRole"))]).toEqual(allowed);
    const reading = statementsOf("TransferStartRole").filter(({ Action }) =>
      [Action].flat().includes("secretsmanager:GetSecretValue"),
    );
    for (const { Resource } of reading) expect(Resource).toBe(settings.secret.arn);
  });

  test("the worker: what the code calls, in this cluster, and to give the task its two roles", () => {
    const before = new Set(
      all(synthesise(), "AWS::IAM::Policy")
        .filter(({ Roles }) => Roles[0].Ref.startsWith("WorkerRole"))
        .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
        .flatMap(({ Action }) => Action),
    );
    expect(actionsOf("WorkerRole").filter((action: string) => !before.has(action))).toEqual(
      [...running, "iam:PassRole"].sort(),
    );
    const ecs = statementsOf("WorkerRole").filter(({ Action }) => String(Action).startsWith("ecs:"));
    expect(ecs).toHaveLength(3);
    for (const { Condition } of ecs) expect(Condition).toHaveProperty(["ArnEquals", "ecs:cluster"]);
    const [passing] = statementsOf("WorkerRole").filter(({ Action }) => Action === "iam:PassRole");
    expect(passing.Condition).toEqual({ StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } });
    expect(passing.Resource).toHaveLength(2);
    expect(functionNamed(template, "encrypt-db-worker")).toBeDefined();
  });

  test("cdk-nag has nothing to say that was not argued", () => {
    inFolder((folder) => {
      const { app } = createApp(settings, emptyBundles(folder), folder);
      const { violations } = new AwsSolutionsChecks(app).validateScope(app);
      expect(violations.map(({ ruleName }) => ruleName)).toEqual([]);
    });
  });
});

test("the image has the tools of every version asked for, and the module as a user without rights starts it", async () => {
  const dockerfile = readFileSync("infra/transfer-image/Dockerfile", "utf8");
  expect(dockerfile).toContain("postgresql-client-$version");
  expect(dockerfile).toMatch(/\nUSER node\n/);
  expect(dockerfile).toContain("/etc/rds/global-bundle.pem");
  const folder = mkdtempSync(join(tmpdir(), "encrypt-db-image-"));
  try {
    const { path } = await bundle("transfer", folder);
    const { status, stderr } = spawnSync(process.execPath, [path], { env: {}, encoding: "utf8" });
    expect(status).toBe(2);
    expect(stderr).toContain("TRANSFER_JOB: is not set");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
