import { describe, expect, test } from "vitest";
import { record } from "../../src/core/journal.ts";
import type { Migration } from "../../src/core/migration.ts";
import { note } from "../../src/core/sentences.ts";
import { announce } from "../../src/engine/announce.ts";
import type { Deps } from "../../src/engine/deps.ts";
import { textOf } from "../../src/evidence/format.ts";
import { verifyEvidence } from "../../src/evidence/verify.ts";
import { fileOf, packOf, rolledBackEarly } from "../evidence/lives.ts";
import { openOffice } from "../operate/office.ts";
import { failedRestore } from "../strategies/harness.ts";
import { rehearseAll } from "../strategies/rehearse.ts";
import { executorAround, killedAt } from "./executor.ts";
import {
  aLife,
  approve,
  ask,
  database,
  type Life,
  lastNotice,
  moveAll,
  name,
  newest,
  press,
  say,
  settle,
} from "./life.ts";

const filesIn = ({ world }: Life, at = 0) => world.channel.roots[at]?.files ?? [];

const sealIn = (text: string | undefined) => (JSON.parse(text ?? "{}") as { seal?: string }).seal;

/** The schedule goes on running for a while. */
async function later(life: Life, duration: number, deps: Deps = life.world.deps): Promise<void> {
  await deps.clock.sleep(duration);
  await settle(life, { deps });
}

async function kept(life: Life): Promise<string | undefined> {
  return life.world.store.findEvidence(database, (await newest(life))?.id ?? "");
}

async function askedFor(life: Life, of = name, deps?: Deps): Promise<void> {
  await say(life, "UALICE", { verb: "evidence", name: of });
  await settle(life, deps && { deps });
}

describe("when a migration has ended", () => {
  test.each([
    ["finished", async () => aLifeMoved()],
    ["rolled-back", rolledBackEarly],
    ["closed", letGo],
  ])("%s, its evidence is kept and both files are in its thread, with the seal", async (status, live) => {
    const life = await live();
    await later(life, 60_000);
    expect((await newest(life))?.status).toBe(status);
    const text = await kept(life);
    const seal = sealIn(text);
    const [page, pack, ...more] = filesIn(life);
    expect(more).toEqual([]);
    expect(pack?.file.text).toBe(text);
    expect(page?.file.text).toContain(seal);
    expect(page?.file.name).toBe(`encrypt-db-${name}-m00001-${seal?.slice(0, 12)}.html`);
    expect(pack?.said).toContain(`Its seal: ${seal}.`);
    expect(verifyEvidence(new TextEncoder().encode(text), seal).faults).toEqual([]);
    const journal = await life.world.store.journalAfter((await newest(life)) as Migration, 0);
    expect(JSON.parse(text ?? "").sections.journal).toHaveLength(journal.length);
  });

  test("rejected, none is kept or posted", async () => {
    const life = aLife();
    await ask(life, "UALICE", "start");
    await settle(life);
    await press(life, "UBOB", { does: "reject", gate: "begin" });
    await settle(life);
    await later(life, 60_000);
    expect((await newest(life))?.status).toBe("rejected");
    expect([await kept(life), filesIn(life)]).toEqual([undefined, []]);
  });

  test("that was a rehearsal, none is kept or posted", async () => {
    const life = aLife();
    await rehearseAll(life);
    await later(life, 60_000);
    expect((await newest(life))?.status).toBe("finished");
    expect([await kept(life), filesIn(life)]).toEqual([undefined, []]);
  });

  test("the files come after everything else that the thread says, and nothing is due any more", async () => {
    const life = await aLifeMoved();
    const spoken = life.world.channel.roots[0]?.replies.length;
    await later(life, 60_000);
    expect(life.world.channel.roots[0]?.replies).toHaveLength(spoken ?? 0);
    expect((await life.world.store.agenda(life.world.clock.now())).migrations).toEqual([]);
  });
});

async function aLifeMoved(): Promise<Life> {
  const life = aLife();
  await moveAll(life);
  return life;
}

async function letGo(): Promise<Life> {
  const life = await failedRestore("restore-error", true);
  await ask(life, "UBOB", "close");
  await settle(life);
  return life;
}

describe("where Slack", () => {
  test.each(["unanswered", "throttled"] as const)(
    "does not take the files (%s), they are posted once it does, and the database is free meanwhile",
    async (fault) => {
      const life = aLife();
      life.world.channel.faults = (method) => (method === "postFiles" ? fault : undefined);
      await moveAll(life);
      expect(filesIn(life)).toEqual([]);
      expect(await life.world.store.loadOpen(database)).toBeUndefined();
      life.world.channel.faults = undefined;
      await later(life, 60_000);
      expect(filesIn(life)).toHaveLength(2);
    },
  );

  test("loses the answer to the post, they are not posted twice", async () => {
    const life = aLife();
    let lost = 0;
    life.world.channel.faults = (method) => {
      if (method !== "postFiles") return undefined;
      lost++;
      return "lost";
    };
    await moveAll(life);
    for (let minute = 0; minute < 3; minute++) await later(life, 60_000);
    expect(lost).toBe(1);
    expect(filesIn(life)).toHaveLength(2);
    expect((await life.world.store.agenda(life.world.clock.now())).migrations).toEqual([]);
  });

  test("refuses files, it is asked again an hour later, and the thread goes on", async () => {
    const life = aLife();
    let refused = 0;
    life.world.channel.faults = (method) => {
      if (method !== "postFiles") return undefined;
      refused++;
      return "refused";
    };
    await moveAll(life);
    for (let minute = 0; minute < 30; minute++) await later(life, 60_000);
    expect(refused).toBe(1);
    life.world.channel.faults = undefined;
    for (let minute = 0; minute < 40; minute++) await later(life, 60_000);
    expect(filesIn(life)).toHaveLength(2);
  });
});

test("two executors that end it at once keep one pack and post it once", async () => {
  const life = aLife();
  const others = [life.world.executor(), life.world.executor()];
  await ask(life, "UALICE", "start");
  await settle(life);
  for (const gate of ["begin", "cutover"]) {
    await press(life, "UBOB", approve(gate));
    await Promise.all(others.map((deps) => settle(life, { deps })));
  }
  await later(life, 60_000);
  expect(filesIn(life)).toHaveLength(2);
});

test("an executor that comes while another one posts does not post as well", async () => {
  const life = aLife({ hurry: 60_000 });
  life.world.channel.faults = (method) => (method === "postFiles" ? "throttled" : undefined);
  await moveAll(life);
  life.world.channel.faults = undefined;
  await life.world.deps.clock.sleep(60_000);
  const ended = (await newest(life)) as Migration;
  const deps = executorAround(life.world.executor(), async (what, call) => {
    if (what === "channel.postFiles") await announce(life.world.executor(), ended);
    return call();
  });
  expect(await announce(deps, ended)).toBe(true);
  expect(filesIn(life)).toHaveLength(2);
});

test("an executor that dies at any moment of it is succeeded by one that leaves the same two files", async () => {
  const seen = new Set<string>();
  for (let n = 0; ; n++) {
    const life = aLife({ hurry: 60_000 });
    life.world.channel.faults = (method) =>
      method === "postFiles" || method === "findFiles" ? "throttled" : undefined;
    await moveAll(life);
    life.world.channel.faults = undefined;
    await life.world.deps.clock.sleep(60_000);
    const killed = killedAt(life.world.deps, n, n % 2 === 0 ? "before" : "after");
    await settle(life, { deps: killed.deps }).catch(() => {});
    for (const what of killed.seen) seen.add(what);
    if (!killed.isDead()) break;
    await later(life, 60_000);
    expect(filesIn(life), `killed at ${killed.seen.at(-1)}`).toHaveLength(2);
    expect(filesIn(life)[1]?.file.text).toBe(await kept(life));
  }
  expect([...seen]).toEqual(expect.arrayContaining(["channel.findFiles", "channel.postFiles"]));
}, 60_000);

describe("/encrypt-db evidence", () => {
  test("posts the pack as things stand now, which has another seal once something more has happened", async () => {
    const life = await aLifeMoved();
    await later(life, 60_000);
    const before = await kept(life);
    const ended = (await newest(life)) as Migration;
    const told = record(ended, note("event.paused", { person: "carol", name }), life.world.clock.now());
    await life.world.store.savePast({ ...told, revision: ended.revision + 1 });

    await askedFor(life);
    const files = filesIn(life).map(({ file }) => file);
    expect(files).toHaveLength(4);
    const seal = sealIn(files[3]?.text);
    expect(seal).not.toBe(sealIn(before));
    expect(verifyEvidence(new TextEncoder().encode(files[3]?.text), seal).faults).toEqual([]);
    expect(lastNotice(life)).toMatchObject({ kind: "evidence", name, seal });
    // What was kept at the end stays what it was.
    expect(await kept(life)).toBe(before);
  });

  test("says where it is, and posts nothing, where nothing more has happened", async () => {
    const life = await aLifeMoved();
    await later(life, 60_000);
    await askedFor(life);
    expect(filesIn(life)).toHaveLength(2);
    expect(lastNotice(life)).toMatchObject({ kind: "evidence", seal: sealIn(await kept(life)) });
  });

  test("of a migration under way tells how far it has come", async () => {
    const life = aLife();
    await ask(life, "UALICE", "start");
    await settle(life);
    await press(life, "UBOB", approve("begin"));
    await settle(life);
    await askedFor(life);
    const [, pack] = filesIn(life);
    const verdict = verifyEvidence(new TextEncoder().encode(pack?.file.text));
    expect(verdict.faults).toEqual([]);
    expect(verdict.unproved.map(({ code }) => code)).toContain("unproved.open");
  });

  test("of a retired source means the move that retired it, whatever came later", async () => {
    const life = await aLifeMoved();
    await later(life, 60_000);
    await ask(life, "UALICE", "start");
    await settle(life);
    await askedFor(life, `${name}-old-m00001`);
    expect(lastNotice(life)).toMatchObject({ kind: "evidence", seal: sealIn(await kept(life)) });
  });

  test("of a database of which nothing is known says so", async () => {
    const life = aLife();
    for (const of of ["invoices-prod", "invoices-prod-old-m00001"]) {
      await askedFor(life, of);
      expect(lastNotice(life)).toMatchObject({ problems: [{ code: "evidence.no-migration" }] });
    }
  });

  test("says so where Slack takes no files, and where there is no thread yet", async () => {
    const life = aLife();
    life.world.channel.faults = (method) => (method === "postRoot" ? "unanswered" : undefined);
    await ask(life, "UALICE", "start");
    await settle(life);
    await askedFor(life);
    expect(lastNotice(life)).toMatchObject({ problems: [{ code: "evidence.no-thread" }] });
    life.world.channel.faults = undefined;
    await later(life, 60_000);
    life.world.channel.faults = (method) => (method === "postFiles" ? "refused" : undefined);
    await askedFor(life);
    expect(lastNotice(life)).toMatchObject({ problems: [{ code: "evidence.not-posted" }] });
  });
});

test("the same migration gives the same pack to the byte, whenever it is asked for", async () => {
  const life = await aLifeMoved();
  const first = textOf(await packOf(life));
  await later(life, 86_400_000 / 2);
  expect(textOf(await packOf(life))).toBe(first);
});

test("an operator is given the file itself, also by somebody who may only look", async () => {
  const office = openOffice(await aLifeMoved());
  for (const person of ["bob", "eve"]) {
    const { code, text } = await office.type(person, `evidence ${name}`);
    expect(code).toBe(0);
    const pack = await packOf(office.life);
    expect(verifyEvidence(new TextEncoder().encode(`${text}\n`), pack.seal).faults).toEqual([]);
    expect(new TextEncoder().encode(`${text}\n`)).toEqual(fileOf(pack));
  }
});
