import { readFileSync } from "node:fs";
import * as backup from "@aws-sdk/client-backup";
import * as rds from "@aws-sdk/client-rds";
import { expect, test } from "vitest";
import { awsCall } from "../by-hand/aws-command.ts";
import { wordsOf } from "../by-hand/shell-words.ts";
import { type TwoAccounts, twoAccounts } from "../sim/aws/backup/two-accounts.ts";
import { minute } from "../sim/aws/laboratory.ts";

/** The commands by which the runbook restores a copy, typed in the other account's shell. */
const chapter = readFileSync("infra/runbook.md", "utf8").split("### Restore in the other account")[1] ?? "";
const block = /```sh\n([\s\S]*?)```/.exec(chapter)?.[1] ?? "";
const commands = block
  .replaceAll("\\\n", " ")
  .split("\n")
  .filter((line) => line.startsWith("aws "));

type Sent = new (input: object) => never;

async function type(lab: TwoAccounts, of: RegExp, filled: Readonly<Record<string, string>>) {
  const template = commands.find((command) => of.test(command)) ?? "";
  const command = Object.entries(filled).reduce((text, [from, to]) => text.replaceAll(from, to), template);
  const { service, operation, input } = awsCall(wordsOf(command, {}));
  const named = (service === "rds" ? rds : backup) as unknown as Readonly<Record<string, Sent>>;
  const Command = named[`${operation}Command`];
  if (!Command) throw new Error(`the SDK has no ${operation}`);
  const client: { send(command: never): Promise<unknown> } =
    service === "rds" ? lab.at.there.rds : lab.at.there.backup;
  return client.send(new Command(input));
}

/** What the reader has to put in. */
const filled = (lab: TwoAccounts, arn: string, major: string) => ({
  "RECOVERY-POINT-ARN": arn,
  "KEY-ARN": lab.other.state.backup.vaults["encrypt-db-copies"]?.keyArn ?? "",
  VERSION: "16.6",
  CLASS: "db.r6g.large",
  SUBNETS: "default",
  "sg-…": "sg-0da7aba5e5",
  GROUP: `default.${major}`,
});

test("the runbook has a command for each thing that is done", () => {
  expect(commands.map((command) => command.split(" ").slice(1, 3).join(" "))).toEqual([
    "backup list-recovery-points-by-backup-vault",
    "rds restore-db-cluster-from-snapshot",
    "rds create-db-instance",
    "rds restore-db-instance-from-db-snapshot",
  ]);
});

test("typed in the other account they bring a cluster back, under the key of that account, with its rows", async () => {
  const lab = twoAccounts();
  const copy = await lab.copy((await lab.backUp(lab.seed())).RecoveryPointArn);
  const arn = copy.DestinationRecoveryPointArn ?? "";
  expect(await type(lab, / list-recovery-points/, {})).toMatchObject({
    RecoveryPoints: [{ RecoveryPointArn: arn, Status: "COMPLETED" }],
  });
  const given = filled(lab, arn, "aurora-postgresql16");
  await type(lab, / restore-db-cluster/, given);
  await lab.pass(60 * minute);
  await type(lab, / create-db-instance/, given);
  await lab.pass(60 * minute);
  const [cluster] = Object.values(lab.other.state.clusters);
  expect(cluster).toMatchObject({
    id: "orders-prod",
    status: "available",
    storageKey: { type: "sse-kms", arn: given["KEY-ARN"] },
    settings: { DeletionProtection: true },
  });
  expect(Object.values(lab.other.state.instances)).toMatchObject([
    { id: "orders-prod-1", status: "available", writer: true },
  ]);
  expect(lab.data.volumes.get(cluster?.resourceId ?? "")?.map(({ value }) => value)).toEqual(["first"]);
});

test("and an instance", async () => {
  const lab = twoAccounts();
  const copy = await lab.copy((await lab.backUp(lab.seedInstance())).RecoveryPointArn);
  const given = filled(lab, copy.DestinationRecoveryPointArn ?? "", "postgres17");
  await type(lab, / restore-db-instance/, given);
  await lab.pass(60 * minute);
  const [instance] = Object.values(lab.other.state.instances);
  expect(instance).toMatchObject({
    id: "wiki-prod",
    storageKey: { type: "sse-kms", arn: given["KEY-ARN"] },
    settings: { DeletionProtection: true },
  });
  expect(lab.data.volumes.get(instance?.resourceId ?? "")?.map(({ value }) => value)).toEqual(["first"]);
});
