import { beforeAll, describe, expect, test } from "vitest";
import type { Pack } from "../../src/evidence/format.ts";
import { pageOf } from "../../src/evidence/page.ts";
import { openBrowser } from "../demo/browser.ts";
import { forged, lives, packOf } from "./lives.ts";

const packs = new Map<string, Pack>();

beforeAll(async () => {
  for (const [of, live] of Object.entries(lives)) packs.set(of, await packOf(await live()));
}, 120_000);

function pageFor(of: string): string {
  const pack = packs.get(of);
  if (!pack) throw new Error(`nobody lives ${of}`);
  return pageOf(pack, "pack.json");
}

/** What a person reads, without the marks around it. */
function read(page: string): string {
  return page
    .replace(/<style>.*?<\/style>/s, "")
    .replace(/<[^>]*>/g, " ")
    .replaceAll("&#39;", "'")
    .replace(/\s+/g, " ");
}

const headings = (page: string) => [...page.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, text]) => text);

const always = ["Who decided", "The key, before and after", "Settings, before and after"];
const ends = ["Steps", "Journal", "What the file proves, and what it does not"];

describe.each([
  ["a finished move by point-in-time restore", "finished", ["T1, and its proof", "Downtime"]],
  ["a finished move by snapshot", "finished", ["T1, and its proof", "Downtime"]],
  ["a finished move by snapshot and copy", "finished", ["T1, and its proof", "Downtime"]],
  ["a finished move by dump and restore", "finished", ["T1, and its proof", "Downtime"]],
  ["a move that was rolled back before its downtime", "rolled back: it is as it was", []],
  ["a move that was rolled back behind the fence", "rolled back: it is as it was", ["T1, and its proof"]],
  ["a move that was rolled back after its opening", "rolled back: it is as it was", ["Downtime"]],
  ["a move that is stuck", "stuck: not ended", ["T1, and its proof", "Downtime"]],
  ["a move that was let go of", "closed: brought to its end by hand", ["Downtime"]],
  ["a move that waits for its first approval", "open: not ended", []],
  ["a move that was rejected", "rejected before anything was made", []],
  ["a rehearsal", "finished", []],
])("the page of %s", (of, outcome, sections) => {
  test("says how it ended, its seal, and what there is to be said, and nothing else", () => {
    const page = pageFor(of);
    const pack = packs.get(of);
    expect(read(page)).toContain(outcome);
    expect(page).toContain(`npm run verify-evidence -- pack.json ${pack?.seal}`);
    expect(headings(page)).toEqual(expect.arrayContaining([...always, ...sections, ...ends]));
    if (!sections.includes("Downtime") && pack?.sections.downtime.began === null) {
      expect(headings(page)).not.toContain("Downtime");
    }
    expect(read(page)).not.toMatch(/undefined|NaN|\[object|Invalid Date|\bnull\b/);
  });

  test("needs nothing and runs nothing", () => {
    const page = pageFor(of);
    expect(page).not.toMatch(/<script|<img|<link|\bsrc=|\bhref=|@import|url\(/i);
    expect(page).toContain("default-src &#39;none&#39;".replaceAll("&#39;", "'"));
  });
});

test("the page of a finished move tells who decided what, T1, both keys, and what AWS calls its changes", () => {
  const text = read(pageFor("a finished move by point-in-time restore"));
  expect(text).toMatch(/the cutover bob \(UBOB\) 2026-11-24 [\d:.]+ UTC a downtime of at most 1 h 30 min/);
  expect(text).toMatch(/T1 is 2026-11-24 [\d:.]+ UTC on the source's own clock/);
  expect(text).toMatch(
    /Before cluster-\w+ arn:aws:kms:\S+ .* The replacement orders-prod cluster-\w+ arn:aws:kms:/,
  );
  expect(text).toMatch(/AWS accepted: RestoreDBClusterToPointInTime [\w-]{36}/);
  expect(text).toMatch(/Once every session had ended orders \d+/);
  expect(text).toMatch(/Lasted \d+ min \d+ s Signed at most 1 h 30 min/);
});

test.each([
  ["a finished move with a copy in the other account", "The move of orders-prod to another key"],
  ["a backup", "The backup of orders-prod to another account"],
])("the page of %s shows the copy as the other account tells it", (of, title) => {
  const text = read(pageFor(of));
  expect(text).toContain(title);
  expect(text).toMatch(
    /In the other account, as that account tells it arn:aws:\S+ under arn:aws:kms:\S+ COMPLETED/,
  );
  expect(headings(pageFor(of)).includes("Settings, before and after")).toBe(of !== "a backup");
});

test("the page of a decommission says what is left of the source", () => {
  const text = read(pageFor("a decommission"));
  expect(text).toContain("The deletion of the retired source of orders-prod");
  expect(text).toMatch(/What is left .* snapshot orders-prod-last-\w+/);
});

test("the page of a move says that its source is left, and no snapshot that was never taken", () => {
  const left = (of: string) => /What is left (.*?) Steps /.exec(read(pageFor(of)))?.[1];
  expect(left("a finished move by point-in-time restore")).toMatch(
    /^orders-prod-old-\w+ is tagged as retired, protected and fenced Take the safety snapshot orders-prod-before-\w+: kept as a safety copy$/,
  );
  expect(left("a finished move by snapshot")).toContain("Take the snapshot orders-prod-after-");
  expect(left("a move that was rolled back after its opening")).not.toContain("retired");
});

test("nothing that the pack holds becomes markup", () => {
  const pack = packs.get("a finished move by point-in-time restore") as Pack;
  const hostile = `<script>alert(1)</script>"'&<b>`;
  const other = forged(pack, ({ people, migration, journal, learned, plan, steps }) => {
    people.requester.name = hostile;
    migration.target.name = hostile;
    for (const entry of journal) entry.says = hostile;
    for (const step of steps) step.title = hostile;
    learned.replacement = { resourceId: hostile, arn: hostile };
    (plan.plan.pinned.settings as Record<string, unknown>)[hostile] = [hostile, { [hostile]: hostile }];
  });
  const page = pageOf(other, hostile);
  expect(page).not.toContain("<script");
  expect(page).not.toContain("<b>&");
  expect(page).not.toMatch(/<\w+[^>]*"'&/);
});

test("what is not in the shape that is known is left out, and the page is made", () => {
  const pack = packs.get("a finished move by point-in-time restore") as Pack;
  const other = forged(pack, (sections) => {
    sections.learned = { t1: "yesterday", quiet: 3, replacement: null, leftovers: "some", copy: [] };
    sections.plan.plan.pinned = { source: 1, settings: "none", members: {}, backup: true };
    sections.migration.createdAt = 1e300;
  });
  expect(read(pageOf(other, "pack.json"))).toContain("finished");
});

test("a journal of thousands of entries and a cluster of forty instances make one page", () => {
  const pack = packs.get("a finished move by point-in-time restore") as Pack;
  const other = forged(pack, ({ journal, plan }) => {
    const [entry] = journal;
    for (let seq = journal.length; seq < 5_000; seq++)
      journal.push({ ...entry, seq } as (typeof journal)[number]);
    const { members } = plan.plan.pinned as { members: unknown[] };
    for (let count = members.length; count < 40; count++) members.push(members[0]);
  });
  expect(pageOf(other, "pack.json").length).toBeGreaterThan(500_000);
});

/** As many as the catalogue of a real server has kinds. */
function withManyHashes(): Pack {
  return forged(packs.get("a finished move by point-in-time restore") as Pack, ({ steps }) => {
    for (const seen of steps.flatMap(({ evidence }) => evidence))
      if (seen.claim.code === "saw.catalogue-equal")
        seen.observed = Array(11).fill("fc1c1692".repeat(8)).join(" ");
  });
}

test.each([1280, 400])(
  "at %i pixels nothing is cut off and nothing must be scrolled sideways",
  async (width) => {
    const browser = await openBrowser();
    try {
      const page = await browser.newPage({ viewport: { width, height: 900 } });
      const pages = [...packs.keys()].map((of) => [of, pageFor(of)] as const);
      for (const [of, text] of [...pages, ["hashes", pageOf(withManyHashes(), "pack.json")] as const]) {
        await page.setContent(text);
        const wide = await page.evaluate<number>("document.documentElement.scrollWidth");
        expect(wide, of).toBe(width);
        const hidden = await page.evaluate<number>(
          "[...document.querySelectorAll('.scroll')].filter((one) => one.scrollWidth > one.clientWidth).length",
        );
        expect(hidden, of).toBe(0);
      }
      await page.screenshot({ path: `test-results/evidence-${width}.png` });
    } finally {
      await browser.close();
    }
  },
);
