import type { BackupPlan } from "../core/backup.ts";
import type { InstanceFacts, Ref, Tags } from "../core/cloud.ts";
import { note } from "../core/sentences.ts";
import { minutes, seconds } from "../core/time.ts";
import { isScaled } from "./attached.ts";
import type { Context, SharedStep } from "./facts.ts";
import { evidence, findSource, isResult } from "./looks.ts";
import { refOf, type Subject } from "./subject.ts";

/*
 * A retired source is kept for weeks, in which nothing is to start, stop or back it up that goes by its tags. The replacement has
 * them all: what went by them goes on there.
 */

/**
 * Keys by which schedulers commonly find what they start, stop or back up: `Schedule` of the Instance Scheduler on AWS, and what
 * begins like it or says so. Source: Instance Scheduler on AWS, Implementation guide, Configure tagging.
 */
const schedulerKey = /^(?:backup|schedul|auto[-_:]?(?:start|stop))/i;
/** Ours and those that owners set for us. */
const ownPrefix = "encrypt-db:";

/** The source, or a member of it. */
type Tagged = Ref & { readonly tags: Tags };

/** What autoscaling made is not enrolled, and not changed. */
async function taggedIn({ cloud }: Context, source: Subject): Promise<readonly Tagged[]> {
  const members: readonly InstanceFacts[] =
    source.kind === "cluster" ? await cloud.membersOf(source.name) : [];
  return [
    { ...refOf(source), tags: source.settings.tags },
    ...members
      .filter(({ settings }) => !isScaled(settings))
      .map(
        ({ name, resourceId, settings: { tags } }) => ({ kind: "instance", name, resourceId, tags }) as const,
      ),
  ];
}

/** As far as the keys themselves tell it. */
export function scheduledBy(tags: Tags): Tags {
  return Object.fromEntries(
    Object.entries(tags).filter(([key]) => schedulerKey.test(key) && !key.startsWith(ownPrefix)),
  );
}

/** The keys of the tags that would make somebody act on it. */
function actedOnBy({ tags }: Tagged, plans: readonly BackupPlan[]): readonly string[] {
  const selecting = plans.flatMap(({ selections }) => selections.flatMap((selection) => selection.tags));
  return Object.entries(tags)
    .filter(([key]) => !key.startsWith(ownPrefix) && !key.startsWith("aws:"))
    .filter(
      ([key, value]) =>
        schedulerKey.test(key) || selecting.some((pattern) => isLike(`${key}=${value}`, pattern)),
    )
    .map(([key]) => key);
}

/** Source: AWS Backup API, Conditions: `*` stands for any characters. */
function isLike(text: string, pattern: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(text);
}

/**
 * Selections that go by what no tag changes: a pattern, or the resource id, by which AWS Backup may list a cluster. By its name they
 * go on with whatever has the name.
 */
function selectingStill({ arn, resourceId }: Subject, plans: readonly BackupPlan[]): readonly string[] {
  const byId = arn.replace(/[^:]+$/, resourceId);
  return plans.flatMap(({ name: plan, selections }) =>
    selections
      .filter(({ resources }) => resources.some((one) => isLike(arn, one) || isLike(byId, one)))
      .map(({ name }) => `${name} of ${plan}`),
  );
}

/** The tags that were there when it was approved and are not now. */
function missing({ pinned }: Context, { resourceId, tags }: Tagged): Tags {
  const planned =
    pinned.source.resourceId === resourceId
      ? pinned.settings.tags
      : (pinned.members.find((member) => member.resourceId === resourceId)?.settings.tags ?? {});
  return Object.fromEntries(
    Object.entries(planned).filter(([key]) => !(key in tags) && !key.startsWith(ownPrefix)),
  );
}

const sayTags = (tags: Tags) =>
  Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .join(", ") || "none";

export const setAsideTags: SharedStep = {
  id: "set-aside-tags",
  effect: "creates",
  expect: seconds(10),
  deadline: minutes(30),
  title: ({ pinned, names }) => note("step.set-aside-tags", { retired: names.retired(pinned.source.name) }),
  tells: ({ pinned, names, learned }) => {
    const { name } = pinned.source;
    const selections = learned.selectedStill?.join(", ") ?? "";
    return selections === ""
      ? undefined
      : note("event.selects-retired", { name, retired: names.retired(name), selections });
  },
  check: async (cx) => {
    const source = await findSource(cx);
    if (isResult(source)) return source;
    const [all, plans] = await Promise.all([taggedIn(cx, source), cx.cloud.listBackupPlans()]);
    if (all.some((one) => actedOnBy(one, plans).length > 0)) return { status: "todo" };
    const tagsTakenOff = Object.assign({}, ...all.map((one) => missing(cx, one)));
    const claim = note("saw.tags-set-aside", { name: source.name, tags: sayTags(tagsTakenOff) });
    const told = "rds:DescribeDBClusters, DescribeDBInstances; backup:GetBackupSelection";
    return {
      status: "done",
      evidence: [evidence(claim, source.arn, told)],
      learned: { tagsTakenOff, selectedStill: [...selectingStill(source, plans)] },
    };
  },
  run: async (cx) => {
    const source = await findSource(cx);
    if (isResult(source)) return;
    const plans = await cx.cloud.listBackupPlans();
    for (const one of await taggedIn(cx, source)) {
      const keys = actedOnBy(one, plans);
      if (keys.length > 0) await cx.cloud.removeTags(one, keys);
    }
  },
  undo: {
    expect: seconds(10),
    title: ({ pinned }) => note("step.set-aside-tags.undo", { name: pinned.source.name }),
    check: async (cx) => {
      const source = await findSource(cx);
      if (isResult(source)) return source;
      const all = await taggedIn(cx, source);
      if (all.some((one) => Object.keys(missing(cx, one)).length > 0)) return { status: "todo" };
      const claim = note("saw.tags-back", { name: source.name });
      const told = "rds:DescribeDBClusters, DescribeDBInstances";
      return { status: "done", evidence: [evidence(claim, source.arn, told)] };
    },
    run: async (cx) => {
      const source = await findSource(cx);
      if (isResult(source)) return;
      for (const one of await taggedIn(cx, source)) {
        const tags = missing(cx, one);
        if (Object.keys(tags).length > 0) await cx.cloud.addTags(one, tags);
      }
    },
  },
};
