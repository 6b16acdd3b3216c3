import { expect, test } from "vitest";
import { destinationFile } from "../../infra/destination-settings.ts";
import { settingsFile } from "../../infra/settings.ts";
import { parseSettings, readSettings } from "../../infra/settings-file.ts";
import { exampleDestination, exampleSettings, settingsWithBackup } from "./deployment.ts";

const parse = (changes: object) =>
  parseSettings(settingsFile, JSON.stringify({ ...exampleSettings, ...changes }), "settings.json");

test("the example is complete", () => {
  expect(readSettings(settingsFile, settingsFile.example)).toEqual(exampleSettings);
  expect(readSettings(settingsFile, "infra/no-such-file.json")).toBeUndefined();
});

test("everything that is missing or wrong is named at once", () => {
  const { account: _account, ...others } = exampleSettings;
  const wrong = { ...others, region: "Ireland", alarmEmails: [] };
  const read = () => parseSettings(settingsFile, JSON.stringify(wrong), "infra/settings.json");
  expect(read).toThrow(/infra\/settings\.json is not complete/);
  for (const named of [/ {2}account: /, / {2}region: must be a Region/, / {2}alarmEmails: /])
    expect(read).toThrow(named);
});

test("what is not JSON is said to be none", () => {
  expect(() => parseSettings(settingsFile, "{", "infra/settings.json")).toThrow(
    /^infra\/settings\.json is not JSON: /,
  );
});

const { slack, keys, vpc, secret } = exampleSettings;
const session = "arn:aws:sts::111122223333:assumed-role/Dba/bob";
const elsewhere = "arn:aws:kms:us-east-1:111122223333:key/1234abcd";

test.each([
  ["a setting that nobody reads", { acount: "111122223333" }, /acount/],
  ["a channel by its name", { slack: { ...slack, channels: ["#databases"] } }, /slack\.channels\.0: .*C…/],
  ["a group beside people", { slack: { ...slack, approvers: ["S01234567", "U01234567"] } }, /one user group/],
  ["nobody who may approve", { slack: { ...slack, approvers: [] } }, /slack\.approvers/],
  ["an alias as the key", { keys: { ...keys, default: "alias/databases" } }, /keys\.default: .*arn:aws:kms/],
  ["a key of another Region", { keys: { ...keys, others: [elsewhere] } }, /us-east-1.* is not in eu-west-1/],
  [
    "a secret of another account",
    { secret: { ...secret, arn: secret.arn.replace("111122223333", "444455556666") } },
    /secret\.arn: must be in eu-west-1 of 111122223333/,
  ],
  [
    "any session of a role as an operator",
    { operators: { [`${session}*`]: "U01234567" } },
    /operators: .*\* is no user and no one session/,
  ],
  [
    "a role as an operator",
    { operators: { "arn:aws:iam::111122223333:role/Dba": "U01234567" } },
    /operators/,
  ],
  [
    "an approver who is no operator",
    { operators: { [session]: "U01234567" }, operatorApprovers: ["U07654321"] },
    /operatorApprovers: must be people whom operators names/,
  ],
  [
    "a second list of approvers",
    {
      slack: { ...slack, approvers: ["U01234567"] },
      operators: { [session]: "U01234567" },
      operatorApprovers: ["U01234567"],
    },
    /operatorApprovers: goes only with a user group/,
  ],
  [
    "a vault of the databases' own account",
    {
      backup: {
        ...settingsWithBackup.backup,
        destinationVaultArn: "arn:aws:backup:eu-west-1:111122223333:backup-vault:x",
      },
    },
    /backup: must be of another account/,
  ],
  [
    "a verification role of a third account",
    { backup: { ...settingsWithBackup.backup, verificationRoleArn: "arn:aws:iam::777788889999:role/x" } },
    /backup: .*both of the same/,
  ],
  ["one subnet", { vpc: { ...vpc, subnets: vpc.subnets.slice(1) } }, /vpc\.subnets/],
  ["databases everywhere", { vpc: { ...vpc, databaseCidrs: ["0.0.0.0/0"] } }, /vpc\.databaseCidrs/],
  ["a port that is none", { vpc: { ...vpc, databasePorts: [70_000] } }, /vpc\.databasePorts/],
])("%s is refused", (_what, changes, message) => {
  expect(() => parse(changes)).toThrow(message);
});

test("of the other account all that is wrong is named, and where it is explained", () => {
  const { worker: _, ...others } = exampleDestination;
  const read = (settings: object) => () => parseSettings(destinationFile, JSON.stringify(settings), "d.json");
  expect(read(exampleDestination)()).toEqual(exampleDestination);
  expect(read({ ...others, lockedDays: 0 })).toThrow(/ {2}worker: .*\n {2}lockedDays: /);
  expect(read({ ...exampleDestination, account: "111122223333" })).toThrow(
    /account: must be another account.*\ninfra\/destination-settings\.ts says/,
  );
});
