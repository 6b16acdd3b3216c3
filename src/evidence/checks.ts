import { cutoverGate, discardGate, isSamePerson, openGate } from "../core/approval.ts";
import { gateName } from "../core/gate-names.ts";
import { digest } from "../core/hash.ts";
import { type Note, plain } from "../core/note.ts";
import { hashOf, type Plan } from "../core/plan.ts";
import { note, say } from "../core/sentences.ts";
import type { Instant } from "../core/time.ts";
import type { PackedEntry, PackedStep, Sections } from "./format.ts";
import { clocksApart, timeFaults } from "./times.ts";

type Approval = Sections["people"]["approvals"][number];

/** What of a pack contradicts itself, or what must not be. Its chain has been looked at before. */
export function faultsOf(pack: Sections): readonly Note[] {
  return [
    ...journalFaults(pack),
    ...planFaults(pack),
    ...approvalFaults(pack),
    ...stepFaults(pack),
    ...heardFaults(pack),
    ...timeFaults(pack),
  ];
}

function journalFaults({ journal, migration: { journalHead } }: Sections): readonly Note[] {
  let before = "";
  for (const [index, { seq, at, what, hash, redacted }] of journal.entries()) {
    const follows = seq === index + 1 && (redacted || hash === digest({ before, seq, at, what }));
    if (!follows) return [note("fault.journal", { seq: index + 1 })];
    before = hash;
  }
  const seq = journal.length;
  const isWhole = seq === journalHead.seq && before === journalHead.hash;
  return isWhole ? [] : [note("fault.journal-end", { seq, last: journalHead.seq })];
}

function planFaults({ plan: { plan, redacted }, migration }: Sections): readonly Note[] {
  const actual = hashOf(plan as unknown as Plan);
  const isOther =
    plan.migration !== migration.id ||
    digest(plan.target) !== digest(migration.target) ||
    plan.strategy.id !== migration.strategy.id;
  return [
    ...(redacted || actual === plan.hash ? [] : [note("fault.plan-hash", { actual, hash: plan.hash })]),
    ...(isOther ? [note("fault.other-plan", { plan: plan.migration, migration: migration.id })] : []),
  ];
}

/** The gates of the plan that were passed, each with the approval that let it pass. */
function passedGates({ plan: { plan }, people, steps }: Sections) {
  const given = (gate: string) =>
    people.approvals.findLast((one) => one.gate === gate && one.planHash === plan.hash);
  const agreed = (gate: string) => {
    const cutover = gate === openGate ? given(cutoverGate) : undefined;
    return cutover?.terms?.opening === "automatic" ? cutover : undefined;
  };
  return plan.steps
    .filter(({ id, gate }) => gate && steps.some(({ key, doneAt }) => key === id && doneAt !== null))
    .map(({ id }) => ({ gate: id, approval: given(id) ?? agreed(id) }));
}

function approvalFaults(pack: Sections): readonly Note[] {
  const { approvals, requester } = pack.people;
  const own = approvals.filter(({ gate, person }) => gate !== discardGate && isSamePerson(person, requester));
  const unapproved = passedGates(pack).filter(({ approval }) => approval === undefined);
  const people = signersOf(pack);
  return [
    ...own.map(({ gate, person }) =>
      note("fault.own-approval", { gate: capital(gateName(gate)), person: person.name }),
    ),
    ...unapproved.map(({ gate }) => note("fault.no-approval", { gate: capital(gateName(gate)) })),
    ...uncovered(pack),
    ...(people.length === 1 && wasDiscarded(pack) ? [note("fault.one-signature", { count: 1 })] : []),
  ];
}

function signersOf({ people: { approvals } }: Sections): readonly Approval["person"][] {
  const signed = approvals.filter(({ gate }) => gate === discardGate).map(({ person }) => person);
  return signed.filter((one, at) => signed.findIndex((other) => isSamePerson(one, other)) === at);
}

function wasDiscarded({ steps }: Sections): boolean {
  return steps.some(({ evidence }) => evidence.some(({ claim }) => claim.code === "saw.discard-signed"));
}

/** What was begun under a plan that was replaced was covered by the approval of that one. */
function uncovered({ plan: { plan }, people: { approvals }, steps }: Sections): readonly Note[] {
  let gate: string | undefined;
  return plan.steps.flatMap((planned) => {
    if (planned.gate) gate = planned.id;
    const begunAt = steps.find(({ key }) => key === planned.id)?.begunAt ?? null;
    if (begunAt === null || planned.gate || planned.effect === "reads") return [];
    const covers = (one: Approval) =>
      (one.gate === gate || (gate === openGate && one.gate === cutoverGate)) &&
      one.at <= begunAt + clocksApart;
    if (approvals.some(covers)) return [];
    const step = say(planned.title, plain);
    return [note("fault.uncovered", { step, at: begunAt, gate: gateName(gate ?? "begin") })];
  });
}

function stepFaults({ plan: { plan }, steps, migration }: Sections): readonly Note[] {
  const bare = steps.filter(({ doneAt, evidence }) => doneAt !== null && evidence.length === 0);
  const kept = new Map(steps.map((step) => [step.key, step]));
  const needed = plan.steps.filter(({ skipped }) => skipped === null);
  const begun = needed.filter(({ id }) => kept.get(id)?.begunAt != null || kept.get(id)?.doneAt != null);
  const left = needed.filter(({ id }) => kept.get(id)?.doneAt == null);
  const stands = begun.filter(({ id, undo }) => undo !== null && kept.get(`undo:${id}`)?.doneAt == null);
  const isFinished = migration.status === "finished";
  return [
    ...bare.map((step) => note("fault.no-evidence", { step: nameOf(step) })),
    ...(isFinished ? left.map(({ title }) => note("fault.not-done", { step: say(title, plain) })) : []),
    ...(migration.status === "rolled-back"
      ? stands.map(({ title }) => note("fault.not-undone", { step: say(title, plain) }))
      : []),
    ...(isFinished && migration.purpose === "move" && !showsKey(steps, plan.keyArn)
      ? [note("fault.no-key", { key: plan.keyArn })]
      : []),
  ];
}

function showsKey(steps: readonly PackedStep[], key: string): boolean {
  return steps.some(({ evidence }) =>
    evidence.some(({ claim }) => claim.code === "saw.key" && claim.params.key === key),
  );
}

/**
 * The journal and what the migration holds were written in the same moments: whoever forges one of them and seals it anew has
 * forgotten the other.
 */
function heardFaults(pack: Sections): readonly Note[] {
  const { journal, people, migration, steps, downtime } = pack;
  const [first] = journal;
  const { requester } = people;
  const isRequest = first?.at === migration.createdAt && first.what.params.person === requester.name;
  const unheard = people.approvals.filter((given) => !journal.some((entry) => tellsOf(entry, given)));
  const told = journal.filter(({ what }) => what.code === "event.approved").length;
  const kept = people.approvals.length;
  const ended = steps.filter(({ doneAt }) => doneAt !== null);
  const isEnd = ({ at }: PackedEntry) => at === migration.endedAt;
  return [
    ...(isRequest
      ? []
      : [note("fault.requester-unheard", { person: requester.name, at: migration.createdAt })]),
    ...unheard.map(({ gate, person, at }) =>
      note("fault.approval-unheard", { gate: gateName(gate), person: person.name, at }),
    ),
    ...(told === kept ? [] : [note("fault.approvals-missing", { told, kept })]),
    ...ended.flatMap((step) => (journal.some((entry) => endOf(entry, step)) ? [] : [endUnheard(step)])),
    ...(migration.endedAt === null || journal.some(isEnd)
      ? []
      : [note("fault.end-unheard", { at: migration.endedAt })]),
    ...downtimeUnheard(downtime.began, "begin", pack),
    ...downtimeUnheard(downtime.ended, "end", pack),
  ];
}

/** An approval is dated when it is judged and told when that is saved; in between lies a call of the store. */
const savingTakes = 60_000;

function tellsOf(
  { at, what: { code, params } }: PackedEntry,
  { gate, person, at: given }: Approval,
): boolean {
  const isIt = code === "event.approved" && params.gate === gate && params.person === person.name;
  return isIt && at >= given && at <= given + savingTakes;
}

function endOf({ at, what: { code, params } }: PackedEntry, { key, doneAt }: PackedStep): boolean {
  return code === "step.done" && params.step === key && at === doneAt;
}

function endUnheard(step: PackedStep): Note {
  return note("fault.step-unheard", { step: nameOf(step), at: step.doneAt ?? 0 });
}

function downtimeUnheard(at: Instant | null, what: string, { journal }: Sections): readonly Note[] {
  if (at === null || journal.some((entry) => entry.at === at)) return [];
  return [note("fault.downtime-unheard", { at, what })];
}

function nameOf({ title, key }: Pick<PackedStep, "title" | "key">): string {
  return title ?? key;
}

/** At the beginning of a sentence. */
function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What a pack proves in which nothing is wrong. */
export function proofsOf(pack: Sections): readonly Note[] {
  const { journal, plan, people, steps, migration } = pack;
  const { requester } = people;
  const done = steps.filter(({ doneAt }) => doneAt !== null);
  const signers = signersOf(pack).map(({ name }) => name);
  const isPlain = !plan.redacted;
  return [
    ...(journal.some(({ redacted }) => redacted)
      ? []
      : [note("proves.journal", { last: migration.journalHead.seq })]),
    ...(isPlain ? [note("proves.plan", { hash: plan.plan.hash })] : []),
    ...passedGates(pack).flatMap(({ gate, approval }) => {
      if (!approval) return [];
      const { person, at } = approval;
      const by = { person: person.name, user: person.user };
      return [
        note("proves.approved", {
          gate: capital(gateName(gate)),
          ...by,
          at,
          requester: requester.name,
          asker: requester.user,
        }),
      ];
    }),
    ...(signers.length > 0 ? [note("proves.discarded", { people: signers.join(", ") })] : []),
    note("proves.order", {}),
    note("proves.steps", { count: done.length }),
    ...(migration.endedAt === null ? [] : [endNote(pack, migration.endedAt)]),
  ];
}

function endNote({ migration: { id, target, status } }: Sections, at: Instant): Note {
  return note("proves.ended", { migration: id, name: target.name, at, status });
}

/** What a pack cannot prove. */
export function opensOf({ steps, migration, journal, plan }: Sections): readonly Note[] {
  const count = steps.reduce((sum, { requests }) => sum + requests.length, 0);
  const { account } = migration.target;
  return [
    note("unproved.truth", { count, account, migration: migration.id }),
    ...journal.filter(({ redacted }) => redacted).map(({ seq }) => note("unproved.redacted-entry", { seq })),
    ...(plan.redacted ? [note("unproved.redacted-plan", {})] : []),
    ...(plan.earlier.length > 0 ? [note("unproved.earlier", { hashes: plan.earlier.join(", ") })] : []),
    ...(migration.endedAt === null ? [note("unproved.open", {})] : []),
    ...(migration.status === "closed" ? [note("unproved.closed", {})] : []),
  ];
}
