import { beforeAll, describe, expect, test } from "vitest";
import type { JournalEntry, Migration } from "../../src/core/migration.ts";
import { hashOf, type Plan } from "../../src/core/plan.ts";
import { cleaning } from "../../src/core/secret-forms.ts";
import { textOf } from "../../src/evidence/format.ts";
import { makePack } from "../../src/evidence/pack.ts";
import { pageOf } from "../../src/evidence/page.ts";
import { verifyEvidence } from "../../src/evidence/verify.ts";
import { aLife, database, moveAll, name, newest } from "../engine/life.ts";
import { fileOf } from "./lives.ts";

/** By value: they look like nothing. */
const known = ["correct horse battery staple", "s3cr3t/with+signs=", '"quoted" and \\ more'];

/** By their form. */
const byForm = [
  "xoxb-1234-5678-abcdefABCDEF",
  "https://hooks.slack.com/commands/T0/1/abcdef",
  `v0=${"ab".repeat(32)}`,
  "postgres://app:hunter2-in-a-url@db.example.com/orders",
  "host=db user=app password=hunter2-in-a-dsn sslmode=require",
  "PGPASSWORD='hunter2 with spaces' psql",
  'DATABASE_PASSWORD="hunter2-quoted"',
  '{"user":"app","password":"hunter2-in-json"}',
  "X-Amz-Security-Token=hunter2-session",
  "-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----",
];

/** What must be in no pack, of each of those. */
const traces = [
  ...known,
  "xoxb-1234",
  "hooks.slack.com",
  "abababab",
  "hunter2",
  ...known.map((secret) => JSON.stringify(secret).slice(1, -1)),
];

interface Made {
  readonly migration: Migration;
  readonly plan: Plan;
  readonly journal: readonly JournalEntry[];
}
let made: Made;

beforeAll(async () => {
  const life = aLife();
  await moveAll(life);
  const migration = await newest(life);
  const plan = migration && (await life.world.store.findPlan(database, migration.planHash));
  if (!migration || !plan) throw new Error("nothing was moved");
  made = { migration, plan, journal: await life.world.store.journalAfter(migration, 0) };
});

function packOf(of: Made) {
  return makePack(of, cleaning(known));
}

function expectClean(of: Made) {
  const pack = packOf(of);
  const all = `${textOf(pack)}${pageOf(pack, "pack.json")}`;
  for (const trace of traces) expect(all, trace).not.toContain(trace);
  expect(verifyEvidence(fileOf(pack)).faults).toEqual([]);
  return pack;
}

test("without a secret nothing is taken out", () => {
  const pack = packOf(made);
  expect(textOf(pack)).not.toContain("[redacted]");
  expect(pack.sections.plan.redacted).toBe(false);
});

describe.each([...known, ...byForm])("%j is in no pack", (secret) => {
  test("when somebody says it, and the entry that told it is said to be redacted", () => {
    const [first, ...rest] = made.journal;
    if (!first) throw new Error("the journal is empty");
    const what = { ...first.what, params: { ...first.what.params, reason: `because ${secret} and so on` } };
    const said = { ...made, journal: [{ ...first, what }, ...rest] };
    const pack = expectClean(said);
    expect(pack.sections.journal[0]?.redacted).toBe(true);
    const verdict = verifyEvidence(fileOf(pack));
    expect(verdict.proves.map(({ code }) => code)).not.toContain("proves.journal");
    expect(verdict.unproved).toContainEqual({ code: "unproved.redacted-entry", params: { seq: 1 } });
  });

  test("when a tag of the source holds it, and the plan is said to be redacted", () => {
    const pinned = structuredClone(made.plan.pinned) as { settings: { tags: Record<string, string> } };
    pinned.settings.tags.connection = `see ${secret}`;
    const plan: Plan = { ...made.plan, pinned };
    const hash = hashOf(plan);
    const approvals = made.migration.approvals.map((given) => ({ ...given, planHash: hash }));
    const of = {
      ...made,
      plan: { ...plan, hash },
      migration: { ...made.migration, planHash: hash, approvals },
    };
    const pack = expectClean(of);
    expect(pack.sections.plan.redacted).toBe(true);
    const verdict = verifyEvidence(fileOf(pack));
    expect(verdict.proves.map(({ code }) => code)).not.toContain("proves.plan");
    expect(verdict.unproved.map(({ code }) => code)).toContain("unproved.redacted-plan");
  });

  test("when an observation, a problem or something learned holds it", () => {
    const steps = structuredClone(made.migration.steps);
    const seen = steps.mark?.evidence[0];
    if (!seen) throw new Error("nothing was seen of the marker");
    seen.observed = secret;
    seen.claim.params.more = secret;
    const problem = { code: "step.deadline", params: { step: secret, limit: 1, name } };
    const learned = { ...made.migration.learned, note: { deep: [{ secret }] } };
    expectClean({ ...made, migration: { ...made.migration, steps, problem, learned } });
  });
});

test.each(["db-password", "ApiKey", "app.secret", "github_token", "CREDENTIALS"])(
  "the value of a tag named %s is taken out, whatever it is",
  (tag) => {
    const learned = {
      ...made.migration.learned,
      tagsTakenOff: { [tag]: "looks like nothing", service: "orders" },
    };
    const pack = packOf({ ...made, migration: { ...made.migration, learned } });
    expect(pack.sections.learned.tagsTakenOff).toEqual({ [tag]: "[redacted]", service: "orders" });
  },
);

test("the name of a secret, a marker and the bot's own tags are no secrets", () => {
  const secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!cluster-1a2b";
  const tags = { "secret-arn": secret, "encrypt-db:passwords-by-owner": "app reporting" };
  const learned = { ...made.migration.learned, secret, token: "m00001", tagsTakenOff: tags };
  const pack = packOf({ ...made, migration: { ...made.migration, learned } });
  expect(pack.sections.learned).toMatchObject({ secret, token: "m00001", tagsTakenOff: tags });
});
