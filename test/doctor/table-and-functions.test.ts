import { describe, test } from "vitest";
import {
  all,
  expectFound,
  type Fault,
  notWorking,
  numberedSorting,
  policyOf,
  provisioned,
  set,
  silence,
  tableWith,
  variables,
  withoutVpc,
} from "./plants.ts";

const faults: readonly Fault[] = [
  [
    "credentials of another account",
    set("AWS_ACCOUNT_ID", "999999999999"),
    "error",
    /AWS_ACCOUNT_ID is 999999999999, and these credentials are of 123456789012/,
    /AWS_PROFILE/,
  ],
  [
    "a table with other keys",
    numberedSorting,
    "error",
    /keys are pk \(S, HASH\), sk \(N, RANGE\), not/,
    /make another/,
  ],
  [
    "no table of that name",
    all(
      set("TABLE_NAME", "other"),
      policyOf("worker", (had) => [...had, { Effect: "Allow", Action: "dynamodb:*", Resource: "*" }]),
    ),
    "error",
    /no table other in eu-west-1/,
    notWorking,
  ],
  [
    "a table without an index",
    ({ definition }) =>
      void Object.assign(definition, {
        LocalSecondaryIndexes: undefined,
        AttributeDefinitions: (definition.AttributeDefinitions as { AttributeName: string }[]).filter(
          ({ AttributeName }) => AttributeName !== "since",
        ),
      }),
    "error",
    /index since is not there/,
    /tableDefinition/,
  ],
  [
    "a table of provisioned capacity",
    ({ definition }) => void Object.assign(definition, provisioned(definition)),
    "warning",
    /capacity is provisioned/,
    /--billing-mode PAY_PER_REQUEST/,
  ],
  [
    "a table that cannot be restored",
    tableWith({ PointInTimeRecoveryStatus: "DISABLED" }),
    "error",
    /no point-in-time recovery/,
    /update-continuous-backups --table-name encrypt-db/,
  ],
  [
    "a table that one call deletes",
    tableWith({ DeletionProtectionEnabled: false }),
    "error",
    /deleted by one call/,
    /--deletion-protection-enabled/,
  ],
  [
    "a table whose items expire",
    tableWith({ TimeToLiveStatus: "ENABLING" }),
    "error",
    /expire/,
    /update-time-to-live/,
  ],
  [
    "a table under AWS's own key",
    ({ table }) => void delete table.SSEDescription,
    "warning",
    /key that AWS owns/,
    /SSEType=KMS/,
  ],
  [
    "no probe function",
    all(
      set("PROBE_FUNCTION", "absent"),
      policyOf("worker", (had) => [...had, { Effect: "Allow", Action: "lambda:*", Resource: "*" }]),
    ),
    "error",
    /no function absent/,
    notWorking,
  ],
  [
    "a probe outside of a VPC",
    ({ change }) =>
      change((before) => ({
        ...before,
        functions: { ...before.functions, probe: withoutVpc(before.functions.probe) },
      })),
    "error",
    /probe is in no VPC/,
    notWorking,
  ],
  [
    "a probe without its password",
    variables("probe", (of) => {
      delete of.DATABASE_PASSWORD;
    }),
    "error",
    /probe was not given DATABASE_PASSWORD/,
    /infra\/settings\.json/,
  ],
  [
    "a probe that is stopped too early",
    ({ changeFunction }) => changeFunction("probe", { Timeout: 3 }),
    "error",
    /probe may run 3 s/,
    /--timeout 300/,
  ],
  [
    "an old runtime",
    ({ changeFunction }) => changeFunction("worker", { Runtime: "nodejs18.x" }),
    "error",
    /worker runs on nodejs18\.x/,
    /--runtime nodejs24\.x/,
  ],
  [
    "a worker that is stopped while it lingers",
    ({ changeFunction }) => changeFunction("worker", { Timeout: 60 }),
    "error",
    /worker may run/,
    /--timeout 420/,
  ],
  [
    "a worker without a variable",
    variables("worker", (of) => {
      delete of.SLACK_APPROVERS;
      delete of.TABLE_NAME;
    }),
    "error",
    /worker was not given TABLE_NAME, SLACK_APPROVERS/,
    /README\.md, Configuration/,
  ],
  ["a schedule that never ran", silence(null), "error", /worker never ran/, /every-minute/],
  ["a schedule that was switched off", silence(600_000), "error", /last ran 10 min/, /ENABLED/],
];

describe("of the table and the functions", () => {
  test.each(faults)("%s is found", expectFound);
});
