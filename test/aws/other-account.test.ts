import { BackupClient, PutBackupVaultAccessPolicyCommand } from "@aws-sdk/client-backup";
import { expect, test } from "vitest";
import { createAccountClients } from "../../src/aws/clients.ts";
import { createOtherAccount } from "../../src/aws/other-account.ts";
import { accountPlugin } from "../../src/sim/aws/middleware.ts";
import { minute, region } from "../sim/aws/laboratory.ts";
import { twoAccounts } from "./backup-lab.ts";

const copy = "arn:aws:rds:eu-central-1:210987654321:cluster-snapshot:awsbackup:copyjob-1";

function looking() {
  const lab = twoAccounts();
  const clients = createAccountClients({ region, plugin: accountPlugin(lab.account) });
  return { ...lab, lookInto: createOtherAccount(clients, lab.clock.now) };
}

test("one session lasts for many looks, and another is had before it ends", async () => {
  const { cloud, target, calls, clock, other } = twoAccounts();
  await cloud.findCopy(target, copy);
  await cloud.findCopy(target, copy);
  clock.time += 12 * minute;
  await cloud.findCopy(target, copy);
  expect(calls("AssumeRole")).toHaveLength(1);
  clock.time += 2 * minute;
  await cloud.findCopy(target, copy);
  expect(calls("AssumeRole")).toHaveLength(2);
  expect(calls("DescribeRecoveryPoint", other).map(({ callerArn }) => callerArn)).toEqual(
    Array(4).fill("arn:aws:sts::210987654321:assumed-role/encrypt-db-verify/encrypt-db"),
  );
});

test("a session that could not be had is asked for anew", async () => {
  const { account, cloud, target } = twoAccounts();
  account.faults = ({ operation }) => (operation === "AssumeRole" ? "timeout-before" : undefined);
  await expect(cloud.findCopy(target, copy)).rejects.toMatchObject({ kind: "unanswered" });
  account.faults = undefined;
  expect(await cloud.findCopy(target, copy)).toBeUndefined();
});

test("a session looks and does nothing else, whatever the role may do", async () => {
  const { lookInto, target, other } = looking();
  const { backup } = await lookInto(target);
  const command = new PutBackupVaultAccessPolicyCommand({ BackupVaultName: "copies", Policy: "{}" });
  await expect(backup.send(command)).rejects.toMatchObject({ name: expect.stringMatching(/^AccessDenied/) });
  const owner = new BackupClient({ region });
  owner.middlewareStack.use(accountPlugin(other)(undefined));
  await expect(owner.send(command)).resolves.toBeDefined();
});

test("the vault is asked in its own Region", async () => {
  const { lookInto, target } = looking();
  const destinationVaultArn = target.destinationVaultArn.replace(region, "eu-west-3");
  const { backup, kms } = await lookInto({ ...target, destinationVaultArn });
  expect(await backup.config.region()).toBe("eu-west-3");
  expect(await kms.config.region()).toBe("eu-west-3");
});
