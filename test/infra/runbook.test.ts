import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { all, settingsWithBackup, synthesise, synthesiseDestination } from "./deployment.ts";

const root = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const runbook = read("infra/runbook.md");

/** Where a migration that is under way can come upon a problem that only people can solve. */
const places = [
  ...readdirSync(join(root, "src/strategies"))
    .filter(
      (file) =>
        file.endsWith("-steps.ts") ||
        file.endsWith("looks.ts") ||
        file === "verify-settings.ts" ||
        file === "gates.ts",
    )
    .map((file) => `src/strategies/${file}`),
  ...readdirSync(join(root, "src/transfer")).map((file) => `src/transfer/${file}`),
  "src/core/transition.ts",
  "src/engine/turn.ts",
  "src/engine/reconcile.ts",
  "src/engine/drift.ts",
];

const stuckCodes = new Set(
  places.flatMap((path) =>
    [...read(path).matchAll(/\bproblem\(\s*"([a-z.-]+)"/g)].map(([, code = ""]) => code),
  ),
);

const explained = [...runbook.matchAll(/^\| `([a-z.-]+)` \|/gm)].map(([, code = ""]) => code);

test("the runbook explains every code with which a migration is stuck, and none that there is not", () => {
  expect(stuckCodes.size).toBeGreaterThan(20);
  expect([...new Set(explained)].sort()).toEqual([...stuckCodes].sort());
  expect(explained).toHaveLength(stuckCodes.size);
});

test("it has a chapter for every alarm, and names nothing that is not deployed", () => {
  const template = synthesise({ ...settingsWithBackup, transfer: { diskGiB: 21, clientVersions: [17] } });
  const names = (type: string, property: string) =>
    all(template, type).map((resource: Record<string, unknown>) => String(resource[property]));
  const alarms = names("AWS::CloudWatch::Alarm", "AlarmName");
  const headings = [...runbook.matchAll(/^### ([a-z-]+)$/gm)].map(([, heading]) => `encrypt-db-${heading}`);
  expect(headings.sort()).toEqual(alarms.sort());

  const deployed = [
    ...names("AWS::Lambda::Function", "FunctionName"),
    ...names("AWS::Events::Rule", "Name"),
    ...names("AWS::SQS::Queue", "QueueName"),
    ...names("AWS::DynamoDB::Table", "TableName"),
    ...names("AWS::ECS::Cluster", "ClusterName"),
    ...all(synthesiseDestination(), "AWS::Backup::BackupVault").map(({ BackupVaultName }) => BackupVaultName),
  ];
  const named = [...runbook.matchAll(/(?<=[ `/])encrypt-db(?:-[a-z-]+)?(?=[ `])/g)].map(([name]) => name);
  expect(named.length).toBeGreaterThan(4);
  expect(named.filter((name) => !deployed.includes(name))).toEqual([]);
});
