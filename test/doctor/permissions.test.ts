import { describe, test } from "vitest";
import { roleTag } from "../../src/core/names.ts";
import { accountId } from "./deployed.ts";
import { expectFound, type Fault, notWorking, policyOf, roleArn, set, trusted, without } from "./plants.ts";

const faults: readonly Fault[] = [
  [
    "a worker that may not ask the indexes",
    policyOf("worker", (had) =>
      had.map((one) =>
        String(one.Action).includes("dynamodb") ? { ...one, Resource: "*:table/encrypt-db" } : one,
      ),
    ),
    "error",
    /may not dynamodb:Query/,
    notWorking,
  ],
  ["no roles", without("CHANGE_ROLE_ARN", "DESTROY_ROLE_ARN"), "warning", /are not set/, notWorking],
  [
    "a worker that may not look",
    policyOf("worker", (had) =>
      had.map((one) => ("Sid" in one && one.Sid === "Look" ? { ...one, Action: "rds:*" } : one)),
    ),
    "error",
    /encrypt-db-worker may not .*kms:DescribeKey/,
    notWorking,
  ],
  [
    "a worker that may not keep its store",
    policyOf("worker", (had) => had.filter(({ Action }) => !String(Action).includes("dynamodb"))),
    "error",
    /may not dynamodb:GetItem/,
    notWorking,
  ],
  [
    "a role that may not restore",
    policyOf("change", (had) => had.filter((one) => !("Sid" in one) || one.Sid !== "MakeReplacements")),
    "error",
    /encrypt-db-change may not rds:RestoreDBClusterToPointInTime/,
    notWorking,
  ],
  [
    "a role that may not delete what failed",
    policyOf("destroy", () => []),
    "error",
    /encrypt-db-destroy may not rds:DeleteDBCluster/,
    notWorking,
  ],
  [
    "a worker that may do everything",
    policyOf("worker", () => [{ Effect: "Allow", Action: "*", Resource: "*" }]),
    "error",
    /encrypt-db-worker may .*rds:DeleteDBCluster.* where it must not/,
    /list-attached-role-policies --role-name encrypt-db-worker/,
  ],
  [
    "a role that changes what nobody enrolled",
    policyOf("change", (had) => [...had, { Effect: "Allow", Action: "rds:Modify*", Resource: "*" }]),
    "error",
    /encrypt-db-change may rds:ModifyDBCluster/,
    /permissions\.ts/,
  ],
  [
    "a role that may enrol",
    policyOf("change", (had) => [
      ...had.filter(({ Effect }) => Effect === "Allow"),
      { Effect: "Allow", Action: "rds:AddTagsToResource", Resource: "*" },
    ]),
    "error",
    /encrypt-db-change may rds:AddTagsToResource/,
    /permissions\.ts/,
  ],
  [
    "a role that may delete a source",
    policyOf("destroy", (had) => [
      ...had,
      {
        Effect: "Allow",
        Action: "rds:DeleteDBInstance",
        Resource: "*",
        Condition: { StringEquals: { [`aws:ResourceTag/${roleTag}`]: "source" } },
      },
    ]),
    "error",
    /encrypt-db-destroy may rds:DeleteDBInstance/,
    /permissions\.ts/,
  ],
  [
    "a role that may delete what was copied for safety",
    policyOf("destroy", (had) => [
      ...had,
      {
        Effect: "Allow",
        Action: ["rds:DeleteDBSnapshot", "rds:DeleteDBClusterSnapshot"],
        Resource: "*",
        Condition: { StringEquals: { [`aws:ResourceTag/${roleTag}`]: ["copy", "safety-copy"] } },
      },
    ]),
    "error",
    /encrypt-db-destroy may rds:DeleteDBClusterSnapshot/,
    /permissions\.ts/,
  ],
  [
    "a role that trusts somebody else",
    trusted(`arn:aws:iam::${accountId}:role/other`, "sts:AssumeRole", "sts:SetSourceIdentity"),
    "error",
    /encrypt-db-change does not let .*encrypt-db-worker sts:AssumeRole/,
    /update-assume-role-policy/,
  ],
  [
    "a role that takes no approver's name",
    trusted(roleArn("worker"), "sts:AssumeRole"),
    "error",
    /does not let .* sts:SetSourceIdentity/,
    /update-assume-role-policy/,
  ],
  [
    "a role that trusts the whole account",
    trusted(`arn:aws:iam::${accountId}:root`, "sts:AssumeRole", "sts:SetSourceIdentity"),
    "warning",
    /taken on by .*:root as well/,
    /leave the worker's role alone/,
  ],
  [
    "a role that is not there",
    set("DESTROY_ROLE_ARN", `arn:aws:iam::${accountId}:role/absent`),
    "error",
    /no role .*absent/,
    /DESTROY_ROLE_ARN/,
  ],
];

describe("of the roles", () => {
  test.each(faults)("%s is found", expectFound);
});
