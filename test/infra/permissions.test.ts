import { describe, expect, test } from "vitest";
import { inbox } from "../../src/aws/dynamo-items.ts";
import { actions as store } from "../../src/aws/dynamo-table.ts";
import { actions as invoking } from "../../src/aws/functions.ts";
import { changeStatements, destroyStatements } from "../../src/aws/permissions.ts";
import { type Ask, isAllowed } from "../../src/sim/aws/iam/evaluate.ts";
import { deployed, exampleSettings, sorted, statementsOf, synthesise } from "./deployment.ts";

const template = synthesise();

function actionsOf(role: string): string[] {
  return statementsOf(template, role)
    .filter(({ Effect }) => Effect === "Allow")
    .flatMap(({ Action }) => Action)
    .sort();
}

const ofEveryFunction = [
  "kms:Decrypt",
  "logs:CreateLogStream",
  "logs:PutLogEvents",
  "xray:PutTelemetryRecords",
  "xray:PutTraceSegments",
];
const ofEveryReader = [
  "kms:Decrypt",
  "kms:DescribeKey",
  "kms:Encrypt",
  "kms:GenerateDataKey",
  "kms:GenerateDataKeyWithoutPlaintext",
  "kms:ReEncryptFrom",
  "kms:ReEncryptTo",
];
const roles = ["SlackRole", "WorkerRole", "ProbeRole", "ChangeRole", "DestroyRole"];
const sid = (role: string, wanted: string) => statementsOf(template, role).find(({ Sid }) => Sid === wanted);

test("there are five roles, and no action of any is a pattern", () => {
  template.resourceCountIs("AWS::IAM::Role", roles.length);
  for (const role of roles) expect(actionsOf(role).filter((action) => /[*?]/.test(action))).toEqual([]);
  for (const role of roles) expect(actionsOf(role).length, role).toBeGreaterThan(1);
  expect(JSON.stringify(template.toJSON())).not.toContain("ManagedPolicyArns");
});

test("what the front may do is to put a request and to wake the worker", () => {
  const own = ["dynamodb:PutItem", "lambda:InvokeFunction"];
  expect(actionsOf("SlackRole")).toEqual([...ofEveryFunction, ...ofEveryReader, ...own].sort());
  expect(sid("SlackRole", "PutRequests")?.Condition).toEqual({
    "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": [inbox] },
    Null: { "dynamodb:LeadingKeys": "false" },
  });
  expect(sid("SlackRole", "Invoke")?.Resource).toEqual([
    { "Fn::GetAtt": [expect.stringMatching(/^Worker/), "Arn"] },
  ]);
});

test("what the probe may do is to log: the network interfaces are Lambda's business, not the code's", () => {
  const interfaces = actionsOf("ProbeRole").filter((action) => action.startsWith("ec2:"));
  expect(actionsOf("ProbeRole")).toEqual([...ofEveryFunction, ...interfaces].sort());
  const denied = sid("ProbeRole", "NotByCode");
  expect(denied?.Effect).toBe("Deny");
  expect([...(denied?.Action ?? [])].sort()).toEqual(interfaces);
  const { account, region } = exampleSettings;
  expect(denied?.Condition).toEqual({
    ArnEquals: {
      "lambda:SourceFunctionArn": `arn:aws:lambda:${region}:${account}:function:encrypt-db-probe`,
    },
  });
});

describe("the worker", () => {
  test("by itself looks at databases and changes none", () => {
    const writes = actionsOf("WorkerRole").filter(
      (action) => /^(rds|ram|application-autoscaling|iam):/.test(action) && !/:(Describe|List)/.test(action),
    );
    expect(writes).toEqual([]);
    expect(actionsOf("WorkerRole").filter((action) => action.startsWith("rds:")).length).toBeGreaterThan(5);
    expect(actionsOf("WorkerRole")).not.toContain("kms:CreateGrant");
  });

  test("has what the store and the call of the probe need, on these alone", () => {
    expect(sid("WorkerRole", "Store")).toMatchObject({
      Action: [...store].sort(),
      Resource: [expect.anything(), expect.anything(), expect.anything()],
    });
    expect(JSON.stringify(sid("WorkerRole", "Store")?.Resource)).not.toContain("*");
    expect(sid("WorkerRole", "Invoke")).toMatchObject({
      Action: invoking,
      Resource: [{ "Fn::GetAtt": [expect.stringMatching(/^Probe/), "Arn"] }],
    });
  });

  test("alone takes on the two roles, in the name of who approved", () => {
    const worker = { "Fn::GetAtt": [expect.stringMatching(/^WorkerRole/), "Arn"] };
    for (const id of ["ChangeRole", "DestroyRole"]) {
      const [role] = Object.entries(template.findResources("AWS::IAM::Role"))
        .filter(([name]) => name.startsWith(id))
        .map(([, { Properties }]) => Properties);
      expect(role.AssumeRolePolicyDocument.Statement).toEqual([
        { Effect: "Allow", Action: ["sts:AssumeRole", "sts:SetSourceIdentity"], Principal: { AWS: worker } },
      ]);
    }
    expect(sid("WorkerRole", "ActByRoles")).toMatchObject({
      Action: ["sts:AssumeRole", "sts:SetSourceIdentity"],
      Resource: [
        { "Fn::GetAtt": [expect.stringMatching(/^ChangeRole/), "Arn"] },
        { "Fn::GetAtt": [expect.stringMatching(/^DestroyRole/), "Arn"] },
      ],
    });
  });
});

describe("the roles for acts", () => {
  const { account, region, keys } = exampleSettings;
  const others = ["arn:aws:kms:eu-west-1:111122223333:key/another"];
  const monitoring = ["arn:aws:iam::111122223333:role/rds-monitoring"];
  const scope = { partition: "aws", account, region };

  test.each([
    ["as in the example", [], []],
    ["with further keys and monitoring roles", others, monitoring],
  ])(
    "have the statements that the code declares for this account, %s",
    (_case, otherKeys, monitoringRoles) => {
      const settings = {
        ...exampleSettings,
        keys: { ...keys, others: otherKeys },
        monitoringRoles,
        clusterRoles: monitoringRoles,
      };
      const made = synthesise(settings);
      const whole = {
        ...scope,
        keyArns: [keys.default, ...otherKeys],
        monitoringRoleArns: monitoringRoles,
        clusterRoleArns: monitoringRoles,
        backup: null,
      };
      expect(sorted(statementsOf(made, "ChangeRole"))).toEqual(sorted(changeStatements(whole)));
      expect(sorted(statementsOf(made, "DestroyRole"))).toEqual(sorted(destroyStatements(whole)));
    },
  );

  test("keep deleting apart, and change nothing that no condition holds for", () => {
    expect(actionsOf("ChangeRole").filter((action) => action.includes("Delete"))).toEqual([]);
    expect([...new Set(actionsOf("DestroyRole"))]).toEqual([
      "rds:DeleteDBCluster",
      "rds:DeleteDBClusterEndpoint",
      "rds:DeleteDBClusterSnapshot",
      "rds:DeleteDBInstance",
      "rds:DeleteDBSnapshot",
    ]);
    const all = ["ChangeRole", "DestroyRole"].flatMap((role) => statementsOf(template, role));
    expect(all.length).toBeGreaterThan(5);
    for (const { Sid, Condition } of all) expect(Condition, Sid).toBeDefined();
  });

  test("give keys away through RDS only, and only to RDS", () => {
    expect(sid("ChangeRole", "GrantKeysToRds")).toMatchObject({
      Action: ["kms:CreateGrant"],
      Resource: [keys.default],
      Condition: {
        StringEquals: { "kms:ViaService": `rds.${region}.amazonaws.com` },
        Bool: { "kms:GrantIsForAWSResource": "true" },
      },
    });
  });
});

describe("as IAM evaluates the synthesised policies", () => {
  const { account, region, keys } = exampleSettings;
  const cluster = `arn:aws:rds:${region}:${account}:cluster:orders-prod`;
  const itself = `arn:aws:lambda:${region}:${account}:function:encrypt-db-probe`;
  const arnOf = (type: string, start = "") => {
    const id = Object.keys(template.findResources(`AWS::${type}`)).find((one) => one.startsWith(start));
    return deployed({ "Fn::GetAtt": [id, "Arn"] });
  };
  const worker = arnOf("Lambda::Function", "Worker");
  const probe = arnOf("Lambda::Function", "Probe");
  const table = arnOf("DynamoDB::Table");

  const tags = (role: string) => ({
    "aws:ResourceTag/encrypt-db:role": role,
    "aws:ResourceTag/encrypt-db:migration": "k3xw9p",
  });
  const enrolled = { "aws:ResourceTag/encrypt-db:enrolled": "true" };
  const inside = (partition: string) => ({ "dynamodb:LeadingKeys": [partition] });
  const throughRds = { "kms:ViaService": `rds.${region}.amazonaws.com` };
  const forRds = { ...throughRds, "kms:GrantIsForAWSResource": "true" };

  function may(role: string, action: string, resource: string, context: Ask["context"] = {}): boolean {
    const policy = statementsOf(template, role).map((one) => ({
      ...one,
      Resource: one.Resource.map(deployed),
    }));
    return isAllowed([policy], { action, resource, context });
  }

  test.each<[string, string, string, string, Ask["context"]?]>([
    ["the front puts a request", "SlackRole", "dynamodb:PutItem", table, inside(inbox)],
    ["the front wakes the worker", "SlackRole", "lambda:InvokeFunction", worker],
    ["the worker finds what is due", "WorkerRole", "dynamodb:Query", `${table}/index/agenda`],
    ["the worker asks the probe", "WorkerRole", "lambda:InvokeFunction", probe],
    ["the worker looks at a cluster", "WorkerRole", "rds:DescribeDBClusters", cluster],
    ["the worker takes on changing", "WorkerRole", "sts:AssumeRole", arnOf("IAM::Role", "ChangeRole")],
    ["the worker takes on deleting", "WorkerRole", "sts:AssumeRole", arnOf("IAM::Role", "DestroyRole")],
    ["a source is renamed", "ChangeRole", "rds:ModifyDBCluster", cluster, { ...enrolled, ...tags("source") }],
    ["a key is granted", "ChangeRole", "kms:CreateGrant", keys.default, forRds],
    ["a failed one is deleted", "DestroyRole", "rds:DeleteDBCluster", cluster, tags("failed")],
    ["Lambda joins the VPC", "ProbeRole", "ec2:CreateNetworkInterface", "*"],
  ])("%s", (_what, role, action, resource, context) => {
    expect(may(role, action, resource, context)).toBe(true);
  });

  test.each<[string, string, string, string, Ask["context"]?]>([
    ["the front writes a migration", "SlackRole", "dynamodb:PutItem", table, inside("123/eu-west-1/orders")],
    ["the front writes without a key", "SlackRole", "dynamodb:PutItem", table],
    ["the front reads", "SlackRole", "dynamodb:GetItem", table, inside(inbox)],
    ["the front deletes a request", "SlackRole", "dynamodb:DeleteItem", table, inside(inbox)],
    ["the front asks the probe", "SlackRole", "lambda:InvokeFunction", probe],
    ["the front looks at a cluster", "SlackRole", "rds:DescribeDBClusters", cluster],
    ["the front takes on changing", "SlackRole", "sts:AssumeRole", arnOf("IAM::Role", "ChangeRole")],
    ["the worker changes a cluster itself", "WorkerRole", "rds:ModifyDBCluster", cluster, enrolled],
    ["the worker deletes a cluster itself", "WorkerRole", "rds:DeleteDBCluster", cluster, tags("failed")],
    ["the worker grants a key itself", "WorkerRole", "kms:CreateGrant", keys.default, forRds],
    ["the worker deletes its table", "WorkerRole", "dynamodb:DeleteTable", table],
    ["the worker takes on its own role", "WorkerRole", "sts:AssumeRole", arnOf("IAM::Role", "WorkerRole")],
    ["the probe looks at a cluster", "ProbeRole", "rds:DescribeDBClusters", cluster],
    ["the probe reads the store", "ProbeRole", "dynamodb:GetItem", table],
    [
      "the probe's code joins the VPC",
      "ProbeRole",
      "ec2:CreateNetworkInterface",
      "*",
      { "lambda:SourceFunctionArn": itself },
    ],
    ["one that nobody enrolled is renamed", "ChangeRole", "rds:ModifyDBCluster", cluster, tags("source")],
    ["one of no migration is renamed", "ChangeRole", "rds:ModifyDBCluster", cluster, enrolled],
    [
      "one is enrolled",
      "ChangeRole",
      "rds:AddTagsToResource",
      cluster,
      { "aws:TagKeys": ["encrypt-db:enrolled"] },
    ],
    ["a change deletes", "ChangeRole", "rds:DeleteDBCluster", cluster, { ...enrolled, ...tags("failed") }],
    ["a key is granted to a person", "ChangeRole", "kms:CreateGrant", keys.default, throughRds],
    ["another key is granted", "ChangeRole", "kms:CreateGrant", `${keys.default}0`, forRds],
    [
      "a source is deleted",
      "DestroyRole",
      "rds:DeleteDBCluster",
      cluster,
      { ...enrolled, ...tags("source") },
    ],
    [
      "a replacement is deleted",
      "DestroyRole",
      "rds:DeleteDBCluster",
      cluster,
      { ...enrolled, ...tags("replacement") },
    ],
    ["a deletion changes", "DestroyRole", "rds:ModifyDBCluster", cluster, { ...enrolled, ...tags("failed") }],
  ])("never: %s", (_what, role, action, resource, context) => {
    expect(may(role, action, resource, context)).toBe(false);
  });
});
