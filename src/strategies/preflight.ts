import type { KeyRight } from "../core/cloud.ts";
import type { Severity } from "../core/finding.ts";
import { problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import { type Duration, hours, minutes } from "../core/time.ts";
import { untilWindow } from "../core/window.ts";
import type { Pinned } from "./facts.ts";
import type { Offers } from "./offers.ts";
import type { Condition } from "./preconditions.ts";

/** AWS's own work on a database takes it out of reach, and a rename is refused meanwhile. */
const clearOfWindows: Duration = hours(2);
/** Long enough to bring a new authority to every client that has the old one in its trust store. */
const authorityLasts: Duration = hours(90 * 24);

/** What takes longer is a batch or was forgotten, and is missed if it is ended. */
const longTransaction: Duration = minutes(5);

interface Window {
  readonly of: string;
  readonly kind: "backup" | "maintenance";
  readonly window: string;
}

/** When AWS works on a database of its own accord. */
export interface Maintained {
  readonly source: Pick<Pinned["source"], "name">;
  readonly settings: Pick<Pinned["settings"], "backupRetentionDays" | "backupWindow" | "maintenanceWindow">;
  readonly members: readonly {
    readonly settings: Pick<Pinned["members"][number]["settings"], "name" | "maintenanceWindow">;
  }[];
}

export function windowsOf({ source, settings, members }: Maintained): readonly Window[] {
  const maintained = [
    { name: source.name, maintenanceWindow: settings.maintenanceWindow },
    ...members.map((member) => member.settings),
  ];
  return [
    ...(settings.backupRetentionDays === 0
      ? []
      : [{ of: source.name, kind: "backup" as const, window: settings.backupWindow }]),
    ...maintained.map(({ name, maintenanceWindow }) => ({
      of: name,
      kind: "maintenance" as const,
      window: maintenanceWindow,
    })),
  ].filter(({ window }) => window !== "");
}

const noWindowNear: Condition = {
  claim: note("check.windows", {}),
  // Whoever plans by day will cut over at another time.
  weighs: ({ interrupts }) => (interrupts ? "blocks" : "warns"),
  check: ({ pinned }, { now }) => {
    const [nearest] = windowsOf(pinned)
      .map((window) => ({ ...window, until: untilWindow(window.window, now) }))
      .filter(({ until }) => until < clearOfWindows)
      .sort((a, b) => a.until - b.until);
    if (!nearest) return undefined;
    const { of: name, kind, window, until } = nearest;
    return until === 0
      ? problem("window.open", { name, kind, window })
      : problem("window.near", { name, kind, window, until });
  },
};

const versionOffered: Condition = {
  claim: note("check.version", {}),
  check: ({ observed, pinned }) => {
    const { engine, engineVersion: version } = pinned.settings;
    return observed.offers.version
      ? undefined
      : problem("offer.no-version", { name: pinned.source.name, engine, version });
  },
};

const classesOffered: Condition = {
  claim: note("check.classes", {}),
  check: ({ observed, pinned }) => {
    const missing = named(observed.offers.servers.filter(({ offered }) => offered === null));
    return missing === ""
      ? undefined
      : problem("offer.no-class", { servers: missing, version: pinned.settings.engineVersion });
  },
};

const classesEncrypt: Condition = {
  claim: note("check.encryption", {}),
  check: ({ observed }) => {
    const servers = named(
      observed.offers.servers.filter(({ offered }) => offered?.storageEncryption === false),
    );
    return servers === "" ? undefined : problem("offer.no-encryption", { servers });
  },
};

/** A server goes where its original is: both the class and a subnet must be there. */
const zonesServed: Condition = {
  claim: note("check.zones", {}),
  check: ({ observed: { offers }, pinned }) => {
    const stranded = offers.servers.flatMap(({ name, zone, multiAz, offered }) => {
      const usable = (offered?.zones ?? []).filter((each) => offers.zones.includes(each));
      if (offered === null) return [];
      if (multiAz) return offered.multiAz && usable.length >= 2 ? [] : [`${name} (in two zones)`];
      return zone === "" || usable.includes(zone) ? [] : [`${name} (${zone})`];
    });
    const servers = stranded.join(", ");
    return servers === ""
      ? undefined
      : problem("offer.no-zone", { servers, group: pinned.settings.subnetGroup });
  },
};

const authoritiesValid: Condition = {
  claim: note("check.authority", {}),
  check: ({ observed }, { now }) => {
    const ended = observed.offers.servers.find(
      ({ authority, authorityUntil }) =>
        authority !== "" && (authorityUntil === null || authorityUntil <= now),
    );
    return ended ? problem("authority.ended", { name: ended.name, authority: ended.authority }) : undefined;
  },
};

const authoritiesLast: Condition = {
  claim: note("check.authority-lasts", {}),
  weighs: () => "warns",
  check: ({ observed }, { now }) => {
    const ending = observed.offers.servers.find(
      ({ authorityUntil: until }) => until !== null && until > now && until - now < authorityLasts,
    );
    if (!ending || ending.authorityUntil === null) return undefined;
    const { name, authority, authorityUntil: at } = ending;
    return problem("authority.ends", { name, authority, at });
  },
};

/** Without them there is no restorable time, by which the replacement is proved to be backed up. */
const backupsOn: Condition = {
  claim: note("check.backups", {}),
  check: ({ pinned }) =>
    pinned.settings.backupRetentionDays === 0
      ? problem("backup.off", { name: pinned.source.name })
      : undefined,
};

/** One claim for each thing that a policy may turn out to say. */
const keyUsable = (
  right: KeyRight,
  code: "key.shut" | "key.unclear" | "key.unread",
  severity: Severity,
): Condition => ({
  claim: note(`check.${code}`, {}),
  weighs: () => severity,
  check: ({ observed }) => {
    const keys = observed.keyRights.flatMap((each) => (each.right === right ? [each.key] : []));
    return keys.length === 0 ? undefined : problem(code, { keys: keys.join(", ") });
  },
});

/** The fence ends every session, and AWS waits for none. */
const noLongTransaction: Condition = {
  claim: note("check.transactions", {}),
  // By day nobody knows what will run at night.
  weighs: ({ interrupts }) => (interrupts ? "warns" : "notes"),
  check: ({ observed, pinned }) => {
    const [oldest] = observed.openTransactions.filter(({ openFor }) => openFor >= longTransaction);
    if (!oldest) return undefined;
    const { user, database, application, openFor } = oldest;
    return problem("transaction.long", {
      name: pinned.source.name,
      user,
      database,
      application: application === "" ? "an application that does not say its name" : application,
      openFor,
    });
  },
};

const indexesValid: Condition = {
  claim: note("check.indexes", {}),
  weighs: () => "notes",
  check: ({ observed }) =>
    observed.invalidIndexes.length === 0
      ? undefined
      : problem("indexes.invalid", { indexes: observed.invalidIndexes.join(", ") }),
};

function named(servers: Offers["servers"]): string {
  return servers.map(({ name, instanceClass }) => `${name} (${instanceClass})`).join(", ");
}

/** What would spoil the night, and is known by day. */
export const preflight: readonly Condition[] = [
  noWindowNear,
  versionOffered,
  classesOffered,
  classesEncrypt,
  zonesServed,
  authoritiesValid,
  authoritiesLast,
  backupsOn,
  keyUsable("refused", "key.shut", "blocks"),
  keyUsable("unclear", "key.unclear", "warns"),
  keyUsable("unread", "key.unread", "notes"),
  noLongTransaction,
  indexesValid,
];
