import { enrolledTag } from "../core/names.ts";
import type { Problem } from "../core/problem.ts";
import { problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { Precondition } from "../core/strategy.ts";
import { days, type Instant } from "../core/time.ts";
import type { DecommissionObserved, DecommissionPinned } from "./decommission-facts.ts";
import { isUsable, sameGroups } from "./looks.ts";

type Condition = Precondition<DecommissionPinned, DecommissionObserved>;

const oneDay = days(1);

/** A reader that comes once a week was there since. */
const quietFor = days(7);

/** How many names of what is under the old key are told. */
const mostNamed = 10;

/** What must hold before a source is deleted. Asked at planning, at each click, and before everything until the last look. */
export const decommissionPreconditions: readonly Condition[] = [
  {
    claim: note("check.retention-over", {}),
    check: ({ pinned: { source, keptUntil } }, { now, target }) =>
      now < keptUntil
        ? problem("decommission.retained", { retired: source.name, until: keptUntil, name: target.name })
        : undefined,
  },
  {
    claim: note("check.retired-as-named", {}),
    check: ({ pinned, observed }, { target }) => {
      const { retiredName: retired } = observed;
      const { name: found } = pinned.source;
      return found === retired
        ? undefined
        : problem("decommission.renamed", { name: target.name, found, retired });
    },
  },
  {
    claim: note("check.still-marked", {}),
    check: ({ pinned, observed: { migration, role } }, { names }) => {
      const isRetired = migration === pinned.move && role === "retired";
      const isOwn = migration === names.migration && role === "condemned";
      if (isRetired || isOwn) return undefined;
      return problem("decommission.other-marks", {
        retired: pinned.source.name,
        move: pinned.move,
        role: role ?? "nothing",
        migration: migration ?? "nobody",
      });
    },
  },
  {
    claim: note("check.enrolled", {}),
    check: ({ pinned, observed: { notEnrolled } }) =>
      notEnrolled.length === 0
        ? undefined
        : problem("target.not-enrolled", {
            name: pinned.source.name,
            missing: notEnrolled.join(", "),
            tag: `${enrolledTag}=true`,
          }),
  },
  {
    claim: note("check.still-fenced", {}),
    check: ({ pinned: { source, fenceGroup: fence }, observed: { groups } }) =>
      sameGroups(groups, [fence])
        ? undefined
        : problem("decommission.opened", { retired: source.name, groups: groups.join(", "), fence }),
  },
  {
    claim: note("check.nobody-in", {}),
    check: ({ pinned: { source }, observed: { sessions } }, { target }) =>
      sessions.length === 0
        ? undefined
        : problem("decommission.sessions", {
            retired: source.name,
            sessions: sessions.join("; "),
            name: target.name,
          }),
  },
  {
    claim: note("check.no-replicas", {}),
    check: ({ pinned: { source }, observed: { replicas } }) =>
      replicas.length === 0
        ? undefined
        : problem("decommission.replicas", { retired: source.name, replicas: replicas.join(", ") }),
  },
  {
    claim: note("check.nothing-written", {}),
    check: ({ pinned: { source }, observed: { writes } }, { target }) =>
      writes.are === "some"
        ? problem("decommission.written", {
            retired: source.name,
            changes: writes.changes,
            name: target.name,
          })
        : undefined,
  },
  {
    claim: note("check.counters-comparable", {}),
    weighs: () => "warns",
    check: ({ pinned: { source }, observed: { writes } }) =>
      writes.are === "unknown"
        ? problem("decommission.unknown-writes", { retired: source.name, reason: writes.reason })
        : undefined,
  },
  {
    claim: note("check.copied", {}),
    check: ({ observed: { copyProblem } }) => copyProblem ?? undefined,
  },
  {
    claim: note("check.replacement-serves", {}),
    check: ({ pinned, observed }, { target: { name } }) => {
      const retired = pinned.source.name;
      const { name: found, status, answersAs } = observed.replacement;
      if (found !== name || !isUsable(status)) {
        return problem("decommission.replacement-elsewhere", { retired, name, found, status });
      }
      const { host } = pinned.endpoint;
      return answersAs === pinned.replacement.resourceId
        ? undefined
        : problem("decommission.replacement-silent", { retired, host, answers: answersAs });
    },
  },
  {
    claim: note("check.replacement-under-key", {}),
    check: ({ pinned: { replacement }, observed }) => {
      const { wantedKeyArn: key } = observed.replacement;
      const { name, keyArn } = replacement;
      return keyArn === key
        ? undefined
        : problem("decommission.replacement-key", { name, key, found: keyArn ?? "no key" });
    },
  },
  {
    claim: note("check.replacement-protected", {}),
    check: ({ pinned: { source, replacement }, observed }, { target: { region } }) => {
      if (observed.replacement.protected) return undefined;
      const { name } = replacement;
      const what = source.kind === "cluster" ? "cluster" : "instance";
      const command = `aws rds modify-db-${what} --region ${region} --db-${what}-identifier ${name} --deletion-protection`;
      return problem("decommission.replacement-unprotected", { name, command });
    },
  },
  {
    claim: note("check.secret-unread", {}),
    check: (survey, { now, target: { name } }) => {
      const read = recentReading(survey.observed, now);
      if (!read || read.rotated) return undefined;
      const retired = survey.pinned.source.name;
      return problem("decommission.secret-read", { retired, at: read.at, secret: read.secret, name });
    },
  },
  {
    claim: note("check.secret-not-rotated", {}),
    weighs: () => "warns",
    check: ({ pinned, observed }, { now }) => {
      const read = recentReading(observed, now);
      if (!read?.rotated) return undefined;
      const { at, secret } = read;
      return problem("decommission.secret-rotated", { retired: pinned.source.name, at, secret });
    },
  },
  {
    claim: note("check.secret-told", {}),
    weighs: () => "warns",
    check: ({ pinned, observed: { secret } }) =>
      secret?.unread == null
        ? undefined
        : problem("decommission.secret-unread", {
            retired: pinned.source.name,
            reason: secret.unread,
            secret: secret.arn,
          }),
  },
  {
    claim: note("check.quotas", {}),
    check: ({ pinned: { source }, observed: { snapshots } }) => {
      const { used, max, isTaken } = snapshots;
      const what = source.kind === "cluster" ? "manual DB cluster snapshots" : "manual DB snapshots";
      return isTaken || used < max ? undefined : problem("quota.exhausted", { what, needed: 1, used, max });
    },
  },
  {
    claim: note("check.old-key-enabled", {}),
    check: ({ pinned: { source }, observed: { oldKey } }) =>
      oldKey && oldKey.state !== "Enabled"
        ? problem("decommission.key-disabled", {
            retired: source.name,
            key: oldKey.arn,
            state: oldKey.state,
          })
        : undefined,
  },
  {
    claim: note("check.old-key-empty", {}),
    weighs: () => "notes",
    check: ({ observed: { oldKey, underOldKey } }, { target: { name } }) =>
      oldKeyHolds(oldKey, underOldKey, name),
  },
];

/** Nobody can delete the key that AWS manages. */
function oldKeyHolds(
  oldKey: DecommissionObserved["oldKey"],
  underOldKey: readonly string[],
  name: string,
): Problem | undefined {
  if (oldKey?.manager !== "CUSTOMER" || underOldKey.length === 0) return undefined;
  const named = underOldKey.slice(0, mostNamed).join(", ");
  const others = underOldKey.length - mostNamed;
  const names = others > 0 ? `${named} and ${others} more` : named;
  return problem("decommission.old-key-holds", { name, key: oldKey.arn, count: underOldKey.length, names });
}

/**
 * Secrets Manager tells the day of the last reading and not the hour, and RDS's own rotation, every seven days, may be the
 * reader. Source: Secrets Manager API, DescribeSecret; RDS User Guide, Password management with Secrets Manager.
 */
function recentReading(
  { secret }: DecommissionObserved,
  now: Instant,
): { readonly at: Instant; readonly secret: string; readonly rotated: boolean } | undefined {
  if (!secret || secret.lastRead === null) return undefined;
  const { arn, lastRead: at, lastRotated } = secret;
  if (at + oneDay + quietFor <= now) return undefined;
  const rotated = lastRotated !== null && lastRotated >= at && lastRotated < at + oneDay;
  return { at, secret: arn, rotated };
}
