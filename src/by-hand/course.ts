import { backCourse, type CourseStep, forwardCourse, hasBegun } from "../core/course.ts";
import type { Migration } from "../core/migration.ts";
import { namesBy } from "../core/rehearsal.ts";
import type { StepContext } from "../core/step.ts";
import type { Strategy } from "../core/strategy.ts";
import { type Act, createPaper, type Paper } from "./paper.ts";

type Facts = Readonly<Record<string, unknown>>;

/** One step that remains, with what it does. */
export interface ManualStep {
  readonly course: CourseStep;
  readonly acts: readonly Act[];
  /** What it does instead where something that the migration made has failed; null if that is the same. */
  readonly ifFailed: readonly Act[] | null;
}

/** What remains of the way there. */
export async function remainingForward(
  strategy: Strategy,
  migration: Migration,
): Promise<readonly ManualStep[]> {
  const course = forwardCourse(strategy, migration.pinned);
  const done = course.filter(({ key }) => migration.steps[key]?.doneAt);
  return playedOut(strategy, migration, done, without(course, done));
}

/** What remains of the way back, from here, whether or not anybody has asked for it. */
export async function remainingBack(
  strategy: Strategy,
  migration: Migration,
): Promise<readonly ManualStep[]> {
  const begun = forwardCourse(strategy, migration.pinned).filter(({ key }) => hasBegun(migration.steps[key]));
  const course = backCourse(strategy, migration);
  const undone = course.filter(({ key }) => migration.steps[key]?.doneAt);
  return playedOut(strategy, migration, [...begun, ...undone], without(course, undone));
}

function without(course: readonly CourseStep[], done: readonly CourseStep[]): readonly CourseStep[] {
  return course.filter(({ key }) => !done.some((one) => one.key === key));
}

/** Runs on paper what has been done, and then, writing it down, what remains: twice, for good luck and for bad. */
async function playedOut(
  strategy: Strategy,
  migration: Migration,
  past: readonly CourseStep[],
  remaining: readonly CourseStep[],
): Promise<readonly ManualStep[]> {
  const play = async (arrive: (paper: Paper) => void) => {
    const { paper, cx } = onPaper(strategy, migration);
    for (const { way } of past) await way.run?.(cx);
    paper.take();
    arrive(paper);
    const played: (readonly Act[])[] = [];
    for (const { way } of remaining) {
      await way.run?.(cx);
      played.push(paper.take());
    }
    return played;
  };
  const usual = await play(() => {});
  const unlucky = await play((paper) => paper.fail());
  return remaining.map((course, index) => {
    const [acts = [], instead = []] = [usual[index], unlucky[index]];
    return { course, acts, ifFailed: JSON.stringify(acts) === JSON.stringify(instead) ? null : instead };
  });
}

function onPaper(strategy: Strategy, { id, target, pinned, learned }: Migration) {
  const before = strategy.byHand.onPaper(pinned, learned);
  const paper = createPaper(before, before.replacementId, id);
  const cx: StepContext<Facts, Facts> = {
    pinned,
    learned: before.learned,
    names: namesBy(strategy, id, target.name),
    now: 0,
    approvals: [],
    lastRun: null,
    cloud: paper.cloud,
    database: paper.database,
    transfer: paper.transfer,
  };
  return { paper, cx };
}
