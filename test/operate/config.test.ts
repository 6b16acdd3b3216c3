import { describe, expect, test } from "vitest";
import { operatorSchema, readConfig, workerSchema } from "../../src/config.ts";

const complete = {
  SLACK_SIGNING_SECRET: "very-secret",
  SLACK_BOT_TOKEN: "xoxb-very-secret",
  SLACK_BOT_ID: "B1",
  SLACK_BOT_USER_ID: "U1",
  SLACK_TEAM_ID: "T1",
  SLACK_APP_ID: "A1",
  AWS_REGION: "eu-west-1",
  AWS_ACCOUNT_ID: "123456789012",
  TABLE_NAME: "encrypt-db",
  PROBE_FUNCTION: "probe",
  FENCE_SECURITY_GROUPS: "vpc-1=sg-1",
  SLACK_CHANNELS: "C1",
  SLACK_APPROVERS: "S0APPROVE",
};
const read = (given: object) => readConfig(workerSchema, { ...complete, ...given });
const sso = "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Dba_0123456789abcdef/bob@example.com";
const user = "arn:aws:iam::123456789012:user/people/carol";

describe("OPERATORS", () => {
  test("may be left out: then nobody changes anything without Slack", () => {
    expect(read({})).toMatchObject({ OPERATORS: {} });
  });

  test("names sessions of roles and users, also whose names hold commas and equals signs", () => {
    const odd = "arn:aws-cn:sts::123456789012:assumed-role/Dba/a,b=c";
    expect(read({ OPERATORS: `${sso}=U0BOB, ${user}=U0CAROL/W0CAROL,\n${odd}=W0DAN` }).OPERATORS).toEqual({
      [sso]: { user: "U0BOB", enterpriseUser: null },
      [user]: { user: "U0CAROL", enterpriseUser: "W0CAROL" },
      [odd]: { user: "W0DAN", enterpriseUser: null },
    });
  });

  test.each([
    ["a pattern of sessions", "arn:aws:sts::123456789012:assumed-role/Dba/*=U0BOB"],
    ["a pattern of accounts", "arn:aws:sts::*:assumed-role/Dba/bob=U0BOB"],
    ["one character left open", `${sso.slice(0, -1)}?=U0BOB`],
    ["a role, which is anybody", "arn:aws:iam::123456789012:role/Dba=U0BOB"],
    ["the owner of an account", "arn:aws:iam::123456789012:root=U0BOB"],
    ["a federated user without a role", "arn:aws:sts::123456789012:federated-user/bob=U0BOB"],
    ["nobody", sso],
    ["a name in the place of an id", `${sso}=bob`],
    ["a user group", `${sso}=S0APPROVE`],
    ["no ARN", "bob=U0BOB"],
  ])("does not take %s", (_what, OPERATORS) => {
    expect(() => read({ OPERATORS })).toThrow(/OPERATORS: must look like arn:aws:sts::/);
  });

  test("does not take the same identity for two people", () => {
    expect(() => read({ OPERATORS: `${sso}=U0BOB,${sso}=U0CAROL` })).toThrow(
      /OPERATORS: must name each ARN once/,
    );
  });
});

describe("OPERATOR_APPROVERS", () => {
  test("says which of them may approve, where only Slack knows who is in a group", () => {
    expect(read({ OPERATORS: `${sso}=U0BOB`, OPERATOR_APPROVERS: "U0BOB" }).OPERATOR_APPROVERS).toEqual([
      "U0BOB",
    ]);
  });

  test("must be operators, so that a slip of the pen is seen at the start", () => {
    expect(() => read({ OPERATORS: `${sso}=U0BOB`, OPERATOR_APPROVERS: "U0BOB,U0BOP" })).toThrow(
      /OPERATOR_APPROVERS: must be user ids that OPERATORS names/,
    );
  });

  test("is no second list beside one of people", () => {
    const given = {
      OPERATORS: `${sso}=U0BOB`,
      OPERATOR_APPROVERS: "U0BOB",
      SLACK_APPROVERS: "U0BOB,U0CAROL",
    };
    expect(() => read(given)).toThrow(/OPERATOR_APPROVERS: goes only with a user group/);
  });
});

test("a terminal needs no more than a Region: names are those of a deployment", () => {
  expect(readConfig(operatorSchema, { AWS_REGION: "eu-west-1" })).toEqual({
    AWS_REGION: "eu-west-1",
    TABLE_NAME: "encrypt-db",
    WORKER_FUNCTION: "encrypt-db-worker",
  });
  expect(() => readConfig(operatorSchema, {})).toThrow(/AWS_REGION: is not set/);
});
