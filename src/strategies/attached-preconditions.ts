import { enrolledTag } from "../core/names.ts";
import { problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { Precondition } from "../core/strategy.ts";
import type { AuroraPinned, Observed } from "./facts.ts";
import { notAttached } from "./preconditions.ts";

type OfCluster = Precondition<AuroraPinned, Observed>;

/** Nothing of a cluster's attachments is left behind: what can be carried over is, and it must be possible. */
export const canBeCarried: readonly OfCluster[] = [
  {
    claim: note("check.attached-enrolled", {}),
    check: ({ pinned: { attached, source } }) => {
      const missing = [
        ...attached.proxies.filter(({ enrolled }) => !enrolled),
        ...attached.customEndpoints.filter(({ tags }) => tags[enrolledTag] !== "true"),
      ].map(({ name }) => name);
      if (missing.length === 0) return undefined;
      return problem("attached.not-enrolled", {
        name: source.name,
        attached: missing.join(", "),
        tag: enrolledTag,
      });
    },
  },
  {
    claim: note("check.proxy-secret", {}),
    check: ({ pinned: { attached, source } }) => {
      const found = attached.proxies.filter(({ usesMasterSecret }) => usesMasterSecret);
      return found.length === 0
        ? undefined
        : problem("attached.proxy-secret", { name: source.name, attached: listed(found) });
    },
  },
  {
    claim: note("check.proxy-shape", {}),
    check: ({ pinned: { attached, source } }) => {
      const found = attached.proxies.filter(({ tracksCluster }) => !tracksCluster);
      return found.length === 0
        ? undefined
        : problem("attached.proxy-shape", { name: source.name, attached: listed(found) });
    },
  },
  {
    claim: note("check.endpoint-member", {}),
    check: ({ pinned: { attached, source, members } }) => {
      const names = members.map(({ settings }) => settings.name);
      const found = attached.customEndpoints.filter(({ staticMembers, excludedMembers }) =>
        [...staticMembers, ...excludedMembers].some((member) => !names.includes(member)),
      );
      return found.length === 0
        ? undefined
        : problem("attached.endpoint-member", { name: source.name, attached: listed(found) });
    },
  },
  {
    claim: note("check.scaled-writer", {}),
    check: ({ observed: { writer }, pinned: { source, members } }) => {
      const isMade = members.some(({ settings }) => settings.name === writer);
      if (writer === null || isMade) return undefined;
      return problem("attached.scaled-writer", { name: source.name, attached: writer });
    },
  },
];

function listed(of: readonly { readonly name: string }[]): string {
  return of.map(({ name }) => name).join(", ");
}

/** What hangs on an instance outside of a cluster is not carried over yet. */
export const nothingOnInstance = [
  notAttached("proxy", "No RDS Proxy leads to it"),
  notAttached("role", "It has no IAM roles"),
  notAttached("master-secret", "Its master password is not managed by Secrets Manager"),
  notAttached("activity-stream", "It has no activity stream"),
];
