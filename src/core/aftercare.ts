import * as z from "zod";
import { costOfKeeping } from "./cost.ts";
import { record } from "./journal.ts";
import type { Migration } from "./migration.ts";
import { type Note, plain } from "./note.ts";
import { explain, type Problem, problem, problemSchema } from "./problem.ts";
import { purposeOf, retiredName } from "./purpose.ts";
import { note, say } from "./sentences.ts";
import { type Duration, days, hours, type Instant } from "./time.ts";

/** What is looked at: the source that is kept, the database that serves, and that its backups go on. */
const parts = ["kept", "serving", "backups"] as const;
type Part = (typeof parts)[number];

/** What is looked at daily once a migration is finished: the source that is kept, and that backups go on. */
export const aftercare = z.object({
  nextLook: z.number(),
  /** The source, until it is gone. */
  kept: z.nullable(
    z.object({
      /** Not before this may it be decommissioned. */
      until: z.number(),
      /** How often people were asked what is to become of it, and when they are asked next. */
      reminders: z.number(),
      nextReminder: z.number(),
    }),
  ),
  /** What the last look found wrong; each is said once. The code begins with the part that it is about. */
  concerns: z.array(problemSchema),
  /** When each part was last seen, or was for a reason not looked at. */
  seen: z.object({ kept: z.number(), serving: z.number(), backups: z.number() }),
});
export type Aftercare = z.infer<typeof aftercare>;

/**
 * What a look at one part came to. `gone`: the service says that it is not there any more. `left`: not looked at on purpose,
 * as somebody is at work on it. `unseen`: nobody knows; `because` is whose answer is missing, in words.
 */
export type Seen =
  | { readonly state: "there" | "gone"; readonly concerns: readonly Problem[] }
  | { readonly state: "left" }
  | { readonly state: "unseen"; readonly because: string };

export interface AftercareLook {
  /** Null where there is nothing kept any more. */
  readonly kept: Seen | null;
  /** Null where a later migration of this database has been finished: what serves is looked at with that one. */
  readonly serving: Seen | null;
  /** Null where no backups are made elsewhere, or where they are looked at with a later one. */
  readonly backups: Seen | null;
  /** What the bot is asked, or was, to do with the source. `refused`: it deletes none but the last move's. */
  readonly decommission: "none" | "refused" | "under way" | "finished";
}

const daily = days(1);
/** A look that could not be made is made again sooner; longer than a service takes to answer again. */
const again = hours(1);
/** For so long nobody is told that nothing can be seen. */
const patience = days(3);

/** After the first question, which is asked when the retention is over. */
const pauses: readonly Duration[] = [days(1), days(3), days(7), days(14), days(28)];
const longestPause = days(30);

const retained = z.object({ retention: z.number() });

/**
 * What is looked at from the end of this migration on; null where nothing is. A rehearsal leaves nothing behind, and what a
 * decommission deletes is looked at with the migration that kept it.
 */
export function aftercareOf(
  ended: Pick<Migration, "strategy" | "pinned" | "status">,
  now: Instant,
): Aftercare | null {
  if (ended.status !== "finished") return null;
  const seen = { kept: now, serving: now, backups: now };
  const purpose = purposeOf(ended);
  if (purpose === "backup") return { nextLook: now + daily, kept: null, concerns: [], seen };
  const pinned = retained.safeParse(ended.pinned);
  if (purpose !== "move" || !pinned.success) return null;
  const until = now + pinned.data.retention;
  const kept = { until, reminders: 0, nextReminder: until };
  return { nextLook: Math.min(now + daily, until), kept, concerns: [], seen };
}

/** Says what is new since the last look, and nothing that was said before. */
export function lookedAfter(m: Migration, look: AftercareLook, now: Instant): Migration {
  const care = m.aftercare;
  if (!care) return m;
  const seen = { ...care.seen };
  for (const part of parts) if (wasSeen(look[part])) seen[part] = now;
  const found = parts.flatMap((part) => concernsOf(part, look, { care, name: m.target.name, now }));
  const told = tellChanges(m, look, { before: care.concerns, after: found }, now);
  const [asked, kept] =
    care.kept !== null && look.kept?.state === "gone"
      ? [record(told, goneNote(m, look, care.kept.until, now), now), null]
      : remind(told, care.kept, look, now);
  if (kept === null && isOver(look)) return ended(asked, look, now);
  return { ...asked, aftercare: { nextLook: nextLook(look, kept, now), kept, concerns: found, seen } };
}

function wasSeen(part: Seen | null): boolean {
  return part !== null && part.state !== "unseen";
}

/** A part of which nothing new is known keeps what was found last: unknown is not mended. */
function concernsOf(
  part: Part,
  look: AftercareLook,
  { care, name, now }: { readonly care: Aftercare; readonly name: string; readonly now: Instant },
): readonly Problem[] {
  const seen = look[part];
  if (seen === null) return [];
  if (seen.state === "there" || seen.state === "gone") return seen.concerns;
  const before = care.concerns.filter(({ code }) => isAbout(code, part));
  const isLong = seen.state === "unseen" && now - care.seen[part] >= patience;
  if (!isLong || before.some(({ code }) => code === unseen[part])) return before;
  return [...before, problem(unseen[part], { name, since: care.seen[part], because: seen.because })];
}

function isAbout(code: string, part: Part): boolean {
  return code.startsWith(`${part}.`);
}

const unseen = {
  kept: "kept.unseen",
  serving: "serving.unseen",
  backups: "backups.unseen",
} as const;

/** Only codes are compared: a figure that moves from look to look is nothing new. */
function tellChanges(
  m: Migration,
  look: AftercareLook,
  { before, after }: { readonly before: readonly Problem[]; readonly after: readonly Problem[] },
  now: Instant,
): Migration {
  const isIn = (all: readonly Problem[], { code }: Problem) => all.some((one) => one.code === code);
  // With what is gone its faults are gone too, and nobody has mended them.
  const isThere = ({ code }: Problem) =>
    parts.some((part) => isAbout(code, part) && look[part]?.state === "there");
  const over = before.filter((one) => isThere(one) && !isIn(after, one));
  const fresh = after.filter((one) => !isIn(before, one));
  const notes = [...over.map(overNote), ...fresh.map((one) => note("event.concern", explain(one, plain)))];
  return notes.reduce((told, what) => record(told, what, now), m);
}

/** That it runs again is what people must hear, and who may have started it. */
function overNote(concern: Problem): Note {
  const { name = "", retired = "" } = concern.params;
  if (concern.code === "kept.stopped") return note("event.kept-started", { name, retired });
  return note("event.concern-over", { why: explain(concern, plain).why });
}

function goneNote(m: Migration, { decommission }: AftercareLook, until: Instant, now: Instant): Note {
  const retired = retiredName(m);
  if (decommission === "finished") return note("event.kept-decommissioned", { retired });
  return now < until
    ? note("event.kept-gone-early", { retired, until })
    : note("event.kept-gone", { retired });
}

/** Asks what is to become of a source whose retention is over, with ever longer pauses. */
function remind(
  m: Migration,
  kept: Aftercare["kept"],
  { kept: seen, decommission }: AftercareLook,
  now: Instant,
): readonly [Migration, Aftercare["kept"]] {
  // Nor where nobody knows whether it is still there.
  const isToBeAsked = kept !== null && seen?.state === "there" && now >= kept.nextReminder;
  if (!isToBeAsked || decommission === "under way" || decommission === "finished") return [m, kept];
  const costs = costOfKeeping(m.pinned) ?? note("costs.unknown", {});
  const said = { name: m.target.name, retired: retiredName(m), costs: say(costs, plain) };
  const since = { ...said, days: Math.floor((now - kept.until) / daily) };
  const plea =
    kept.reminders === 0 ? note("event.retention-over", said) : note("event.retention-over-again", since);
  const what = decommission === "refused" ? note("event.retention-over-older", said) : plea;
  const pause = pauses[kept.reminders] ?? longestPause;
  const next = { ...kept, reminders: kept.reminders + 1, nextReminder: now + pause };
  return [record(m, what, now), next];
}

/** With no source kept, there is nothing to look at where the rest is gone too, or is looked at with another migration. */
function isOver({ serving, backups }: AftercareLook): boolean {
  return serving === null || backups === null || serving.state === "gone" || backups.state === "gone";
}

function ended(m: Migration, { serving }: AftercareLook, now: Instant): Migration {
  const next = { ...m, aftercare: null };
  return serving === null ? next : record(next, note("event.aftercare-ended", { name: m.target.name }), now);
}

function nextLook(look: AftercareLook, kept: Aftercare["kept"], now: Instant): Instant {
  if (parts.some((part) => look[part]?.state === "unseen")) return now + again;
  const reminder = kept && kept.nextReminder > now ? kept.nextReminder : Number.POSITIVE_INFINITY;
  return Math.min(now + daily, reminder);
}
