import type { GuideContext, ManualLook, Sign, Which } from "../core/by-hand.ts";
import type { Counters } from "../core/database.ts";
import { likelyWriter, memberHost, replacementVariable } from "./aurora-on-paper.ts";
import type { AuroraLearned, AuroraPinned } from "./facts.ts";

export type Cx = GuideContext<AuroraPinned, AuroraLearned>;

const restoreTimeVariable = "$RESTORE_AT";

export const source = ({ pinned }: Cx): Which => ({ resourceIds: [pinned.source.resourceId] });
export const sourceMembers = ({ pinned }: Cx): Which => ({
  resourceIds: pinned.members.map(({ resourceId }) => resourceId),
});
/** Whoever has the source's name: after its rename that is the replacement. */
export const named = ({ pinned }: Cx): Which => ({ names: [pinned.source.name] });
export const memberNames = ({ pinned }: Cx) => pinned.members.map(({ settings }) => settings.name);
export const writer = (cx: Cx) => cx.learned.writer ?? likelyWriter(cx.pinned);
export const readers = (cx: Cx) => memberNames(cx).filter((name) => name !== writer(cx));
export const host = (cx: Cx, member: string) => memberHost(cx.pinned, member);
export const retiredHost = (cx: Cx, member: string) => host(cx, cx.names.retired(member));
export const replacementId = ({ learned }: Cx) => learned.replacement?.resourceId ?? replacementVariable;
export const restoreTime = ({ learned }: Cx) =>
  learned.restoreAt === undefined
    ? restoreTimeVariable
    : new Date(learned.restoreAt).toISOString().replace(/\.\d+/, "");
export const rows = (known: Counters | undefined, variable: string) =>
  known ? known.databases.map(({ name, changes }) => `${name}|${changes}`) : [variable];

export const groups = (which: Which, wanted: readonly string[]): Sign => ({
  look: { of: "groups", which },
  must: { be: wanted.map((group) => `${group} active`) },
});
export const fenced = (cx: Cx, which: Which) => groups(which, [cx.pinned.fenceGroup]);
export const asked = (
  host: string,
  asks: Extract<ManualLook, { of: "database" }>["asks"],
  be: readonly string[],
): Sign => ({
  look: { of: "database", asks, host },
  must: { be },
});
export const marked = (host: string, token: string, count: "0" | "1"): Sign => ({
  look: { of: "database", asks: "marker", host, token },
  must: { be: [count] },
});
export const keptAs = (look: ManualLook, beKeptAs: string): Sign => ({ look, must: { beKeptAs } });
export const changes = (host: string): ManualLook => ({ of: "database", asks: "changes", host });
export const tagged = (cx: Cx, tag: string, value: string | null): Sign[] => [
  {
    look: { of: "tag", kind: "cluster", which: source(cx), tag },
    must: { be: value === null ? [] : [value] },
  },
  {
    look: { of: "tag", kind: "instance", which: sourceMembers(cx), tag },
    must: { be: value === null ? [] : memberNames(cx).map(() => value) },
  },
];
export const protection = (which: Which, on: boolean): Sign => ({
  look: { of: "clusters", which, shows: ["deletionProtection"] },
  must: { be: [on ? "True" : "False"] },
});
export const available = (which: Which, names: readonly string[]): Sign => ({
  look: { of: "instances", which, shows: ["name", "status"] },
  must: { be: names.map((name) => `${name} available`) },
});
export const nobodyIsIn = (hosts: readonly string[]): Sign[] =>
  hosts.flatMap((one) => [asked(one, "foreign-sessions", ["0"]), asked(one, "prepared-transactions", [])]);
export const sourceIsNamed = (cx: Cx, name: string): Sign => ({
  look: { of: "clusters", which: source(cx), shows: ["name", "status", "endpoint"] },
  must: { be: [`${name} available ${cx.pinned.endpoints.writer.replace(/^[^.]+/, name)}`] },
});
