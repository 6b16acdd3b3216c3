import { type Problem, problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { Precondition, Survey, SurveyContext } from "../core/strategy.ts";
import type { DumpObserved, DumpPinned } from "./facts.ts";
import { sayWriters } from "./inside-steps.ts";
import { surveyInstance } from "./instance-survey.ts";

/** What is read before an instance is dumped: that of any instance, who its master is, and whether a dump can be run at all. */
export async function surveyForDump(
  cx: SurveyContext,
): Promise<Survey<DumpPinned, DumpObserved> | { problem: Problem }> {
  const { name } = cx.target;
  const [surveyed, facts] = await Promise.all([
    surveyInstance(cx, [note("remark.dump-time", { name }), note("remark.dump-new-server", {})]),
    cx.cloud.findInstance(name),
  ]);
  if ("problem" in surveyed) return surveyed;
  if (!facts?.standalone) return { problem: problem("target.not-found", { name, region: cx.target.region }) };
  const master = facts.standalone.masterUser;
  const unready = (await cx.transfer.unready(name, majorOf(surveyed.pinned.settings.engineVersion))) ?? null;
  return {
    ...surveyed,
    // A dump brings the rows of unlogged tables along.
    pinned: { ...surveyed.pinned, comesBackEmpty: [], master },
    observed: { ...surveyed.observed, unready },
    remarks: [
      ...surveyed.remarks.filter(({ code }) => code !== "remark.comes-back-empty"),
      note("remark.dump-master", { user: master }),
    ],
  };
}

function majorOf(engineVersion: string): number {
  return Number.parseInt(engineVersion, 10);
}

type Condition = Precondition<DumpPinned, DumpObserved>;

const transferReady: Condition = {
  claim: note("check.transfer-ready", {}),
  check: ({ observed }) => observed.unready ?? undefined,
};

/** A copy of the storage brings them along with what the bot has written down of them; a dump does not. */
const nothingWritesInside: Condition = {
  claim: note("check.no-writers", {}),
  check: ({ pinned: { writers, source } }) =>
    writers.length === 0
      ? undefined
      : problem("transfer.writers", { name: source.name, writers: sayWriters(writers) }),
};

export const dumpPreflight: readonly Condition[] = [transferReady, nothingWritesInside];
