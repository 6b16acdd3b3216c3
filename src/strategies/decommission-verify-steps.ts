import { problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { Evidence, StepResult } from "../core/step.ts";
import { minutes, seconds } from "../core/time.ts";
import { isWhole } from "./decommission-copy.ts";
import type { DecommissionContext, DecommissionLearned, DecommissionStep } from "./decommission-facts.ts";
import { countersOf, sessionsOn } from "./decommission-looks.ts";
import { findCondemned, gone, noLonger, takenWhole } from "./decommission-steps.ts";
import { writerOf } from "./decommission-survey.ts";
import { blockedBy, compareCounters, evidence, isUsable, onItsWay, waitingFor } from "./looks.ts";
import { type Subject, toldBy } from "./subject.ts";

type Result = StepResult<DecommissionLearned>;

/** One of the things that must hold: what proves it, or what is to be said instead. */
type Proof = Evidence | Exclude<Result, { status: "done" }>;

const isMissing = (proof: Proof): proof is Exclude<Proof, Evidence> => "status" in proof;

/** The last moment at which nothing is lost yet. From here on the plan is carried out as it was approved. */
export const verifyLast: DecommissionStep = {
  id: "verify-last",
  effect: "reads",
  verifies: true,
  settlesPlan: true,
  expect: seconds(15),
  deadline: minutes(60),
  title: ({ pinned }) => note("step.verify-last", { retired: pinned.source.name }),
  check: async (cx) => {
    const found = await findCondemned(cx);
    if (!found) return gone(cx);
    if (!isUsable(found.status)) return onItsWay(found);
    const changed = noLonger(cx, found);
    if (changed) return changed;
    const snapshot = await takenWhole(cx);
    if (snapshot.status === "todo") return waitingFor(note("wait.visible", { name: cx.names.lastSnapshot }));
    if (snapshot.status !== "done") return snapshot;
    const fenced = evidence(
      note("saw.still-fenced", { retired: found.name, group: cx.pinned.fenceGroup }),
      cx.pinned.fenceGroup,
      toldBy(found),
    );
    const proofs: Evidence[] = [fenced];
    for (const prove of [nobodyIsIn, nothingWritten, copyIsThere, replacementServes]) {
      const proof = await prove(cx, found);
      if (isMissing(proof)) return proof;
      proofs.push(proof);
    }
    return { status: "done", evidence: [...snapshot.evidence, ...proofs] };
  },
};

async function nobodyIsIn(cx: DecommissionContext, found: Subject): Promise<Proof> {
  const sessions = await sessionsOn(cx, cx.pinned);
  const { name } = cx.pinned.replacement;
  if (sessions.length > 0) {
    const params = { retired: found.name, sessions: sessions.join("; "), name };
    return blockedBy(problem("decommission.sessions", params));
  }
  return evidence(note("saw.nobody-in", { retired: found.name }), "0", "probe: pg_stat_activity");
}

/** What the last snapshot does not hold would be lost. */
async function nothingWritten(cx: DecommissionContext, found: Subject): Promise<Proof> {
  const before = cx.learned.condemned;
  if (!before) throw new Error("the source's counters were not kept when it was condemned");
  const now = await countersOf(cx, cx.pinned, writerOf(found));
  if (!now) return waitingFor(note("wait.visible", { name: found.name }));
  const since = compareCounters(before, now);
  if (since.verdict !== "unchanged") {
    const changes = since.verdict === "changed" ? since.changes : since.reason;
    const { name } = cx.pinned.replacement;
    return blockedBy(problem("decommission.written-meanwhile", { retired: found.name, changes, name }));
  }
  const claim = note("saw.unchanged-since-condemned", { retired: found.name });
  return evidence(claim, JSON.stringify(now.databases), "probe: pg_stat_user_tables");
}

async function copyIsThere({ cloud, pinned }: DecommissionContext, found: Subject): Promise<Proof> {
  const { backup, copy, replacement } = pinned;
  const there = backup && copy && (await cloud.findCopy(backup, copy.arn));
  if (!there || !isWhole(there)) {
    const params = { retired: found.name, copy: copy?.arn ?? "none", name: replacement.name };
    return blockedBy(problem("decommission.copy-gone", params));
  }
  const { createdAt: at, vaultArn: vault, keyArn } = there;
  const claim = note("saw.copy-there", { at, vault, key: keyArn ?? "" });
  return evidence(claim, there.arn, "backup:DescribeRecoveryPoint in the other account");
}

async function replacementServes(cx: DecommissionContext, found: Subject): Promise<Proof> {
  const { endpoint, replacement } = cx.pinned;
  const { host } = endpoint;
  const { sight } = await cx.database.look(endpoint);
  if (sight.state === "unreachable") {
    return waitingFor(note("wait.answer", { host, layer: sight.layer, reason: sight.reason }));
  }
  if (sight.answersAs !== replacement.resourceId) {
    const params = { retired: found.name, host, answers: sight.answersAs ?? "unknown" };
    return blockedBy(problem("decommission.replacement-silent", params));
  }
  const claim = note("saw.replacement-answers", { host, resourceId: replacement.resourceId });
  return evidence(claim, replacement.resourceId, "probe: encrypt_db.identity");
}
