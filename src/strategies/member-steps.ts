import type { InstanceFacts, MemberSettings } from "../core/cloud.ts";
import { foreignTags, isOurs, ownTags, roleTag } from "../core/names.ts";
import { problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { Evidence, StepResult } from "../core/step.ts";
import { minutes } from "../core/time.ts";
import { type AuroraContext, type AuroraStep, known, type Learned } from "./facts.ts";
import {
  aside,
  blockedBy,
  evidence,
  hasFailed,
  missingReplacement,
  onItsWay,
  openedByOthers,
} from "./looks.ts";

/** A restored cluster has no instances, and its endpoint answers nobody until it has a writer. */
export const createWriter: AuroraStep = memberStep(
  "create-writer",
  ({ pinned, names }) => note("step.create-writer", { member: names.replacement(pinned.source.name) }),
  () => note("step.create-writer.undo", {}),
  (cx, name) => name === known(cx, "writer"),
);

export const createReaders: AuroraStep = {
  ...memberStep(
    "create-readers",
    () => note("step.create-readers", {}),
    () => note("step.create-readers.undo", {}),
    (cx, name) => name !== known(cx, "writer"),
  ),
  skip: (pinned) => (pinned.members.length < 2 ? note("skip.no-readers", {}) : undefined),
};

function memberStep(
  id: "create-writer" | "create-readers",
  title: AuroraStep["title"],
  undoTitle: AuroraStep["title"],
  includes: (cx: AuroraContext, name: string) => boolean,
): AuroraStep {
  const wanted = (cx: AuroraContext): readonly MemberSettings[] =>
    cx.pinned.members
      .map(({ settings }) => settings)
      .filter(({ name }) => includes(cx, name))
      .map((settings) => ({ ...settings, name: cx.names.replacement(settings.name) }));
  return {
    id,
    effect: "creates",
    watch: id === "create-writer" ? "closely" : "now and then",
    expect: minutes(8),
    deadline: minutes(90),
    title,
    check: (cx) => membersAreThere(cx, wanted(cx)),
    run: async (cx) => {
      const { resourceId } = known(cx, "replacement");
      const name = cx.names.replacement(cx.pinned.source.name);
      const cluster = { kind: "cluster", name, resourceId } as const;
      for (const settings of wanted(cx)) {
        if (await cx.cloud.findInstance(settings.name)) continue;
        const tags = { ...foreignTags(settings.tags), ...ownTags(cx.names, "replacement") };
        await cx.cloud.createMember(cluster, { ...settings, tags });
      }
    },
    undo: {
      expect: minutes(2),
      title: undoTitle,
      check: (cx) => membersAreAside(cx, wanted(cx)),
      run: async (cx) => {
        for (const { name } of wanted(cx)) {
          const found = await cx.cloud.findInstance(name);
          if (!found || !isOursInstance(cx, found)) continue;
          const ref = { kind: "instance", name, resourceId: found.resourceId } as const;
          // Nothing else may be deleted.
          await cx.cloud.addTags(ref, { [roleTag]: "failed" });
          if (hasFailed(found.status)) await cx.cloud.deleteInstance(ref);
          else await cx.cloud.changeInstance(ref, { newName: cx.names.failed(name) });
        }
      },
    },
  };
}

/** Made by this migration, and not a member of the source, whose instances carry the migration's tag as well. */
export function isOursInstance(cx: AuroraContext, found: InstanceFacts): boolean {
  const ofSource = cx.pinned.members.some(({ resourceId }) => resourceId === found.resourceId);
  return !ofSource && isOurs(found.settings.tags, cx.names);
}

async function membersAreThere(
  cx: AuroraContext,
  wanted: readonly MemberSettings[],
): Promise<StepResult<Learned>> {
  const cluster = cx.pinned.source.name;
  const claims: Evidence[] = [];
  for (const { name } of wanted) {
    const found = await cx.cloud.findInstance(name);
    if (!found) return todoIfThere(cx);
    if (!isOursInstance(cx, found)) return blockedBy(problem("name.taken", { taken: name, name: cluster }));
    if (hasFailed(found.status)) {
      return blockedBy(problem("member.failed", { member: name, status: found.status, name: cluster }));
    }
    if (found.status !== "available") return onItsWay(found);
    claims.push(evidence(note("saw.member-available", { name }), found.arn, "rds:DescribeDBInstances"));
  }
  const [first, ...rest] = claims;
  if (!first) throw new Error("no member was wanted: the step should have been skipped");
  return { status: "done", evidence: [first, ...rest] };
}

/** No member of a cluster that somebody has deleted will ever come. */
async function todoIfThere(cx: AuroraContext): Promise<StepResult<Learned>> {
  const { resourceId } = known(cx, "replacement");
  const isThere = (await cx.cloud.findClusterById(resourceId)) !== undefined;
  return isThere ? { status: "todo" } : missingReplacement(cx);
}

async function membersAreAside(
  cx: AuroraContext,
  wanted: readonly MemberSettings[],
): Promise<StepResult<Learned>> {
  const opened = await openedByOthers(cx);
  if (opened) return opened;
  for (const { name } of wanted) {
    const found = await cx.cloud.findInstance(name);
    if (found && isOursInstance(cx, found)) {
      return found.status === "available" || hasFailed(found.status) ? { status: "todo" } : onItsWay(found);
    }
    const renamed = await cx.cloud.findInstance(cx.names.failed(name));
    if (renamed && renamed.status !== "available") return onItsWay(renamed);
  }
  const names = wanted.map(({ name }) => cx.names.failed(name)).join(", ");
  return aside(names, "their names are free");
}
