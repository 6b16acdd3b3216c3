import { describe, expect, test } from "vitest";
import { until } from "../../src/sim/actors.ts";
import { aLife, ask, type Life, newest, settle } from "../engine/life.ts";
import { justOpened, seen, standingAt } from "../strategies/harness.ts";
import { type Office, openOffice } from "./office.ts";

const name = "orders-prod";

/** alice has asked for it in Slack, which has been away since. */
async function asked(): Promise<Office> {
  const life = aLife({ hurry: 15_000 });
  await ask(life, "UALICE", "start");
  await settle(life);
  return openOffice(life);
}

async function goOn({ life, deps }: Office) {
  return settle(life, { deps });
}

const thread = ({ world }: Life) => world.channel.roots[0]?.replies.map(({ what }) => what) ?? [];

describe("with Slack away from the first approval to the end", () => {
  test("a migration is approved by another person and comes to its end", async () => {
    const office = await asked();
    const { life } = office;

    const begin = await office.type("bob", `approve ${name}`, name);
    expect(begin).toMatchObject({
      code: 0,
      text: expect.stringContaining("Your approval of the plan is recorded"),
    });
    await goOn(office);
    expect((await newest(life))?.steps.cutover?.waitingFor).not.toBeNull();

    const cutover = await office.type("carol", `approve ${name} --opening automatic`, name);
    expect(cutover.text).toContain("Your approval of the cutover is recorded");
    expect((await goOn(office))?.status).toBe("finished");
    expect((await newest(life))?.approvals).toMatchObject([
      { gate: "begin", person: { id: "T0ENCRYPT:UBOB", user: "UBOB", name: "bob@example.com (AWS)" } },
      {
        gate: "cutover",
        person: { user: "UCAROL" },
        terms: { opening: "automatic", longestDowntime: 5_400_000 },
      },
    ]);

    // Slack is back.
    await life.world.deps.clock.sleep(60_000);
    await settle(life);
    expect(thread(life)).toContainEqual({
      code: "event.approved",
      params: expect.objectContaining({ gate: "begin", person: "bob@example.com (AWS)" }),
    });
  });

  test("opening that was to be asked for is asked for, and opened from a terminal", async () => {
    const office = await asked();
    await office.type("bob", `approve ${name}`, name);
    await goOn(office);
    await office.type("bob", `approve ${name} --opening ask`, name);
    await goOn(office);

    const opening = await office.type("carol", `approve ${name}`, name);
    expect(opening.text).toContain("going back discards what they have written");
    expect((await goOn(office))?.status).toBe("finished");
  });

  test("a rejection from a terminal ends it before anything was made", async () => {
    const office = await asked();
    const before = seen(office.life);
    expect(await office.type("bob", `reject ${name}`)).toMatchObject({ code: 0 });
    expect((await goOn(office))?.status).toBe("rejected");
    expect(seen(office.life)).toEqual(before);
  });

  test("a rollback inside the downtime gives the source back", async () => {
    const untouched = seen(aLife());
    const life = await standingAt({ step: "rename-source", when: "done" });
    const office = openOffice(life);
    const told = await office.type("bob", `rollback ${name}`);
    expect(told).toMatchObject({ code: 0, text: expect.stringMatching(/is rolling back; it takes about/) });
    expect(
      (await settle(life, { deps: { ...life.world.executor(), lookUp: office.deps.lookUp } }))?.status,
    ).toBe("rolled-back");
    expect(seen(life)).toEqual(untouched);
  });
});

describe("what is approved", () => {
  test("is shown whole before its name has to be typed", async () => {
    const office = await asked();
    const { text } = await office.type("bob", `approve ${name}`, "no");
    const migration = await newest(office.life);
    expect(text).toContain(`Approve the plan of ${name}?`);
    expect(text).toContain(migration?.planHash);
    expect(text).toContain("arn:aws:kms:");
    expect(text).toContain("asked for by".replace("asked", "Asked"));
    expect(text).toMatch(/Take the safety snapshot .*creates.*not undone: kept as a safety copy/);
    expect(text).not.toContain("Fence orders-prod");

    await office.type("bob", `approve ${name}`, name);
    await goOn(office);
    const cutover = await office.type("bob", `approve ${name} --opening automatic`, "");
    expect(cutover.text).toContain("at most 1 h 30 min");
    expect(cutover.text).toMatch(/Fence orders-prod.*INTERRUPTS.*the downtime begins/);
    expect(cutover.text).toContain("it opens by itself when every check passes");
    expect(cutover.text).toContain("needs no further approval");
  });

  test.each([["no"], [""], ["orders"], ["yes"]])("is not approved by typing “%s”", async (typed) => {
    const office = await asked();
    const told = await office.type("bob", `approve ${name}`, typed);
    expect(told).toMatchObject({ code: 1, text: expect.stringContaining("Nothing was done") });
    expect((await newest(office.life))?.approvals).toEqual([]);
  });

  test("is not approved where nobody sits at the terminal", async () => {
    const office = await asked();
    expect(await office.type("bob", `approve ${name}`)).toMatchObject({ code: 1 });
    expect((await newest(office.life))?.approvals).toEqual([]);
  });

  test("wants the opening said with the cutover, and only there", async () => {
    const office = await asked();
    expect(await office.type("bob", `approve ${name} --opening ask`, name)).toMatchObject({ code: 2 });
    await office.type("bob", `approve ${name}`, name);
    await goOn(office);
    const told = await office.type("bob", `approve ${name}`, name);
    expect(told).toMatchObject({ code: 2, text: expect.stringContaining("--opening automatic") });
    expect((await newest(office.life))?.approvals).toHaveLength(1);
  });

  test("is nothing where nobody waits for an approval", async () => {
    const office = await asked();
    await office.type("bob", `approve ${name}`, name);
    const told = await office.type("bob", `pause ${name}`);
    expect(told.code).toBe(0);
    expect(await office.type("bob", `approve ${name}`, name)).toMatchObject({
      code: 1,
      text: expect.stringContaining("Nobody waits for that approval"),
    });
  });

  test("is not shown where it is not what its hash says, as by a bot that lies", async () => {
    const office = await asked();
    const { store } = office.life.world;
    const findPlan = store.findPlan.bind(store);
    store.findPlan = async (...at) => {
      const plan = await findPlan(...at);
      return plan && { ...plan, longestDowntime: 1_000 };
    };
    const told = await office.type("bob", `approve ${name}`, name);
    expect(told).toMatchObject({ code: 1, text: expect.stringContaining("not the one with its hash") });
    expect((await newest(office.life))?.approvals).toEqual([]);
  });

  test("is void where the database has changed meanwhile, as with a button", async () => {
    const office = await asked();
    const { world, source } = office.life;
    world.account.alter((turn) => {
      const cluster = turn.state.clusters[source.resourceId];
      if (!cluster) throw new Error("there is no source");
      const settings = { ...cluster.settings, BackupRetentionPeriod: 21 };
      turn.state = {
        ...turn.state,
        clusters: { ...turn.state.clusters, [source.resourceId]: { ...cluster, settings } },
      };
    });
    const told = await office.type("bob", `approve ${name}`, name);
    expect(told).toMatchObject({ code: 1, text: expect.stringContaining("no longer what was approved") });
    expect((await newest(office.life))?.approvals).toEqual([]);
  });
});

describe("the other commands", () => {
  test("status says what it waits for and what can be typed, and list every database", async () => {
    const office = await asked();
    const status = await office.type("dave", "status");
    expect(status.code).toBe(0);
    expect(status.text).toContain("orders-prod: the plan waits for approval");
    expect(status.text).toContain("as before, from the source");
    expect(status.text).toContain(`npm run operate -- approve ${name}`);
    expect(status.text).toContain("the poller's schedule has not run yet");
    expect((await office.type("dave", "list")).text).toMatch(
      /orders-prod +cluster, aurora-postgresql; .*under way/,
    );
    expect(await office.type("dave", "status nothing-here")).toMatchObject({ code: 1 });
  });

  test("a name that holds control characters does not reach the terminal with them", async () => {
    const life = aLife({ hurry: 15_000 });
    const evil = { id: "evil", user: "UEVIL", name: "\u001b]0;alice\u0007\u001b[2J\u202Eecila" };
    life.world.addPerson("evil", { person: evil });
    await ask(life, "UEVIL", "start");
    await settle(life);
    const office = openOffice(life);
    for (const line of [`status ${name}`, `approve ${name}`, `rollback ${name}`]) {
      const { text } = await office.type("bob", line, "no");
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      expect(text).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F\u202E]/);
    }
  });

  test("status inside the downtime says that nobody is served, since when and until when", async () => {
    const office = openOffice(await standingAt({ step: "rename-source", when: "done" }));
    const { text } = await office.type("bob", `status ${name}`);
    expect(text).toMatch(/orders-prod: in its DOWNTIME/);
    expect(text).toMatch(/NOBODY: fenced since 2026-/);
    expect(text).toMatch(/of at most 1 h 30 min signed by bob; expected to end in about/);
    expect(text).toMatch(/would take about .* and loses 0 writes/);
    expect(text).toContain(`npm run operate -- rollback ${name}`);
  });

  test("pause and resume hold it and let it go on", async () => {
    const office = await asked();
    await office.type("alice", "status");
    expect(office.wakes).toBe(0);
    await office.type("alice", `pause ${name}`);
    expect((await newest(office.life))?.status).toBe("paused");
    // Nobody has to wait for the schedule.
    await until("the wake", () => office.wakes === 1 || undefined);
    const told = await office.type("bob", `resume ${name}`);
    expect(told).toMatchObject({ code: 0, text: "orders-prod goes on." });
    expect((await newest(office.life))?.status).toBe("open");
  });

  test("retry of what is not stuck is refused as in Slack", async () => {
    const office = await asked();
    expect(await office.type("bob", `retry ${name}`)).toMatchObject({
      code: 1,
      text: expect.stringContaining("is not stuck"),
    });
  });

  test("halt holds everything, and only an approver may, by either way", async () => {
    const office = await asked();
    const { store } = office.life.world;
    expect(await office.type("dave", "halt AWS is ill")).toMatchObject({ code: 1 });
    expect(await store.findHalt()).toBeNull();
    expect((await office.type("bob", "halt AWS is ill")).text).toContain("npm run operate -- unhalt");
    expect(await store.findHalt()).toMatchObject({ reason: "AWS is ill", by: { user: "UBOB" } });
    expect((await office.type("dave", "status")).text).toMatch(
      /HALTED .* by bob@example.com \(AWS\): AWS is ill/,
    );
    expect(await office.type("carol", "unhalt")).toMatchObject({ code: 0 });
    expect(await store.findHalt()).toBeNull();
  });

  test("sheet prints the commands that remain", async () => {
    const office = openOffice(await standingAt({ step: "rename-source", when: "done" }));
    const { code, text } = await office.type("dave", `sheet ${name}`);
    expect(code).toBe(0);
    expect(text).toContain(`# Carry on by hand: ${name}`);
    expect(text).toContain("aws rds restore-db-cluster-to-point-in-time");
    expect(text).toContain("--function-name encrypt-db-worker");
  });

  test("discard is signed by two people, of whom one by Slack and by a terminal is one", async () => {
    const life = await justOpened();
    const office = openOffice(life);
    life.clients.write();
    expect(await office.type("bob", `rollback ${name}`)).toMatchObject({
      code: 1,
      text: expect.stringContaining("two approvers must sign"),
    });
    const first = await office.type("bob", `discard ${name}`, name);
    expect(first.text).toContain("Signatures still needed: 1");
    expect(await office.type("bob", `rollback ${name}`)).toMatchObject({ code: 1 });
    expect(await office.type("bob", `discard ${name}`, name)).toMatchObject({
      code: 1,
      text: expect.stringContaining("already signed"),
    });
    expect((await office.type("carol", `discard ${name}`, name)).text).toContain("still needed: 0");
    expect(await office.type("bob", `rollback ${name}`)).toMatchObject({ code: 0 });
  });
});
