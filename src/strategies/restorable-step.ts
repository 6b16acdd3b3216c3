import { note } from "../core/sentences.ts";
import { minutes, seconds } from "../core/time.ts";
import { known, type SharedStep } from "./facts.ts";
import { evidence, findSource, isResult, sourceWriter } from "./looks.ts";
import { toldBy } from "./subject.ts";

/** Four times what AWS calls typical, from T1. */
const stallsAfter = minutes(20);

/**
 * The restorable time trails by up to five minutes and moves in steps; restoring before it has passed T1 would lose the
 * tail silently. Where it does not come, the plan's fallback goes on by a snapshot of the source, which is fenced.
 * Source: Aurora User Guide, Managing backups; RDS API, RestoreToTime.
 */
export const restorable: SharedStep = {
  id: "restorable",
  effect: "creates",
  expect: minutes(3),
  deadline: minutes(30),
  // A heartbeat every so often: whether the restorable time of a silent cluster moves is not documented.
  settle: seconds(20),
  repeats: true,
  title: () => note("step.restorable", {}),
  keeps: note("keeps.heartbeat", {}),
  check: async (cx) => {
    const source = await findSource(cx);
    if (isResult(source)) return source;
    const restoreAt = known(cx, "restoreAt");
    const { earliestRestorableTime: earliest, latestRestorableTime: latest } = source;
    if (latest === null || earliest === null || latest <= restoreAt || earliest > restoreAt) {
      if (cx.now < known(cx, "t1") + stallsAfter) return { status: "todo" };
      const observed = latest === null ? "none" : new Date(latest).toISOString();
      const claim = note("saw.stalled", { after: stallsAfter });
      return {
        status: "done",
        evidence: [evidence(claim, observed, toldBy(source))],
        learned: { stalled: true },
      };
    }
    const claim = note("saw.restorable", { latest });
    return {
      status: "done",
      evidence: [evidence(claim, new Date(latest).toISOString(), toldBy(source))],
    };
  },
  run: async (cx) => {
    const at = await sourceWriter(cx);
    if (!("status" in at)) await cx.database.heartbeat(at);
  },
};
