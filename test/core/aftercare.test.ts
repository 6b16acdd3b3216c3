import { describe, expect, test } from "vitest";
import { type AftercareLook, aftercareOf, lookedAfter, type Seen } from "../../src/core/aftercare.ts";
import { isUnbroken } from "../../src/core/journal.ts";
import type { Migration } from "../../src/core/migration.ts";
import { plain } from "../../src/core/note.ts";
import { type Problem, problem } from "../../src/core/problem.ts";
import { say } from "../../src/core/sentences.ts";
import { days, hours } from "../../src/core/time.ts";
import { aMigration } from "../contracts/migrations.ts";

const end = Date.UTC(2026, 10, 24, 3);
const retention = days(14);

/** A move of `orders` that was finished, with the id `m1`: its source is `orders-old-m1`. */
function moved(given: Partial<Migration> = {}): Migration {
  const members = [{ settings: { instanceClass: "db.r6g.large" } }];
  const pinned = { retention, settings: {}, members };
  const ended = aMigration("m1", { status: "finished", endedAt: end, pinned, ...given });
  return { ...ended, aftercare: aftercareOf(ended, end) };
}

const backedUp = () => moved({ strategy: { id: "cross-account-backup", version: 1 } });

const there = (...concerns: Problem[]): Seen => ({ state: "there", concerns });
const unseen: Seen = { state: "unseen", because: "AWS answers ThrottlingException to DescribeDBClusters" };
const left: Seen = { state: "left" };
const gone = (...concerns: Problem[]): Seen => ({ state: "gone", concerns });

const sound: AftercareLook = { kept: there(), serving: there(), backups: there(), decommission: "none" };

const unfenced = problem("kept.unfenced", {
  name: "orders",
  retired: "orders-old-m1",
  groups: "sg-1",
  kind: "cluster",
  fenceGroup: "sg-2",
});
const stopped = problem("kept.stopped", { name: "orders", retired: "orders-old-m1" });
const late = problem("backups.late", { name: "orders", newest: end });
const planGone = problem("backups.plan-gone", { name: "orders", plan: "encrypt-db-orders" });
const databaseGone = problem("serving.gone", { name: "orders", resourceId: "cluster-2" });

type LookAt = (day: number) => Partial<AftercareLook>;

/** Looks whenever a look is due, for so many days, and gives back what was said on which day after the end. */
function live(from: Migration, forDays: number, look: LookAt = () => ({})) {
  let migration = from;
  const said: (readonly [day: number, code: string])[] = [];
  for (let now = end; now <= end + days(forDays); now += hours(1)) {
    if (migration.aftercare === null || migration.aftercare.nextLook > now) continue;
    const day = (now - end) / days(1);
    const before = migration.journalHead.seq;
    migration = lookedAfter(migration, { ...sound, ...look(day) }, now);
    const told = migration.journal.filter(({ seq }) => seq > before);
    said.push(...told.map(({ what }) => [day, what.code] as const));
  }
  return { migration, said };
}

describe("what is looked after", () => {
  test("is, of a move, its source until the retention is over, and the first look is a day later", () => {
    expect(moved().aftercare).toEqual({
      nextLook: end + days(1),
      kept: { until: end + retention, reminders: 0, nextReminder: end + retention },
      concerns: [],
      seen: { kept: end, serving: end, backups: end },
    });
  });

  test("is looked at sooner where the retention ends sooner", () => {
    const pinned = { retention: hours(3) };
    expect(moved({ pinned }).aftercare?.nextLook).toBe(end + hours(3));
  });

  test("is, of a backup, no source", () => {
    expect(backedUp().aftercare).toMatchObject({ kept: null, nextLook: end + days(1) });
  });

  test.each([
    ["of a rehearsal", { strategy: { id: "aurora-point-in-time-rehearsal", version: 1 } }],
    ["of a decommission", { strategy: { id: "decommission", version: 1 } }],
    ["of what was rolled back", { status: "rolled-back" }],
    ["of what was rejected", { status: "rejected" }],
    ["of what people closed", { status: "closed" }],
  ] as const)("is nothing %s", (_what, given) => {
    expect(moved(given).aftercare).toBeNull();
  });
});

describe("whether the source is still needed", () => {
  test("is asked when its retention is over, and then with ever longer pauses", () => {
    const { said, migration } = live(moved(), 14 + 100);
    const asked = (after: number, code = "event.retention-over-again") => [14 + after, code];
    expect(said).toEqual([
      asked(0, "event.retention-over"),
      asked(1),
      asked(4),
      asked(11),
      asked(25),
      asked(53),
      asked(83),
    ]);
    expect(migration.aftercare?.kept).toMatchObject({ reminders: 7, nextReminder: end + days(14 + 113) });
  });

  test("is asked at that time also where the looks of the days before were at another", () => {
    const look: LookAt = (day) => ({ backups: day >= 2 && day < 2.5 ? unseen : there() });
    expect(live(moved(), 16, look).said).toEqual([
      [14, "event.retention-over"],
      [15, "event.retention-over-again"],
    ]);
  });

  test("is asked with what it costs, and with the command to be typed in full", () => {
    const { migration } = live(moved(), 14);
    const asked = migration.journal.at(-1);
    const sentence = asked ? say(asked.what, plain) : "";
    expect(sentence).toContain("1 × db.r6g.large (24 instance-hours a day)");
    expect(sentence).toContain("`/encrypt-db decommission orders-old-m1`");
    expect(sentence).not.toContain("{");
  });

  test("is not asked while it is being decommissioned, and asked at once where that came to nothing", () => {
    const look: LookAt = (day) => ({ decommission: day < 20 ? "under way" : "none" });
    expect(live(moved(), 21, look).said).toEqual([
      [20, "event.retention-over"],
      [21, "event.retention-over-again"],
    ]);
  });

  test("is not asked as long as nobody knows whether it is still there", () => {
    const look: LookAt = (day) => ({ kept: day >= 14 && day < 16 ? unseen : there() });
    expect(live(moved(), 16, look).said).toEqual([[16, "event.retention-over"]]);
  });
});

describe("a concern", () => {
  test("is said once when it appears and once when it is over", () => {
    const look: LookAt = (day) => ({ kept: day >= 2 && day < 6 ? there(unfenced) : there() });
    const { said, migration } = live(moved(), 13, look);
    expect(said).toEqual([
      [2, "event.concern"],
      [6, "event.concern-over"],
    ]);
    const sentences = migration.journal.map(({ what }) => say(what, plain));
    expect(sentences[0]).toMatch(/no longer fenced: its security groups are sg-1.*aws rds modify-db-cluster/);
    expect(sentences[1]).toMatch(/^No longer so: orders-old-m1/);
    expect(migration.aftercare?.concerns).toEqual([]);
  });

  test("is not said again because a figure in it moves", () => {
    const look: LookAt = (day) => ({ backups: there({ ...late, params: { name: "orders", newest: day } }) });
    const { said, migration } = live(moved(), 5, look);
    expect(said).toEqual([[1, "event.concern"]]);
    expect(migration.aftercare?.concerns).toMatchObject([{ params: { newest: 5 } }]);
  });

  test("that is over is said beside another that stays and one that comes", () => {
    const look: LookAt = (day) => ({
      kept: day < 2 ? there(unfenced, stopped) : there(unfenced),
      backups: day < 2 ? there() : there(late),
    });
    expect(live(moved(), 3, look).said).toEqual([
      [1, "event.concern"],
      [1, "event.concern"],
      [2, "event.kept-started"],
      [2, "event.concern"],
    ]);
  });

  test("is neither mended nor said again where its part cannot be seen, or is left alone", () => {
    const look: LookAt = (day) => ({
      kept: day < 2 || day >= 4 ? there(unfenced) : day < 3 ? unseen : left,
    });
    expect(live(moved(), 5, look).said).toEqual([[1, "event.concern"]]);
  });
});

describe("a look that cannot be made", () => {
  test("is made again within the hour, and told of once it has failed for three days, and once when it succeeds", () => {
    const look: LookAt = (day) => ({ backups: day > 1 && day < 10 ? unseen : there() });
    const { said, migration } = live(moved(), 13, look);
    // It was seen for the last time a day after the end.
    expect(said).toEqual([
      [4, "event.concern"],
      [10, "event.concern-over"],
    ]);
    expect(migration.journal[0]?.what.params.why).toContain("AWS answers ThrottlingException");
  });

  test("says nothing where it succeeds before three days are over, however often", () => {
    const look: LookAt = (day) => ({ kept: day % 3 < 2.9 ? unseen : there() });
    expect(live(moved(), 13, look).said).toEqual([]);
  });

  test("tells of the part that cannot be seen and not of the others", () => {
    const look: LookAt = () => ({ serving: unseen });
    const { migration } = live(moved(), 4, look);
    expect(migration.aftercare?.concerns.map(({ code }) => code)).toEqual(["serving.unseen"]);
  });

  test("is no reason to forget what was found before", () => {
    const look: LookAt = (day) => ({ kept: day <= 1 ? there(unfenced) : unseen });
    const { migration } = live(moved(), 10, look);
    expect(migration.aftercare?.concerns.map(({ code }) => code)).toEqual(["kept.unfenced", "kept.unseen"]);
  });
});

describe("the end of it", () => {
  test("comes, where no backups are made elsewhere, with the end of the source, which is said", () => {
    const look: LookAt = (day) => ({ kept: day < 20 ? there() : gone(), backups: null });
    const { said, migration } = live(moved(), 30, look);
    expect(said.slice(-2)).toEqual([
      [20, "event.kept-gone"],
      [20, "event.aftercare-ended"],
    ]);
    expect(migration.aftercare).toBeNull();
  });

  test("does not come as long as backups are to go on, whose faults are told without the source", () => {
    const look: LookAt = (day) => ({
      kept: day < 3 ? there(stopped) : day === 3 ? gone() : null,
      backups: day < 10 ? there() : there(late),
    });
    const { said, migration } = live(moved(), 40, look);
    // It was not started: with it, what was wrong with it is gone.
    expect(said).toEqual([
      [1, "event.concern"],
      [3, "event.kept-gone-early"],
      [10, "event.concern"],
    ]);
    expect(migration.aftercare).toMatchObject({ kept: null, nextLook: end + days(41) });
  });

  test("tells a decommission from a deletion that nobody asked the bot for", () => {
    const look: LookAt = (day) => ({ kept: day < 2 ? there() : gone(), decommission: "finished" });
    expect(live(moved(), 2, look).said).toEqual([[2, "event.kept-decommissioned"]]);
  });

  test("comes, once the source is gone, with the backup plan or the database itself, which is said once", () => {
    for (const is of [{ backups: gone(planGone) }, { serving: gone(databaseGone), backups: left }]) {
      const { said, migration } = live(backedUp(), 10, (day) =>
        day < 3 ? { kept: null } : { kept: null, ...is },
      );
      expect(said).toEqual([
        [3, "event.concern"],
        [3, "event.aftercare-ended"],
      ]);
      expect(migration.aftercare).toBeNull();
    }
  });

  test("does not come with the backup plan while the source is kept, and comes with the source then", () => {
    const look: LookAt = (day) => ({ kept: day < 5 ? there() : gone(), backups: gone(planGone) });
    expect(live(moved(), 10, look).said).toEqual([
      [1, "event.concern"],
      [5, "event.kept-gone-early"],
      [5, "event.aftercare-ended"],
    ]);
  });

  test("comes without a word where a later migration looks after the same database", () => {
    const look: LookAt = (day) => (day < 3 ? { kept: null } : { kept: null, serving: null, backups: null });
    const { said, migration } = live(backedUp(), 10, look);
    expect(said).toEqual([]);
    expect(migration.aftercare).toBeNull();
  });

  test("leaves the source of a migration looked after that was followed by another one", () => {
    const look: LookAt = (day) =>
      day < 3 ? { backups: there(late) } : { kept: there(unfenced), serving: null, backups: null };
    const { said, migration } = live(moved(), 10, look);
    expect(said).toEqual([
      [1, "event.concern"],
      [3, "event.concern"],
    ]);
    expect(migration.aftercare?.concerns).toEqual([unfenced]);
  });
});

test("the chain of the journal goes on from the end, and an uneventful look adds nothing to it", () => {
  const { migration } = live(moved(), 60);
  expect(isUnbroken(migration.journal)).toBe(true);
  const quiet = lookedAfter(moved(), sound, end + days(1));
  expect(quiet.journal).toEqual([]);
  expect(quiet.aftercare?.nextLook).toBe(end + days(2));
});

test("nothing is looked after of what is no longer looked after", () => {
  const over = { ...moved(), aftercare: null };
  expect(lookedAfter(over, { ...sound, kept: there(unfenced) }, end)).toBe(over);
});
