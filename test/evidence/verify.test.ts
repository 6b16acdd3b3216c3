import { beforeAll, describe, expect, test } from "vitest";
import { digest } from "../../src/core/hash.ts";
import { hashOf, type Plan } from "../../src/core/plan.ts";
import { chainOf, type Pack, type Sections, textOf } from "../../src/evidence/format.ts";
import { verifyEvidence } from "../../src/evidence/verify.ts";
import { seeded } from "../../src/sim/fast-world.ts";
import { fileOf, forged, lives, packOf, rolledBackEarly } from "./lives.ts";

const codes = (of: ReturnType<typeof verifyEvidence>) => of.faults.map(({ code }) => code);

let finished: Pack;
let small: Pack;
let discarded: Pack;

beforeAll(async () => {
  finished = await packOf(await must("a finished move by point-in-time restore"));
  discarded = await packOf(await must("a move that was rolled back after its opening"));
  small = await packOf(await rolledBackEarly());
});

function must(of: string) {
  const live = lives[of];
  if (!live) throw new Error(`nobody lives ${of}`);
  return live();
}

describe.each(Object.keys(lives))("the pack of %s", (of) => {
  test("holds, and says what it does not prove", async () => {
    const pack = await packOf(await must(of));
    const verdict = verifyEvidence(fileOf(pack), pack.seal);
    expect(verdict.faults).toEqual([]);
    expect(verdict.proves.map(({ code }) => code)).toEqual(
      expect.arrayContaining(["proves.whole", "proves.unchanged", "proves.journal", "proves.plan"]),
    );
    expect(verdict.unproved.map(({ code }) => code)).toContain("unproved.truth");
  });
});

describe("a file that was changed", () => {
  test("in one byte, wherever and whatever to, does not hold", () => {
    const file = fileOf(small);
    const random = seeded(7);
    const any = (below: number) => Math.floor(random() * below);
    const withstood: string[] = [];
    for (let run = 0; run < 3_000; run++) {
      const at = any(file.length);
      const was = file[at] ?? 0;
      // Near by, as a digit is to another digit, and anywhere.
      const becomes = run % 2 === 0 ? was ^ (1 << any(8)) : (was + 1 + any(255)) % 256;
      const changed = file.slice();
      changed[at] = becomes;
      if (verifyEvidence(changed).faults.length === 0) withstood.push(`${at}: ${was} → ${becomes}`);
    }
    expect(withstood).toEqual([]);
  });

  test("by a byte more or less does not hold", () => {
    const file = fileOf(small);
    for (const at of [0, 1, 500, file.length - 2, file.length - 1]) {
      const shorter = Uint8Array.from([...file.subarray(0, at), ...file.subarray(at + 1)]);
      const longer = Uint8Array.from([...file.subarray(0, at), 32, ...file.subarray(at)]);
      expect(verifyEvidence(shorter).faults, `without byte ${at}`).not.toEqual([]);
      expect(verifyEvidence(longer).faults, `with a space at ${at}`).not.toEqual([]);
    }
    expect(codes(verifyEvidence(Uint8Array.from([...file, 10])))).toEqual(["fault.form"]);
    expect(codes(verifyEvidence(Uint8Array.from([0xef, 0xbb, 0xbf, ...file])))).toEqual(["fault.not-json"]);
  });

  test.each([
    ["other spaces", (text: string) => `${JSON.stringify(JSON.parse(text), null, 4)}\n`],
    ["a number written otherwise", (text: string) => text.replace(/"seq": 2,/, '"seq": 2.0,')],
    ["a letter written as an escape", (text: string) => text.replaceAll("alice", "\\u0061lice")],
    ["a key twice", (text: string) => text.replace('"seal":', '"seal": "",\n  "seal":')],
    ["line ends of another system", (text: string) => text.replaceAll("\n", "\r\n")],
  ])("by %s, saying the same, has another form", (_how, change) => {
    const changed = change(textOf(small));
    expect(changed).not.toBe(textOf(small));
    expect(codes(verifyEvidence(new TextEncoder().encode(changed)))).toEqual(["fault.form"]);
  });

  test("in a section names the section", () => {
    const { steps } = small.sections;
    const changed = { ...small, sections: { ...small.sections, steps: steps.slice(1) } };
    expect(verifyEvidence(fileOf(changed)).faults[0]).toEqual({
      code: "fault.chain",
      params: { section: "steps" },
    });
  });

  test("by a key that no reader looks at does not hold either", () => {
    const text = textOf(small).replace('"code": "event.', '"checked": "yes",\n          "code": "event.');
    const file = new TextEncoder().encode(textOf(JSON.parse(text)));
    expect(codes(verifyEvidence(file))).toContain("fault.chain");
  });

  test("in its seal alone does not hold, nor with another one's chain", () => {
    const seal = digest("another");
    expect(codes(verifyEvidence(fileOf({ ...small, seal })))).toEqual(["fault.seal"]);
    const chain = chainOf(finished.sections);
    expect(codes(verifyEvidence(fileOf({ ...small, chain })))).toContain("fault.chain");
    const longer = [...small.chain, { section: "journal" as const, hash: seal }];
    expect(codes(verifyEvidence(fileOf({ ...small, chain: longer, seal }), seal))).toEqual(["fault.seal"]);
    expect(codes(verifyEvidence(fileOf({ ...small, chain: small.chain.slice(0, -1) })))).toContain(
      "fault.chain",
    );
  });
});

test("a whole file that is another one than was sealed does not hold", () => {
  const other = forged(small, ({ people }) => {
    people.key = "alias/another";
  });
  expect(codes(verifyEvidence(fileOf(other)))).toEqual([]);
  expect(codes(verifyEvidence(fileOf(other), small.seal))).toEqual(["fault.other-seal"]);
});

/** The first entry that tells this. */
function entryOf({ journal }: Sections, code: string) {
  const entry = journal.find(({ what }) => what.code === code);
  if (!entry) throw new Error(`nothing tells ${code}`);
  return entry;
}

function approvalOf({ people }: Sections, gate: string) {
  const given = people.approvals.find((one) => one.gate === gate);
  if (!given) throw new Error(`nobody approved ${gate}`);
  return given;
}

function stepOf({ steps }: Sections, wanted: string) {
  const found = steps.find(({ key }) => key === wanted);
  if (!found) throw new Error(`there is no step ${wanted}`);
  return found;
}

const carol = { id: "carol", user: "UCAROL", name: "carol" };

/** What a forger does who can compute the chain, and what gives it away. */
const forgeries: readonly (readonly [string, string, (sections: Sections) => void])[] = [
  ["takes an entry out of the journal", "fault.journal", ({ journal }) => void journal.splice(4, 1)],
  ["takes the last entry out", "fault.journal-end", ({ journal }) => void journal.pop()],
  [
    "changes what an entry says",
    "fault.journal",
    (pack) => {
      entryOf(pack, "event.approved").what.params.person = "carol";
    },
  ],
  [
    "puts an entry in",
    "fault.journal",
    ({ journal }) => void journal.splice(3, 0, { ...(journal[2] as (typeof journal)[number]) }),
  ],
  [
    "lets two entries change places",
    "fault.journal",
    ({ journal }) => void journal.splice(2, 2, ...journal.slice(2, 4).reverse()),
  ],
  [
    "calls an entry redacted that has another number",
    "fault.journal",
    ({ journal }) => void Object.assign(journal[4] ?? {}, { redacted: true, seq: 6 }),
  ],
  [
    "lets another person have approved",
    "fault.approval-unheard",
    (pack) => {
      approvalOf(pack, "begin").person = carol;
    },
  ],
  [
    "lets two approvals change places",
    "fault.approval-unheard",
    (pack) => {
      const [begin, cutover] = [approvalOf(pack, "begin"), approvalOf(pack, "cutover")];
      [begin.gate, cutover.gate] = [cutover.gate, begin.gate];
    },
  ],
  [
    "lets whoever asked have been somebody else",
    "fault.requester-unheard",
    ({ people }) => {
      people.requester = carol;
    },
  ],
  [
    "lets it have been asked for earlier",
    "fault.requester-unheard",
    ({ migration }) => {
      migration.createdAt -= 1;
    },
  ],
  ["takes an approval out", "fault.no-approval", ({ people }) => void people.approvals.pop()],
  [
    "puts an approval in",
    "fault.approvals-missing",
    ({ people }) => void people.approvals.push(...people.approvals.slice(-1)),
  ],
  [
    "lets an approval be of another plan",
    "fault.no-approval",
    (pack) => {
      approvalOf(pack, "cutover").planHash = digest("another");
    },
  ],
  [
    "lets an approval be older",
    "fault.approval-unheard",
    (pack) => {
      approvalOf(pack, "begin").at -= 3_600_000;
    },
  ],
  [
    "puts another key into the plan",
    "fault.plan-hash",
    ({ plan }) => {
      plan.plan.keyArn = "arn:aws:kms:eu-west-1:123456789012:key/another";
    },
  ],
  [
    "puts another plan in, with its own hash",
    "fault.no-approval",
    ({ plan }) => {
      plan.plan.keyArn = "arn:aws:kms:eu-west-1:123456789012:key/another";
      plan.plan.hash = hashOf(plan.plan as unknown as Plan);
    },
  ],
  [
    "lets the pack be of another database",
    "fault.other-plan",
    ({ migration }) => {
      migration.target.name = "invoices-prod";
    },
  ],
  [
    "takes what was seen from a step",
    "fault.no-evidence",
    (pack) => {
      stepOf(pack, "mark").evidence = [];
    },
  ],
  [
    "lets a step have ended at another time",
    "fault.step-unheard",
    (pack) => {
      stepOf(pack, "end-sessions").doneAt = (stepOf(pack, "end-sessions").doneAt ?? 0) - 1;
    },
  ],
  [
    "lets a step never have been done",
    "fault.not-done",
    (pack) => {
      stepOf(pack, "last-look").doneAt = null;
    },
  ],
  [
    "lets the key be another one that was seen",
    "fault.no-key",
    ({ steps }) => {
      for (const { evidence } of steps) for (const { claim } of evidence) delete claim.params.key;
    },
  ],
  [
    "lets a step have begun before it was approved",
    "fault.uncovered",
    (pack) => {
      stepOf(pack, "fence-network").begunAt = approvalOf(pack, "cutover").at - 10_000;
    },
  ],
  [
    "lets a step end before it began",
    "fault.backwards",
    (pack) => {
      stepOf(pack, "restore").begunAt = (stepOf(pack, "restore").doneAt ?? 0) + 10_000;
    },
  ],
  [
    "lets AWS have accepted a change before it was made",
    "fault.backwards",
    (pack) => {
      const [request] = stepOf(pack, "restore").requests;
      if (request) request.at -= 86_400_000;
    },
  ],
  [
    "makes the downtime shorter",
    "fault.downtime-unheard",
    ({ downtime }) => {
      downtime.began = (downtime.began ?? 0) + 60_000;
    },
  ],
  [
    "lets it have ended at another time",
    "fault.end-unheard",
    ({ migration }) => {
      migration.endedAt = (migration.endedAt ?? 0) - 1;
    },
  ],
];

describe("a forger who seals the file anew and", () => {
  test.each(forgeries)("%s is given away", (_what, fault, change) => {
    const other = forged(finished, change);
    expect(textOf(other)).not.toBe(textOf(finished));
    expect(codes(verifyEvidence(fileOf(other)))).toContain(fault);
  });

  test("lets whoever asked have approved, in the journal as well, is given away", () => {
    const other = forged(finished, (pack) => {
      approvalOf(pack, "cutover").person = pack.people.requester;
      const { journal, migration } = pack;
      let before = "";
      for (const entry of journal) {
        const { params } = entry.what;
        if (entry.what.code === "event.approved" && params.gate === "cutover") params.person = "alice";
        entry.hash = digest({ before, seq: entry.seq, at: entry.at, what: entry.what });
        before = entry.hash;
      }
      migration.journalHead.hash = before;
    });
    expect(codes(verifyEvidence(fileOf(other)))).toEqual(["fault.own-approval"]);
  });

  test("lets one person have signed twice that writes are discarded is given away", () => {
    const other = forged(discarded, ({ people }) => {
      const [first, second] = people.approvals.filter(({ gate }) => gate === "discard-writes");
      if (first && second) second.person = first.person;
    });
    expect(codes(verifyEvidence(fileOf(other)))).toContain("fault.one-signature");
  });

  test("lets what was made stand after a rollback is given away", () => {
    const other = forged(small, (pack) => {
      pack.steps = pack.steps.filter(({ key }) => key !== "undo:protect-source");
    });
    expect(codes(verifyEvidence(fileOf(other)))).toContain("fault.not-undone");
  });
});

test("a pack holds nothing that a terminal would obey or nobody would see, whatever names are in it", () => {
  const name = "orders\u009b2J\u202e\u2028\u{e0041}\u007f";
  const other = forged(small, ({ people }) => {
    people.key = name;
  });
  expect(textOf(other)).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\u2028]/u);
  expect(JSON.parse(textOf(other)).sections.people.key).toBe(name);
  expect(codes(verifyEvidence(fileOf(other), other.seal))).toEqual([]);
});

describe("what is no pack", () => {
  const verdictOn = (text: string) => verifyEvidence(new TextEncoder().encode(text)).faults;

  test.each([
    ["", "fault.not-json"],
    ["# A heading", "fault.not-json"],
    ["null", "fault.not-a-pack"],
    ["[]", "fault.not-a-pack"],
    ['{"sections":{"format":null}}', "fault.not-a-pack"],
    ['{"sections":{"format":{"id":"another product"}}}', "fault.not-a-pack"],
  ])("%j is said to be none", (text, code) => {
    expect(verdictOn(text)).toEqual([expect.objectContaining({ code })]);
  });

  test("a pack of another version is said to be one", () => {
    expect(verdictOn(textOf(small).replace('"version": 1\n', '"version": 2\n'))).toEqual([
      { code: "fault.other-version", params: { version: "2", known: 1 } },
    ]);
  });

  test("a pack that lacks something says what", () => {
    const { journal: _none, ...sections } = small.sections;
    expect(verdictOn(textOf({ ...small, sections }))).toEqual([
      { code: "fault.shape", params: { where: "sections.journal", what: expect.any(String) } },
    ]);
  });

  test("bytes that are no text are none", () => {
    expect(codes(verifyEvidence(Uint8Array.from([0xff, 0xfe, 0x00])))).toEqual(["fault.not-json"]);
  });
});
