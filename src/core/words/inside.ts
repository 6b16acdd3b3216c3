/** What writes inside a database without a client, and what its tables hold. */
export const insideProblems = {
  "attached.replication-slots": {
    why: "{name} has replication slots: {attached}. They do not come along, and behind the fence their consumers could not fetch what they have not confirmed.",
    fix: "Stop what writes to it, let the consumers catch up and drop the slots (`SELECT pg_drop_replication_slot(…)`); once it is moved, create them anew before anything writes again. Or let the consumers begin with a new snapshot afterwards.",
  },
  "attached.pg-cron": {
    why: "pg_cron jobs write inside {name} without a client ({attached}); the fence does not stop them, and the bot's login may not turn them off.",
    fix: "Let it: `GRANT USAGE ON SCHEMA cron TO encrypt_db; GRANT UPDATE (active) ON cron.job TO encrypt_db; ALTER ROLE encrypt_db BYPASSRLS`, where pg_cron is installed. Or turn them off yourself (`cron.alter_job(jobid, active := false)`) until the migration has ended.",
  },
  "attached.subscription": {
    why: "Subscriptions write inside {name} without a client ({attached}); the fence does not stop them, and the bot's login may not turn them off.",
    fix: "Make it a member of their owner (`GRANT owner TO encrypt_db`), or disable them yourself (`ALTER SUBSCRIPTION … DISABLE`) and enable them on the replacement, and nowhere else, when it is open.",
  },
  "inside.cannot-compare": {
    why: "The login {user} may not read every table of {name}: of those that it may not read, only that they are not empty is compared before the opening.",
    fix: "It does no harm: the marker proves that nothing is missing at the end. `GRANT pg_read_all_data TO {user}` lets rows be compared too; the bot keeps nothing but sums of hashes.",
  },
  "proof.writer-on": {
    why: "Inside {name} something writes without a client: {writers}.",
    fix: "Find out who turned it on again, turn it off, and retry; or roll back: nothing is lost by it.",
  },
  "verify.contents-differ": {
    why: "The replacement of {name} does not hold what the source holds: {differences}.",
    fix: "Do not open it. Roll back: nothing is lost by it.",
  },
} as const satisfies Record<string, { why: string; fix: string }>;

export const insideSentences = {
  "step.silence-writers": "Turn off what writes inside {name} without a client",
  "step.silence-writers.undo": "Turn on again what was turned off inside {name}",
  "step.restore-writers": "Turn on, on the replacement, what was turned off on the source",
  "step.restore-writers.undo": "Turn it off again on the replacement",
  "step.verify-whole": "Compare every row with the source",
  "step.verify-contents":
    "Compare what the tables hold with the source, as far as the time allowed for it goes",

  "skip.not-asked-for": "nobody has asked for it by the tag {tag}=whole",
  "skip.no-writers": "nothing writes inside it without a client",

  "saw.silent": "nothing is on that writes without a client",
  "saw.writers-on": "{writers}: on again",
  "saw.contents-equal": "{compared} tables, each row of them, have the same hashes: {rows} rows",
  "saw.sample-equal":
    "{compared} tables have the same hashes: {rows} rows; of tables over 8 MB a sample of blocks, which tells of many missing rows and may miss a few",
  "saw.contents-unread": "of {tables} more tables only that they are there and not empty: {why}",

  "wait.writers": "what was turned off is not all on again",

  "remark.writers":
    "Turned off from before the fence until after the opening: {writers}. Publishers keep their log for a subscription meanwhile.",
  "remark.comes-back-empty": "Unlogged, so that the replacement has it empty: {tables}.",

  "check.reads-everything": "The bot's login may read every table, to compare it",
} as const satisfies Record<string, string>;
