import { describe, test } from "vitest";
import { enrolledTag } from "../../src/core/names.ts";
import { fenceGroup, vpc } from "./deployed.ts";
import {
  all,
  closedCluster,
  expectFound,
  type Fault,
  group,
  key,
  keyPolicy,
  memberTags,
  rule,
  set,
  silentProbe,
  wholeAccount,
  without,
  withoutEnrolment,
} from "./plants.ts";

const faults: readonly Fault[] = [
  [
    "a VPC without a fence",
    all(set("FENCE_SECURITY_GROUPS", `vpc-other=${fenceGroup}`), group(fenceGroup, { vpcId: "vpc-other" })),
    "warning",
    /orders is in vpc-0a1b2c3d4e5f60718, for which there is no fence/,
    /add VPC=GROUP/,
  ],
  ["no key of that name", set("KMS_KEY", "alias/none"), "error", /no key alias\/none/, /list-aliases/],
  ["a disabled key", key({ state: "Disabled" }), "error", /is Disabled/, /aws kms enable-key/],
  ["an asymmetric key", key({ spec: "RSA_2048" }), "error", /RSA_2048/, /symmetric customer-managed key/],
  ["a key that AWS manages", set("KMS_KEY", "alias/aws/rds"), "error", /managed by AWS/, /customer-managed/],
  [
    "a key policy that allows no grants",
    keyPolicy({ ...wholeAccount, Action: "kms:DescribeKey" }),
    "error",
    /does not allow kms:CreateGrant through RDS/,
    /put-key-policy/,
  ],
  [
    "a key policy for another service",
    keyPolicy({
      ...wholeAccount,
      Condition: { StringEquals: { "kms:ViaService": "ec2.eu-west-1.amazonaws.com" } },
    }),
    "error",
    /does not allow kms:CreateGrant and kms:DescribeKey/,
    /put-key-policy/,
  ],
  [
    "a key policy that denies grants",
    keyPolicy(wholeAccount, { Effect: "Deny", Principal: "*", Action: "kms:Create*", Resource: "*" }),
    "error",
    /does not allow kms:CreateGrant through/,
    /put-key-policy/,
  ],
  [
    "a key policy with conditions of its own",
    keyPolicy({ ...wholeAccount, Condition: { StringLike: { "aws:PrincipalTag/team": "db*" } } }),
    "warning",
    /depends on conditions/,
    /get-key-policy/,
  ],
  ["a key that is not rotated", key({ rotates: false }), "note", /is not rotated/, /enable-key-rotation/],
  ["no default key", without("KMS_KEY"), "note", /KMS_KEY is not set/, /KMS_KEY/],
  [
    "no fence group",
    set("FENCE_SECURITY_GROUPS", `${vpc}=sg-none`),
    "error",
    /no security group sg-none/,
    /FenceSecurityGroup/,
  ],
  [
    "a fence in another VPC",
    group(fenceGroup, { vpcId: "vpc-other" }),
    "error",
    /is in vpc-other/,
    /FENCE_SECURITY_GROUPS/,
  ],
  [
    "a fence that admits the application",
    group(fenceGroup, { admits: ["probe", "application"] }),
    "error",
    /admits sg-0a99000000000001 as well/,
    /revoke-security-group-ingress/,
  ],
  [
    "a fence that admits an address",
    group(fenceGroup, { moreIngress: rule("10.0.0.0/8") }),
    "error",
    /admits 10\.0\.0\.0\/8 as well/,
    /revoke-security-group-ingress/,
  ],
  [
    "a fence that shuts the probe out",
    group(fenceGroup, { admits: [] }),
    "error",
    /does not admit the probe/,
    /authorize-security-group-ingress --group-id sg-.* --source-group sg-09b0be/,
  ],
  [
    "a fence for another port",
    group(fenceGroup, {
      admits: [],
      moreIngress: [
        {
          IpProtocol: "tcp",
          FromPort: 3306,
          ToPort: 3306,
          UserIdGroupPairs: [{ GroupId: "sg-09b0be0000000001" }],
        },
      ],
    }),
    "error",
    /does not admit the probe .* to port 5432/,
    /--port 5432/,
  ],
  [
    "a fence that lets something out",
    group(fenceGroup, { egress: rule("0.0.0.0/0") }),
    "warning",
    /lets a fenced database out to 0\.0\.0\.0\/0/,
    /revoke-security-group-egress/,
  ],
  [
    "databases that do not let the probe in",
    group("sg-0da7aba5e5", { admits: ["application"] }),
    "error",
    /does not get into orders .*: tcp/,
    /authorize-security-group-ingress/,
  ],
  [
    "a member that is not enrolled",
    memberTags("orders", []),
    "warning",
    /orders-1 is not enrolled/,
    new RegExp(`db:orders-1 --tags Key=${enrolledTag},Value=true`),
  ],
  [
    "nothing that is enrolled",
    ({ change }) => change(withoutEnrolment),
    "note",
    /No Aurora PostgreSQL cluster is enrolled/,
    /add-tags-to-resource/,
  ],
  [
    "one database of several that cannot be entered",
    closedCluster,
    "note",
    /does not get into closed .*: tcp/,
    /--source-group/,
  ],
  ["a probe that fails", silentProbe, "error", /probe itself does not answer/, /aws logs tail/],
  [
    "several things at once, each",
    all(key({ state: "Disabled" }), silentProbe),
    "error",
    /is Disabled/,
    /enable-key/,
  ],
];

describe("of the key, the fence and the databases", () => {
  test.each(faults)("%s is found", expectFound);
});
