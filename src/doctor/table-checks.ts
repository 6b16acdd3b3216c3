import { tableDefinition } from "../aws/dynamo-items.ts";
import { layoutOf, type TableFacts } from "../aws/table-settings.ts";
import type { Check, Finding } from "./check.ts";

export const tableChecks: readonly Check[] = [
  {
    claim: "The table is there, with the keys and indexes that the store uses",
    look: async ({ account, config }) => {
      const table = await account.findTable(config.TABLE_NAME);
      return table ? layoutFindings(table) : [absent(config.TABLE_NAME, config.AWS_REGION)];
    },
  },
  {
    claim:
      "The table is kept safe: on demand, restorable, protected, encrypted under a key of the account, and nothing in it expires",
    look: async ({ account, config }) => {
      const table = await account.findTable(config.TABLE_NAME);
      return table ? keepingFindings(table, config.TABLE_NAME) : [];
    },
  },
];

function absent(name: string, region: string): Finding {
  return {
    severity: "error",
    what: `There is no table ${name} in ${region}.`,
    why: "The store is there or nothing is: not even a command can be recorded.",
    remedy: "npm run deploy makes it. Or mend TABLE_NAME or AWS_REGION.",
  };
}

function layoutFindings({ keys, indexes }: TableFacts): readonly Finding[] {
  const meant = layoutOf(tableDefinition);
  const wrong = (what: string, why: string): Finding => ({
    severity: "error",
    what,
    why,
    remedy:
      "Keys and local indexes are given only when a table is made: make another from tableDefinition in src/aws/dynamo-items.ts (npm run deploy), and name it in TABLE_NAME.",
  });
  return [
    ...(keys === meant.keys
      ? []
      : [wrong(`The table's keys are ${keys}, not ${meant.keys}.`, "Nothing can be stored in it.")]),
    ...Object.entries(meant.indexes)
      .filter(([name, index]) => indexes[name] !== index)
      .map(([name, index]) =>
        wrong(
          `The index ${name} is ${indexes[name] ?? "not there"}, not ${index}.`,
          "What is due is found through it: migrations would stand still.",
        ),
      ),
  ];
}

function keepingFindings(table: TableFacts, name: string): readonly Finding[] {
  const aws = `aws dynamodb`;
  const findings: readonly (Finding | false)[] = [
    !table.onDemand && {
      severity: "warning",
      what: "The table's capacity is provisioned.",
      why: "A burst of looks in a downtime is throttled when it matters most.",
      remedy: `${aws} update-table --table-name ${name} --billing-mode PAY_PER_REQUEST`,
    },
    !table.pointInTimeRecovery && {
      severity: "error",
      what: "The table has no point-in-time recovery.",
      why: "Lost in the middle of a migration, it takes with it what was done and what is to be undone.",
      remedy: `${aws} update-continuous-backups --table-name ${name} --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true`,
    },
    !table.deletionProtection && {
      severity: "error",
      what: "The table may be deleted by one call.",
      why: "It holds the evidence of every approval, and the state of what is under way.",
      remedy: `${aws} update-table --table-name ${name} --deletion-protection-enabled`,
    },
    table.timeToLive && {
      severity: "error",
      what: "Items of the table expire.",
      why: "Nothing in it may go: a request whose item is gone is served again, and a plan is what was approved.",
      remedy: `${aws} update-time-to-live --table-name ${name} --time-to-live-specification Enabled=false,AttributeName=ATTRIBUTE (describe-time-to-live says which)`,
    },
    table.keyArn === null && {
      severity: "warning",
      what: "The table is encrypted under a key that AWS owns.",
      why: "Its use is not in your CloudTrail, and you cannot withdraw it.",
      remedy: `${aws} update-table --table-name ${name} --sse-specification Enabled=true,SSEType=KMS,KMSMasterKeyId=KEY`,
    },
  ];
  return findings.filter((finding) => finding !== false);
}
