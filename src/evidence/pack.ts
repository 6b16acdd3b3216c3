import { inWords } from "../core/gate-names.ts";
import type { JournalEntry, Migration, StepRecord } from "../core/migration.ts";
import { plain } from "../core/note.ts";
import type { Plan } from "../core/plan.ts";
import { purposeOf } from "../core/purpose.ts";
import type { Cleaning } from "../core/secret-forms.ts";
import { say } from "../core/sentences.ts";
import { formatId, formatVersion, type Pack, type PackedEntry, type PackedStep, sealed } from "./format.ts";
import { redacted } from "./redact.ts";

/**
 * Everything that is on record of one migration, sealed. The same stored migration, plan and journal give the same pack, byte
 * for byte: there is no time of making in it. `journal` is the whole of it, from the first entry on. No secret is left in it
 * that `clean` knows.
 */
export function makePack(
  {
    migration,
    plan,
    journal,
  }: {
    readonly migration: Migration;
    readonly plan: Plan;
    readonly journal: readonly JournalEntry[];
  },
  clean: Cleaning,
): Pack {
  const without = <T>(value: T): T => redacted(value, clean).value;
  const { requester, request, approvals, learned, sightings, target, strategy, status } = migration;
  const ofPlan = redacted(plan, clean);
  const earlier = approvals.map(({ planHash }) => planHash).filter((hash) => hash !== plan.hash);
  return sealed({
    format: {
      id: formatId,
      version: formatVersion,
      times: "milliseconds since 1970-01-01T00:00:00Z",
      hashes: "SHA-256 of JSON with its keys in order and without spaces, in hexadecimal",
    },
    migration: without({
      id: migration.id,
      purpose: purposeOf(migration),
      target,
      strategy,
      status,
      direction: migration.direction,
      problem: migration.problem,
      createdAt: migration.createdAt,
      endedAt: migration.endedAt,
      journalHead: migration.journalHead,
    }),
    people: without({ requester, key: request.key, approvals }),
    plan: { plan: ofPlan.value, redacted: ofPlan.changed, earlier: [...new Set(earlier)] },
    steps: without(stepsOf(migration, plan)),
    downtime: without({ began: migration.downtimeBegan, ended: migration.downtimeEnded, sightings }),
    learned: without(learned),
    journal: journal.map((entry) => packed(entry, clean)),
  });
}

function packed({ seq, at, what, hash }: JournalEntry, clean: Cleaning): PackedEntry {
  const { value, changed } = redacted({ what, says: say(inWords(what), plain) }, clean);
  return { seq, at, ...value, hash, redacted: changed };
}

/** Those of the plan in its order, then what was undone and proved after that, in the order of time. */
function stepsOf({ steps }: Migration, plan: Plan): PackedStep[] {
  const planned = plan.steps
    .filter(({ skipped }) => skipped === null)
    .map(({ id, title }) => packedStep(id, say(title, plain), steps[id]));
  const ids = new Set(planned.map(({ key }) => key));
  const others = Object.entries(steps)
    .filter(([key]) => !ids.has(key))
    .sort(([, a], [, b]) => a.since - b.since)
    .map(([key, kept]) => packedStep(key, titleOfUndo(key, plan), kept));
  return [...planned, ...others];
}

function titleOfUndo(key: string, plan: Plan): string | null {
  const undo = plan.steps.find(({ id }) => key === `undo:${id}`)?.undo;
  return undo ? say(undo, plain) : null;
}

function packedStep(key: string, title: string | null, kept: StepRecord | undefined): PackedStep {
  return {
    key,
    title,
    begunAt: kept?.begunAt ?? null,
    doneAt: kept?.doneAt ?? null,
    evidence: (kept?.evidence ?? []).map(({ claim, observed, source }) => ({
      claim,
      says: say(inWords(claim), plain),
      observed,
      source,
    })),
    requests: [...(kept?.requests ?? [])],
  };
}
