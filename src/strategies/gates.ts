import { cutoverGate, openGate } from "../core/approval.ts";
import { note } from "../core/sentences.ts";
import type { Step } from "../core/step.ts";
import { evidence, waitingFor } from "./looks.ts";

type AnyStep = Step<unknown, unknown>;

/**
 * A step done by somebody's approval of the current plan that has not expired when it is looked at. The last one counts: its
 * terms may say not to begin before a time, until which the gate stays open for another.
 */
export function gate(id: "begin" | "cutover" | "take-down" | "decommission"): AnyStep {
  return {
    id,
    effect: "reads",
    gate: true,
    expect: 0,
    title: () => note(`step.${id}`, {}),
    check: async (cx) => {
      const given = cx.approvals.findLast((approval) => approval.gate === id);
      if (!given || cx.now >= given.expiresAt) return waitingFor(note("wait.approval", { gate: id }));
      const until = given.terms?.notBefore ?? cx.now;
      if (cx.now < until) return waitingFor(note("wait.not-before", { until, person: given.person.name }));
      return { status: "done", evidence: [approvedBy(given.person.name, given.planHash)] };
    },
  };
}

/** Passed at once where the approver of the cutover agreed that it opens when every check passes. */
export function gateBeforeOpening(): AnyStep {
  return {
    id: openGate,
    effect: "reads",
    gate: true,
    expect: 0,
    title: () => note("step.open-gate", {}),
    check: async (cx) => {
      const cutover = cx.approvals.findLast((approval) => approval.gate === cutoverGate);
      if (cutover?.terms?.opening === "automatic") {
        const claim = note("saw.opening-agreed", { person: cutover.person.name });
        return { status: "done", evidence: [evidence(claim, cutover.planHash, "Slack")] };
      }
      const given = cx.approvals.find(
        (approval) => approval.gate === openGate && cx.now < approval.expiresAt,
      );
      if (!given) return waitingFor(note("wait.approval", { gate: openGate }));
      return { status: "done", evidence: [approvedBy(given.person.name, given.planHash)] };
    },
  };
}

function approvedBy(person: string, planHash: string) {
  return evidence(note("saw.approved", { person }), `plan ${planHash.slice(0, 12)}`, "Slack");
}
