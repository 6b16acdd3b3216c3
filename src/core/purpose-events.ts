import type { Person } from "./approval.ts";
import type { Migration } from "./migration.ts";
import type { Note } from "./note.ts";
import type { Plan } from "./plan.ts";
import { condemnedName, purposeOf } from "./purpose.ts";
import { note } from "./sentences.ts";
import type { Duration } from "./time.ts";

/** What the journal says of a migration's beginning and end, in the words of what it is there for. */

export function createdEvent(plan: Plan, { name: person }: Person): Note {
  const { name } = plan.target;
  const key = plan.keyArn;
  switch (purposeOf(plan)) {
    case "move":
      return note("event.created", { person, name, key });
    case "rehearsal":
      return note("event.rehearsal-created", { person, name, key });
    case "backup":
      return note("event.backup-created", { person, name, key });
    case "decommission":
      return note("event.decommission-created", { person, name, retired: condemnedName(plan) });
  }
}

/** Somebody has asked for the way back. */
export function backEvent(m: Migration, { name: person }: Person, price: Duration): Note {
  const { name } = m.target;
  switch (purposeOf(m)) {
    case "move":
      return note("event.rollback", { person, name, price });
    case "rehearsal":
      return note("event.rehearsal-ends", { person, name, price });
    case "backup":
      return note("event.backup-ends", { person, name, price });
    case "decommission":
      return note("event.decommission-ends", { person, retired: condemnedName(m), price });
  }
}

/** It has come to the end of its way there. */
export function finishedEvent(m: Migration, downtime: Duration): Note {
  const { name } = m.target;
  switch (purposeOf(m)) {
    case "move":
      return note("event.finished", { name, downtime });
    case "rehearsal":
      return note("event.rehearsed", { name });
    case "backup":
      return note("event.backed-up", { name });
    case "decommission":
      return note("event.decommissioned", { name, retired: condemnedName(m) });
  }
}

/** It has come to the end of its way back. */
export function undoneEvent(m: Migration, took: Duration): Note {
  const { name } = m.target;
  switch (purposeOf(m)) {
    case "move":
      return note("event.rolled-back", { name, took });
    case "rehearsal":
      return note("event.rehearsal-gone", { name, took });
    case "backup":
      return note("event.backup-off", { name });
    case "decommission":
      return note("event.decommission-off", { retired: condemnedName(m) });
  }
}
