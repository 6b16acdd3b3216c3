import { expect, test } from "vitest";
import { frontSchema, probeSchema, readConfig, readServerConfig, workerSchema } from "../src/config.ts";

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
  WORKER_FUNCTION: "worker",
  PROBE_FUNCTION: "probe",
  FENCE_SECURITY_GROUPS: "vpc-1=sg-1, vpc-2=sg-2",
  SLACK_CHANNELS: "C1 C2",
  SLACK_APPROVERS: "U2,U3",
};

test("a complete environment is read, with lists, pairs and minutes as what they are", () => {
  expect(readConfig(workerSchema, complete)).toMatchObject({
    FENCE_SECURITY_GROUPS: { "vpc-1": "sg-1", "vpc-2": "sg-2" },
    SLACK_CHANNELS: ["C1", "C2"],
    SLACK_APPROVERS: ["U2", "U3"],
    LONGEST_DOWNTIME_MINUTES: 90 * 60_000,
    APPROVAL_LIFETIME_MINUTES: 60 * 60_000,
  });
  expect(readConfig(frontSchema, complete).WORKER_FUNCTION).toBe("worker");
});

test("every variable that is missing or wrong is named at once, and no value is shown", () => {
  const broken = {
    ...complete,
    AWS_ACCOUNT_ID: "12-very-secret",
    SLACK_TEAM_ID: "very-secret",
    TABLE_NAME: undefined,
  };
  const read = () => readConfig(workerSchema, broken);
  expect(read).toThrow(/AWS_ACCOUNT_ID: must be the 12 digits[\s\S]*/);
  expect(read).toThrow(/SLACK_TEAM_ID/);
  expect(read).toThrow(/TABLE_NAME/);
  expect(read).not.toThrow(/very-secret/);
});

test("one role without the other is refused, since every act would then run unnarrowed", () => {
  const environment = { ...complete, CHANGE_ROLE_ARN: "arn:aws:iam::123456789012:role/change" };
  expect(() => readConfig(workerSchema, environment)).toThrow(/DESTROY_ROLE_ARN: .*go together/);
  expect(() => readServerConfig(environment)).toThrow(/DESTROY_ROLE_ARN: .*go together/);
});

const backup = {
  BACKUP_VAULT: "encrypt-db",
  BACKUP_ROLE_ARN: "arn:aws:iam::123456789012:role/encrypt-db-AWSBackup",
  BACKUP_DESTINATION_VAULT_ARN: "arn:aws:backup:eu-west-1:210987654321:backup-vault:encrypt-db-copies",
  BACKUP_VERIFICATION_ROLE_ARN: "arn:aws:iam::210987654321:role/encrypt-db-verify",
};

test("where copies go is said as a whole or not at all, and for how long is never left open", () => {
  expect(readConfig(workerSchema, { ...complete, ...backup })).toMatchObject(backup);
  expect(readConfig(workerSchema, complete)).toMatchObject({ BACKUP_KEEP_DAYS: 35, RETENTION_DAYS: 14 });
  for (const name of Object.keys(backup)) {
    const environment = { ...complete, ...backup, [name]: undefined };
    expect(() => readConfig(workerSchema, environment), name).toThrow(/BACKUP_VAULT: .*go together/);
    expect(() => readServerConfig(environment), name).toThrow(/BACKUP_VAULT: .*go together/);
  }
});

test.each([
  ["BACKUP_DESTINATION_VAULT_ARN", "encrypt-db-copies", /must be the ARN of a backup vault/],
  ["BACKUP_DESTINATION_VAULT_ARN", "arn:aws:backup:eu-west-1:123456789012:backup-vault:copies", /of another/],
  ["BACKUP_VERIFICATION_ROLE_ARN", "arn:aws:iam::333333333333:role/encrypt-db-verify", /of another account/],
  ["BACKUP_ROLE_ARN", "arn:aws:iam::123456789012:role/AWSBackup/jobs", /whose name holds AWSBackup/],
  ["BACKUP_KEEP_DAYS", "0", /whole number of days/],
  ["RETENTION_DAYS", "forever", /whole number of days/],
])("%s=%s is refused", (variable, value, message) => {
  expect(() => readConfig(workerSchema, { ...complete, ...backup, [variable]: value })).toThrow(message);
});

test("copies that stay in the account of the databases are refused", () => {
  const own = (arn: string) => arn.replace("210987654321", complete.AWS_ACCOUNT_ID);
  const environment = {
    ...complete,
    ...backup,
    BACKUP_DESTINATION_VAULT_ARN: own(backup.BACKUP_DESTINATION_VAULT_ARN),
    BACKUP_VERIFICATION_ROLE_ARN: own(backup.BACKUP_VERIFICATION_ROLE_ARN),
  };
  expect(() => readConfig(workerSchema, environment)).toThrow(
    /DESTINATION_VAULT_ARN: must be of another account/,
  );
});

test("one process needs the login of the databases only where no probe function asks them", () => {
  expect(readServerConfig(complete)).toMatchObject({ PORT: 3000, LISTEN_ADDRESS: "127.0.0.1" });
  const alone = () => readServerConfig({ ...complete, PROBE_FUNCTION: undefined });
  expect(alone).toThrow(/DATABASE_PASSWORD: is not set \(or name a PROBE_FUNCTION/);
  expect(alone).toThrow(/DATABASE_CA_FILE: is not set/);
});

test.each([
  ["PORT", ""],
  ["PORT", "65536"],
  ["PORT", "http"],
  ["LISTEN_ADDRESS", "localhost"],
])("%s=%s is refused", (variable, value) => {
  expect(() => readServerConfig({ ...complete, [variable]: value })).toThrow(`${variable}: must be`);
});

test.each(["vpc-1", "sg-1=vpc-1", "vpc-1=sg-1,nonsense"])(
  "fence groups written as %s are refused with their form",
  (text) => {
    expect(() => readConfig(workerSchema, { ...complete, FENCE_SECURITY_GROUPS: text })).toThrow(
      /vpc-1=sg-1,vpc-2=sg-2/,
    );
  },
);

test("a file of certificate authorities that cannot be read is named", () => {
  const environment = { DATABASE_PASSWORD: "very-secret", DATABASE_CA_FILE: "/nowhere/ca.pem" };
  expect(() => readConfig(probeSchema, environment)).toThrow(/DATABASE_CA_FILE: cannot be read/);
});
