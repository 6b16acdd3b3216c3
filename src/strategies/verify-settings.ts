import { canonical } from "../core/hash.ts";
import { foreignTags } from "../core/names.ts";
import { problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { Step, StepContext, StepResult } from "../core/step.ts";
import { minutes, seconds } from "../core/time.ts";
import { type AuroraPinned, type InstancePinned, known, type Learned, type Pinned } from "./facts.ts";
import { blockedBy, evidence, missingReplacement } from "./looks.ts";

/** What differs on purpose until the opening: the fence, the protection, and the bot's own tags. */
const differsOnPurpose = new Set(["securityGroups", "deletionProtection", "tags"]);

type Tagged = Pick<Pinned["settings"], "tags">;

/** Field by field; a field that the source has and the replacement does not is a difference, too. */
function differing(wanted: Tagged, found: Tagged, except: ReadonlySet<string>): string[] {
  const here = new Map(Object.entries(found));
  const fields = Object.entries(wanted)
    .filter(([key, value]) => !except.has(key) && canonical(value) !== canonical(here.get(key)))
    .map(([key, value]) => `${key} is ${canonical(here.get(key))} instead of ${canonical(value)}`);
  const sameTags = canonical(foreignTags(wanted.tags)) === canonical(foreignTags(found.tags));
  return sameTags ? fields : [...fields, "tags"];
}

interface Compared {
  readonly differences: readonly string[];
  readonly count: number;
  readonly observed: string;
  readonly source: string;
}

function verifySettings<P extends Pinned>(
  compare: (
    cx: StepContext<P, Learned>,
  ) => Promise<Compared | Extract<StepResult<Learned>, { status: "blocked" }>>,
): Step<P, Learned> {
  return {
    id: "verify-settings",
    effect: "reads",
    verifies: true,
    expect: seconds(2),
    deadline: minutes(10),
    title: () => note("step.verify-settings", {}),
    check: async (cx) => {
      const compared = await compare(cx);
      if ("status" in compared) return compared;
      const { name } = cx.pinned.source;
      const { differences, count, observed, source } = compared;
      if (differences.length > 0) {
        return blockedBy(problem("verify.settings-differ", { differences: differences.join("; "), name }));
      }
      return {
        status: "done",
        evidence: [evidence(note("saw.settings-equal", { count, name }), observed, source)],
      };
    },
  };
}

export const verifyClusterSettings = verifySettings<AuroraPinned>(async (cx) => {
  const found = await cx.cloud.findClusterById(known(cx, "replacement").resourceId);
  if (!found) return missingReplacement(cx);
  const members = await cx.cloud.membersOf(found.name);
  const { settings, members: wantedMembers } = cx.pinned;
  const ofMembers = wantedMembers.flatMap(({ settings: own }) => {
    const wanted = { ...own, name: cx.names.replacement(own.name) };
    const member = members.find(({ name }) => name === wanted.name);
    if (!member) return [`${wanted.name} is missing`];
    return differing(wanted, member.settings, new Set(["tags"])).map((text) => `${wanted.name}: ${text}`);
  });
  return {
    differences: [...differing(settings, found.settings, differsOnPurpose), ...ofMembers],
    count:
      Object.keys(settings).length +
      wantedMembers.reduce((sum, one) => sum + Object.keys(one.settings).length, 0),
    observed: canonical(found.settings),
    source: "rds:DescribeDBClusters, DescribeDBInstances",
  };
});

export const verifyInstanceSettings = verifySettings<InstancePinned>(async (cx) => {
  const found = await cx.cloud.findInstanceById(known(cx, "replacement").resourceId);
  if (!found?.standalone) return missingReplacement(cx);
  const { settings } = cx.pinned;
  // Of a Multi-AZ instance AWS chooses the zone.
  const except = settings.multiAz ? new Set([...differsOnPurpose, "availabilityZone"]) : differsOnPurpose;
  return {
    differences: differing(settings, found.standalone.settings, except),
    count: Object.keys(settings).length,
    observed: canonical(found.standalone.settings),
    source: "rds:DescribeDBInstances",
  };
});
