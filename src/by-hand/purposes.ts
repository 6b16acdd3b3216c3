import { isBeyondReturn } from "../core/course.ts";
import type { Migration } from "../core/migration.ts";
import { condemnedName, movesOrTries, type Purpose, purposeOf, subjectName } from "../core/purpose.ts";
import type { Strategy } from "../core/strategy.ts";
import { wrapped } from "./shell.ts";

/** What the sheet says in the words of what a migration is there for. */

const kinds: Readonly<Record<Purpose, string>> = {
  move: "",
  rehearsal: "",
  backup: "the backup of ",
  decommission: "the deletion of ",
};

/** What is carried on. */
export function subjectOf(migration: Migration): string {
  return `${kinds[purposeOf(migration)]}${subjectName(migration)}`;
}

/** How it stands once it has ended. */
export function outcome(migration: Migration): string {
  const { name } = migration.target;
  const isDone = migration.status === "finished";
  switch (purposeOf(migration)) {
    case "backup":
      return isDone
        ? `${name} is backed up, and its copy was seen in the other account.`
        : `${name} serves, and was not changed.`;
    case "decommission":
      return `${condemnedName(migration)} is ${isDone ? "deleted" : "kept, fenced and protected"}.`;
    case "rehearsal":
      return "the source serves under its own name.";
    case "move":
      return isDone
        ? "the replacement serves under the source's name. The source is kept, fenced and protected, until somebody decides that nobody needs it."
        : "the source serves under its own name.";
  }
}

/** When its way there is at its end. */
export const forwardUntil: Readonly<Record<Purpose, string>> = {
  move: "it is under the new key",
  rehearsal: "it is rehearsed and everything is as before",
  backup: "its copy is proved and backups go on",
  decommission: "it is deleted, with everything told that is left",
};

/** What there is to go back from where no database was exchanged; undefined for a move. */
export function callingOff(
  strategy: Strategy,
  migration: Migration,
  price: string,
): readonly [heading: string, intro: string] | undefined {
  switch (purposeOf(migration)) {
    case "move":
      return undefined;
    case "rehearsal":
      return [
        "what remains until nothing of it is left",
        `It takes about ${price}. The source serves all the while; only what the rehearsal has made is deleted.`,
      ];
    case "backup":
      return [
        "what remains until nothing is scheduled",
        `It takes about ${price}. The database serves all the while; backups that were made stay until AWS Backup deletes them.`,
      ];
    case "decommission":
      return isBeyondReturn(strategy, migration)
        ? [
            "no longer possible",
            "Its deletion has begun, and what is deleted does not come back. Go forward (4).",
          ]
        : [
            "what remains until it is kept as before",
            `It takes about ${price}. Nothing has been deleted; a last snapshot that was taken stays.`,
          ];
  }
}

/** What somebody who carries a strategy on must know of all of its steps. */
export function rules(migration: Migration): string {
  const all = [
    "Begin with what shows that a step is done. If it is, do not run the step again: the one that the bot was at may have happened.",
    "When AWS says that something exists already, or that what is to be renamed is not there, it has happened: go on with what shows that it is done.",
    "When AWS refuses because something is not available yet, wait and repeat. A rename takes minutes in which a name may belong to nobody.",
    "What something must print is what the API shows when it is done; look again until it does, some ten seconds apart.",
    "Names are reused and resource ids are not. When a name belongs to another resource id than above, stop and think.",
    movesOrTries(migration)
      ? "In doubt before the opening, go back (5): it loses nothing. After the opening, go forward."
      : "In doubt go back (5): until something is deleted it loses nothing.",
    movesOrTries(migration)
      ? "Do not leave a step out, and never exchange two: their order is what keeps every write."
      : "Do not leave a step out, and never exchange two.",
  ];
  const list = all.map((rule) => wrapped(rule, "  ").replace(/^ /, "-")).join("\n");
  return `## 3. How to read the steps\n\n${list}`;
}
