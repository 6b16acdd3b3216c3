import type { KeyFacts, Target } from "../core/cloud.ts";
import { enrolledTag, fits, isEnrolled } from "../core/names.ts";
import { type Problem, problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { Precondition } from "../core/strategy.ts";
import { canBeBackedUp } from "./backup-preconditions.ts";
import type { Observed, Pinned } from "./facts.ts";
import { contentsComparable } from "./inside-preflight.ts";
import { isUsable } from "./looks.ts";
import { ownedByCode } from "./ownership.ts";
import { preflight } from "./preflight.ts";

export type Condition = Precondition<Pinned, Observed>;

/** Kinds of attachment that no strategy carries over. */
const attachmentsRefused = {
  "zero-etl": "No zero-ETL integration reads from it",
  "blue-green": "It is in no blue/green deployment",
  "global-database": "It is in no global database",
  "ram-share": "It is not shared through AWS RAM",
  "pending-maintenance": "No maintenance is pending",
  "write-forwarding": "It forwards no writes to another Region",
  domain: "It is in no directory",
  backtrack: "It has no backtrack window",
  "replication-slots": "It has no replication slots",
  "pg-cron": "No pg_cron job writes inside it that could not be turned off",
  subscription: "No subscription writes inside it that could not be turned off",
  "prepared-transactions": "It holds no prepared transactions",
} as const;

/** How many more of something the account must have room for. */
export interface Need {
  readonly what: string;
  readonly quota: { readonly used: number; readonly max: number };
  readonly needed: number;
}

/** What every strategy demands. `needs` are the quotas that it uses. */
export function preconditions(
  needs: (observed: Observed, pinned: Pinned) => readonly Need[],
): readonly Condition[] {
  return [
    {
      claim: note("check.enrolled", {}),
      check: ({ pinned }) => {
        const { source, settings, members } = pinned;
        const all = [
          { name: source.name, tags: settings.tags },
          ...members.map(({ settings: { name, tags } }) => ({ name, tags })),
        ];
        const missing = all.filter(({ tags }) => !isEnrolled(tags)).map(({ name }) => name);
        if (missing.length === 0) return undefined;
        return problem("target.not-enrolled", {
          name: source.name,
          missing: missing.join(", "),
          tag: `${enrolledTag}=true`,
        });
      },
    },
    {
      claim: note("check.available", {}),
      check: ({ observed, pinned }) =>
        isUsable(observed.status)
          ? undefined
          : problem("target.not-available", { name: pinned.source.name, status: observed.status }),
    },
    {
      claim: note("check.writer", {}),
      check: ({ observed, pinned }) =>
        observed.writer === null ? problem("target.no-writer", { name: pinned.source.name }) : undefined,
    },
    {
      claim: note("check.nothing-pending", {}),
      check: ({ observed, pinned }) => {
        const changes = observed.pendingChanges.join(", ");
        return changes === ""
          ? undefined
          : problem("target.pending-changes", { name: pinned.source.name, changes });
      },
    },
    {
      claim: note("check.names", {}),
      check: ({ pinned }, { names }) => {
        const all = [pinned.source.name, ...pinned.members.map(({ settings }) => settings.name)];
        const tooLong = all.find((name) => !fits(names, name));
        const limit = 63 - names.failed("").length;
        return tooLong === undefined ? undefined : problem("target.name-too-long", { name: tooLong, limit });
      },
    },
    {
      claim: note("check.key", {}),
      check: ({ observed: { key } }, { target }) => keyProblem(key, target),
    },
    {
      claim: note("check.source-key", {}),
      check: ({ observed, pinned }) =>
        pinned.source.keyArn === null || observed.sourceKeyState === "Enabled"
          ? undefined
          : problem("source-key.not-enabled", {
              name: pinned.source.name,
              state: observed.sourceKeyState ?? "missing",
            }),
    },
    {
      claim: note("check.quotas", {}),
      check: ({ observed, pinned }) => {
        const short = needs(observed, pinned).find(({ quota, needed }) => quota.used + needed > quota.max);
        if (!short) return undefined;
        const { what, quota, needed } = short;
        return problem("quota.exhausted", { what, needed, used: quota.used, max: quota.max });
      },
    },
    {
      claim: note("check.fence", {}),
      check: ({ pinned }) =>
        pinned.settings.securityGroups.includes(pinned.fenceGroup)
          ? problem("fence.in-use", { name: pinned.source.name, group: pinned.fenceGroup })
          : undefined,
    },
    ...Object.entries(attachmentsRefused).map(([kind, what]) => notAttached(kind, what)),
    {
      claim: note("check.login", {}),
      check: ({ observed: { login }, pinned }) => {
        const { user } = login;
        if (!login.endsSessions) return problem("probe.cannot-end-sessions", { user });
        if (!login.readsStatistics) return problem("probe.cannot-read-statistics", { user });
        if (!login.createsSchema)
          return problem("probe.cannot-create-schema", { user, database: pinned.database });
        if (!login.connectsEverywhere)
          return problem("probe.cannot-connect-everywhere", { user, name: pinned.source.name });
        return undefined;
      },
    },
    ...preflight,
    contentsComparable,
    ...canBeBackedUp,
    ...ownedByCode,
  ];
}

/** A kind of attachment that is refused, each with a problem `attached.<kind>` of its own. */
export function notAttached(kind: string, what: string): Condition {
  return {
    claim: note("check.not-attached", { what }),
    check: ({ observed, pinned }) => {
      const found = observed.attachments.filter((attached) => attached.kind === kind);
      if (found.length === 0) return undefined;
      const attached = found.map(({ name }) => name).join(", ");
      return { code: `attached.${kind}`, params: { name: pinned.source.name, attached } };
    },
  };
}

/** A restore to a time needs one. */
export const hasRestorableTime: Condition = {
  claim: note("check.restorable", {}),
  check: ({ observed, pinned }) =>
    observed.latestRestorableTime === null
      ? problem("target.no-restorable-time", { name: pinned.source.name })
      : undefined,
};

/** Why a database must not be put under a key; undefined if it may. */
export function keyProblem(key: KeyFacts, target: Pick<Target, "account" | "region">): Problem | undefined {
  const named = { key: key.arn };
  if (key.manager === "AWS") return problem("key.aws-managed", named);
  if (key.state !== "Enabled") return problem("key.not-enabled", { ...named, state: key.state });
  if (key.spec !== "SYMMETRIC_DEFAULT" || key.usage !== "ENCRYPT_DECRYPT") {
    return problem("key.not-symmetric", { ...named, spec: key.spec, usage: key.usage });
  }
  if (key.region !== target.region) {
    return problem("key.other-region", { ...named, keyRegion: key.region, region: target.region });
  }
  if (key.account !== target.account) {
    return problem("key.other-account", { ...named, keyAccount: key.account, account: target.account });
  }
  return key.validUntil === null ? undefined : problem("key.expires", { ...named, at: key.validUntil });
}
