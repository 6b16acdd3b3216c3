import { record } from "../../src/core/journal.ts";
import type { Migration } from "../../src/core/migration.ts";
import type { Plan } from "../../src/core/plan.ts";
import type { Request } from "../../src/engine/request.ts";

const requester = { id: "alice@example.com", user: "U1", name: "Alice" };

/** A migration of `orders` that has just been asked for. */
export function aMigration(id: string, given: Partial<Migration> = {}): Migration {
  return {
    id,
    revision: 1,
    target: { account: "123456789012", region: "eu-central-1", kind: "cluster", name: "orders" },
    strategy: { id: "aurora-point-in-time", version: 1 },
    planHash: `hash-of-${id}`,
    pinned: { source: { name: "orders", resourceId: "cluster-1" } },
    learned: {},
    findings: [],
    request: { id: "trigger-1", key: "alias/databases" },
    expected: { restore: 1_200_000 },
    longestDowntime: 3_600_000,
    requester,
    channel: "C1",
    status: "open",
    direction: "forward",
    problem: null,
    steps: {},
    approvals: [],
    downtimeBegan: null,
    downtimeEnded: null,
    budgetSaid: "nothing",
    rollback: null,
    sightings: {},
    aftercare: null,
    journal: [],
    journalHead: { seq: 0, hash: "" },
    createdAt: 1_000,
    endedAt: null,
    ...given,
  };
}

export function aPlan(hash: string): Plan {
  return {
    hash,
    migration: "m1",
    strategy: { id: "aurora-point-in-time", version: 1, title: { code: "title", params: {} } },
    target: { account: "123456789012", region: "eu-central-1", kind: "cluster", name: "orders" },
    keyArn: "arn:aws:kms:eu-central-1:123456789012:key/1",
    pinned: { source: { name: "orders" } },
    steps: [],
    checks: [],
    options: [],
    findings: [{ code: "finding", severity: "warns", params: { text: "ä" } }],
    remarks: [{ code: "remark", params: { text: "ä → \"'\u0000\n", count: 3 } }],
    longestDowntime: 3_600_000,
  };
}

export function aRequest(id: string, at: number): Request {
  const asked = { id, at, user: "U1", team: "T1", channel: "C1", responseUrl: "https://example.com/answer" };
  return {
    ...asked,
    kind: "click",
    press: { does: "pause" },
    database: "123456789012/eu-central-1/orders",
    migration: "m1",
    planHash: "hash-of-m1",
    messageTs: "1.2",
  };
}

/** The migration at its next revision, after `count` things have happened. */
export function later(migration: Migration, count = 1, given: Partial<Migration> = {}): Migration {
  let next: Migration = { ...migration, revision: migration.revision + 1, ...given };
  for (let happened = 0; happened < count; happened += 1) {
    next = record(next, { code: "happened", params: { n: next.journalHead.seq + 1 } }, 1_000 + happened);
  }
  return next;
}
