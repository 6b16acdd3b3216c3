import type { GuideContext, ManualLook, Sign, Which } from "../core/by-hand.ts";
import type { Tags } from "../core/cloud.ts";
import type { Counters } from "../core/database.ts";
import { foreignTags, ownTags } from "../core/names.ts";
import type { Learned, Pinned } from "./facts.ts";
import { scheduledBy } from "./set-aside-steps.ts";

/** What people look at, of clusters and instances alike. */

export type Cx = GuideContext<Pinned, Learned>;

export const replacementVariable = "$REPLACEMENT_ID";
const restoreTimeVariable = "$RESTORE_AT";

const kind = ({ pinned }: Cx) => pinned.source.kind;
const all = (cx: Cx) => (kind(cx) === "cluster" ? "clusters" : "instances");

export const source = ({ pinned }: Cx): Which => ({ resourceIds: [pinned.source.resourceId] });
/** The instances of the source. */
export const sourceServers = ({ pinned }: Cx): Which => ({
  resourceIds:
    pinned.source.kind === "cluster"
      ? pinned.members.map(({ resourceId }) => resourceId)
      : [pinned.source.resourceId],
});
/** What the replacement is called: as the source was, or in a rehearsal by a name of its own. */
export const replacementName = ({ pinned, names }: Cx) => names.replacement(pinned.source.name);
export const named = (cx: Cx): Which => ({ names: [replacementName(cx)] });
export const replacementHost = (cx: Cx) => cx.pinned.endpoints.writer.replace(/^[^.]+/, replacementName(cx));
export const serverNames = ({ pinned }: Cx) =>
  pinned.source.kind === "cluster"
    ? pinned.members.map(({ settings }) => settings.name)
    : [pinned.source.name];

/** Which one writes is known when the fence is up; until then, the first that AWS would promote. */
export const writer = (cx: Cx) => cx.learned.writer ?? likelyWriter(cx.pinned);
export function likelyWriter({ source: { name }, members }: Pinned): string {
  const tier = ({ settings }: Pinned["members"][number]) => settings.promotionTier;
  const [first] = [...members].sort((a, b) => tier(a) - tier(b));
  return first?.settings.name ?? name;
}
export const readers = (cx: Cx) => serverNames(cx).filter((name) => name !== writer(cx));

/** A server's own endpoint. Source: Aurora User Guide, Aurora connections: only the cluster's have `cluster-` in them. */
export const host = ({ pinned }: Cx, server: string) => serverHost(pinned, server);
export function serverHost({ endpoints }: Pinned, server: string): string {
  return `${server}.${endpoints.writer.replace(/^[^.]+\.(cluster-)?/, "")}`;
}
export const retiredHost = (cx: Cx, server: string) => host(cx, cx.names.retired(server));

export const replacementId = ({ learned }: Cx) => learned.replacement?.resourceId ?? replacementVariable;
export const restoreTime = ({ learned }: Cx) =>
  learned.restoreAt === undefined
    ? restoreTimeVariable
    : new Date(learned.restoreAt).toISOString().replace(/\.\d+/, "");
export const rows = (known: Counters | undefined, variable: string) =>
  known ? known.databases.map(({ name, changes }) => `${name}|${changes}`) : [variable];

export const writerRows = ({ pinned }: Cx) =>
  pinned.writers.map(({ kind, database, id }) => `${kind}|${database}|${id}`);

export const groups = (cx: Cx, which: Which, wanted: readonly string[]): Sign => ({
  look: { of: "groups", kind: kind(cx), which },
  must: { be: wanted.map((group) => `${group} active`) },
});
export const fenced = (cx: Cx, which: Which) => groups(cx, which, [cx.pinned.fenceGroup]);
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

/** Of the whole database, cluster or instance. */
export const shows = (cx: Cx, which: Which, fields: Fields, be: readonly string[]): Sign => ({
  look: whole(cx, which, fields),
  must: { be },
});
type Fields = Extract<ManualLook, { of: "clusters" | "instances" }>["shows"];
export const whole = (cx: Cx, which: Which, fields: Fields): ManualLook => ({
  of: all(cx),
  which,
  shows: fields,
});

export const tagged = (cx: Cx, tag: string, value: string | null): Sign[] => {
  const own: Sign = {
    look: { of: "tag", kind: kind(cx), which: source(cx), tag },
    must: { be: value === null ? [] : [value] },
  };
  if (kind(cx) === "instance") return [own];
  const must = { be: value === null ? [] : serverNames(cx).map(() => value) };
  return [own, { look: { of: "tag", kind: "instance", which: sourceServers(cx), tag }, must }];
};
/** The customer's own tags come along, and the bot's say whose it is. */
export function replacementTags(cx: Cx, kind: "cluster" | "instance", name: string, tags: Tags): Sign {
  const all = { ...foreignTags(tags), ...ownTags(cx.names, "replacement") };
  const be = Object.entries(all).map(([key, value]) => `${key} ${value}`);
  return { look: { of: "tags", kind, which: { names: [name] } }, must: { be } };
}
/** Each tag that a scheduler would go by, on the source and on its instances. */
export function scheduledTags(cx: Cx, be: (value: string) => readonly string[]): Sign[] {
  const { source: of, settings, members } = cx.pinned;
  const all = [
    { kind: of.kind, resourceId: of.resourceId, tags: settings.tags },
    ...members.map((member) => ({
      kind: "instance" as const,
      resourceId: member.resourceId,
      tags: member.settings.tags,
    })),
  ];
  return all.flatMap(({ kind, resourceId, tags }) =>
    Object.entries(scheduledBy(tags)).map(
      ([tag, value]): Sign => ({
        look: { of: "tag", kind, which: { resourceIds: [resourceId] }, tag },
        must: { be: be(value) },
      }),
    ),
  );
}
export const protection = (cx: Cx, which: Which, on: boolean): Sign =>
  shows(cx, which, ["deletionProtection"], [on ? "True" : "False"]);
export const available = (which: Which, names: readonly string[]): Sign => ({
  look: { of: "instances", which, shows: ["name", "status"] },
  must: { be: names.map((name) => `${name} available`) },
});
export const snapshot = (cx: Cx, name: string): Sign => ({
  look: { of: "snapshot", kind: kind(cx), name },
  must: { be: ["available"] },
});
export const nobodyIsIn = (hosts: readonly string[]): Sign[] =>
  hosts.flatMap((one) => [asked(one, "foreign-sessions", ["0"]), asked(one, "prepared-transactions", [])]);
export const sourceIsNamed = (cx: Cx, name: string): Sign =>
  shows(
    cx,
    source(cx),
    ["name", "status", "endpoint"],
    [`${name} available ${cx.pinned.endpoints.writer.replace(/^[^.]+/, name)}`],
  );
/** Not where a cluster has its writer: of an instance there is nothing to be told. */
export const writerIs = (cx: Cx, name: string): Sign[] =>
  kind(cx) === "cluster" ? [{ look: { of: "writer", which: source(cx) }, must: { be: [name] } }] : [];
/** What only a later change can set, and the protection that comes with it. */
export const settingsApplied = (
  cx: Cx,
  {
    maintenanceWindow,
    databaseInsights,
  }: { readonly maintenanceWindow: string; readonly databaseInsights: string },
): Sign[] => [
  protection(cx, named(cx), true),
  shows(
    cx,
    named(cx),
    ["status", "maintenanceWindow", "databaseInsights"],
    [`available ${maintenanceWindow} ${databaseInsights}`],
  ),
];
