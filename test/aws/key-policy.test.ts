import { expect, test } from "vitest";
import { rightByPolicy } from "../../src/aws/key-policy.ts";
import { readPolicy } from "../../src/aws/policy-document.ts";

const account = "123456789012";
const role = `arn:aws:iam::${account}:role/encrypt-db-change`;
const caller = { account, region: "eu-west-1", roleArn: role };
const everybody = { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "kms:*" };
const deny = { Effect: "Deny", Principal: "*", Action: "kms:CreateGrant" };
const through = (service: string) => ({
  StringEquals: { "kms:ViaService": `${service}.eu-west-1.amazonaws.com` },
});

test.each([
  ["allowed", "to the account", [everybody]],
  ["allowed", "to the account by its number", [{ ...everybody, Principal: { AWS: account } }]],
  [
    "allowed",
    "to the role, among others",
    [{ ...everybody, Principal: { AWS: ["arn:aws:iam::999999999999:root", role] } }],
  ],
  ["allowed", "in other letters", [{ ...everybody, Action: ["KMS:create*"] }]],
  [
    "allowed",
    "as everything but something else",
    [{ ...everybody, Action: undefined, NotAction: "kms:Delete*" }],
  ],
  ["allowed", "through RDS", [{ ...everybody, Condition: through("rds") }]],
  [
    "allowed",
    "for a service's own grant",
    [{ ...everybody, Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } } }],
  ],
  [
    "allowed",
    "with a denial to whoever does not come through RDS",
    [
      everybody,
      { ...deny, Condition: { StringNotEquals: { "kms:ViaService": "rds.eu-west-1.amazonaws.com" } } },
    ],
  ],
  ["allowed", "with a denial to another role", [everybody, { ...deny, Principal: { AWS: `${role}-other` } }]],
  ["allowed", "with a denial of something else", [everybody, { ...deny, Action: "kms:ScheduleKeyDeletion" }]],
  ["refused", "by nobody", []],
  ["refused", "to another role", [{ ...everybody, Principal: { AWS: `${role}-other` } }]],
  ["refused", "to another account", [{ ...everybody, Principal: { AWS: "arn:aws:iam::999999999999:root" } }]],
  ["refused", "to a service", [{ ...everybody, Principal: { Service: "rds.amazonaws.com" } }]],
  ["refused", "as everything but this", [{ ...everybody, Action: undefined, NotAction: "kms:Create*" }]],
  ["refused", "through another service", [{ ...everybody, Condition: through("ec2") }]],
  ["refused", "and denied", [everybody, deny]],
  [
    "refused",
    "and denied among everything else",
    [everybody, { ...deny, Action: undefined, NotAction: "kms:Describe*" }],
  ],
  [
    "unclear",
    "under a tag",
    [{ ...everybody, Condition: { StringEquals: { "aws:PrincipalTag/team": "db" } } }],
  ],
  [
    "unclear",
    "under an operator that is not judged",
    [{ ...everybody, Condition: { StringLike: { "kms:ViaService": "rds.*" } } }],
  ],
  [
    "unclear",
    "and perhaps denied",
    [everybody, { ...deny, Condition: { Bool: { "aws:MultiFactorAuthPresent": "false" } } }],
  ],
  [
    "unclear",
    "and denied to all but some",
    [everybody, { ...deny, Principal: undefined, NotPrincipal: { AWS: "x" } }],
  ],
] as const)("a grant is %s %s", (right, _how, statements) => {
  const policy = readPolicy("GetKeyPolicy", JSON.stringify({ Statement: statements }));
  expect(rightByPolicy(policy, "kms:CreateGrant", caller)).toBe(right);
});

test("what only grants may do is not allowed to a look", () => {
  const statement = { ...everybody, Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } } };
  const policy = readPolicy("GetKeyPolicy", JSON.stringify({ Statement: statement }));
  expect(rightByPolicy(policy, "kms:DescribeKey", caller)).toBe("refused");
});

test("where no role is known, one of the account may be the one", () => {
  const policy = readPolicy(
    "GetKeyPolicy",
    JSON.stringify({ Statement: { ...everybody, Principal: { AWS: role } } }),
  );
  expect(rightByPolicy(policy, "kms:CreateGrant", { ...caller, roleArn: undefined })).toBe("unclear");
});

test("what is no policy is no answer", () => {
  expect(() => readPolicy("GetKeyPolicy", "{}")).toThrow(/no policy/);
  expect(() => readPolicy("GetKeyPolicy", "<html>")).toThrow(/no policy/);
});
