import type { Clicker } from "../core/approval.ts";
import type { BackupTarget } from "../core/backup.ts";
import type { Cloud, Target } from "../core/cloud.ts";
import type { Database } from "../core/database.ts";
import type { Halt } from "../core/halt.ts";
import type { Heard, Mandate } from "../core/mandate.ts";
import type { JournalEntry, Migration } from "../core/migration.ts";
import type { Note } from "../core/note.ts";
import type { Plan } from "../core/plan.ts";
import type { Cleaning } from "../core/secret-forms.ts";
import type { Duration, Instant } from "../core/time.ts";
import type { Transfer } from "../core/transfer.ts";
import type { Notice, Request } from "./request.ts";

/** Time is an argument: nothing here or below reads another clock. */
export interface Clock {
  now(): Instant;
  sleep(duration: Duration): Promise<void>;
}

/**
 * Where migrations are kept. Every write is one conditional write on one item; a lost condition is an answer, not
 * an error. The partition key is the database (`account/region/name`), so that two open migrations of one
 * database cannot exist.
 */
export interface Store {
  /** False if the database already has an open migration. The plan is written first. */
  create(migration: Migration, plan: Plan): Promise<boolean>;
  loadOpen(database: string): Promise<Migration | undefined>;
  /**
   * Writes `next` if the stored revision is `next.revision - 1`; false if somebody else was faster. Marks it due. Journal
   * entries beyond what the item should carry are copied out first. An ended migration moves to the past, which frees
   * the database; it stays due until `rest`, since its thread may not be complete.
   */
  save(next: Migration): Promise<boolean>;
  /**
   * The same for one that has ended: what is seen of it afterwards. Marks it due, so that its thread is brought up to date;
   * false also if there is no such ended migration.
   */
  savePast(next: Migration): Promise<boolean>;
  /**
   * No longer due if its revision is still this one: nothing is to be done until somebody does something, or until the next
   * look that its aftercare names.
   */
  rest(migration: Migration): Promise<void>;
  savePlan(database: string, plan: Plan): Promise<void>;
  findPlan(database: string, hash: string): Promise<Plan | undefined>;
  /** An ended migration by its id, or the last one of a database. */
  findPast(database: string, migration: string): Promise<Migration | undefined>;
  lastPast(database: string): Promise<Migration | undefined>;
  /** The last ten that ended, rehearsals among them, the newest first: what plans take their times from. */
  lastPasts(database: string): Promise<readonly Migration[]>;
  /** What there is to do: one query on one sparse index, which is all that an idle run costs. */
  agenda(now: Instant): Promise<Agenda>;
  /** Every open migration, due or not, that this version can read. */
  listOpen(): Promise<readonly Migration[]>;
  /** The journal after `seq`, in order, wherever it is kept. */
  journalAfter(migration: Migration, seq: number): Promise<readonly JournalEntry[]>;

  /** False if a request of that id was put before: Slack delivers twice. */
  putRequest(request: Request): Promise<boolean>;
  /** Those that this version can read: during an update the other version may know more. */
  pendingRequests(): Promise<readonly Request[]>;
  removeRequest(id: string): Promise<void>;
  /** False if that id was claimed or put before: what is served without having been put is served once, too. */
  claimRequest(id: string): Promise<boolean>;

  /** Keeps the evidence of an ended migration as it is posted; false if some is kept, which stays. */
  keepEvidence(database: string, migration: string, text: string): Promise<boolean>;
  findEvidence(database: string, migration: string): Promise<string | undefined>;

  /** How far a migration's thread has been posted. */
  loadThread(database: string, migration: string): Promise<ThreadState | undefined>;
  /** False if `revision` is not one more than the stored one. */
  saveThread(database: string, migration: string, state: ThreadState): Promise<boolean>;

  /** The kill switch; null while nobody has halted anything. */
  findHalt(): Promise<Halt | null>;
  setHalt(halt: Halt | null): Promise<void>;

  /** When the schedule last ran a poller; null where it never did. */
  lastBeat(): Promise<Instant | null>;
  beat(at: Instant): Promise<void>;

  /** Raises and returns the epoch: the poller that holds the highest one goes on, an older one stops. */
  takeEpoch(): Promise<number>;
  currentEpoch(): Promise<number>;
}

export interface Agenda {
  /** Migrations that are due, open or ended, among them those whose aftercare wants a look. */
  readonly migrations: readonly { readonly database: string; readonly migration: string }[];
  /** True if somebody asked for something. */
  readonly requests: boolean;
  /** How many migrations are open, due or not. */
  readonly open: number;
  /** Ids of those that are stuck and not due: people know, and nothing happens until they do something. */
  readonly stuck: readonly string[];
}

/** The view of a journal in Slack, and how far it has come. */
export interface ThreadState {
  readonly revision: number;
  readonly channel: string;
  /** Of the root message; null until it is posted. */
  readonly ts: string | null;
  /** Hash of the root message as it was last rendered, and when. */
  readonly rendered: string | null;
  readonly editedAt: Instant;
  /** The last journal entry that was posted. */
  readonly posted: number;
  /** The entry that is being posted (0: the root message). If its reply was lost, it is looked for first. */
  readonly sending: number | null;
  /** Nobody posts before: Slack asked for patience, or somebody is posting. */
  readonly notBefore: Instant;
  /** Whether the evidence of the ended migration is in the thread, and before when it is not tried (again). */
  readonly evidence: { readonly posted: boolean; readonly notBefore: Instant };
}

/** A file for people, in a thread. */
export interface PostedFile {
  readonly name: string;
  readonly title: string;
  readonly text: string;
}

/** Slack, as the engine sees it. Implemented in src/slack; throws `ChannelFault` and nothing else. */
export interface Channel {
  /** Posts the root message, keyed by migration; returns its ts. */
  postRoot(channel: string, view: MigrationView): Promise<string>;
  /** The root message of a migration if a lost reply left one behind. */
  findRoot(channel: string, migration: string): Promise<string | undefined>;
  updateRoot(channel: string, ts: string, view: MigrationView): Promise<void>;
  /** A hash of what `updateRoot` would show. */
  renderRoot(view: MigrationView): string;
  /** True if the entry is worth a message in the thread. */
  speaksOf(entry: JournalEntry): boolean;
  postReply(channel: string, root: string, entry: JournalEntry, view: MigrationView): Promise<void>;
  /** The journal entries of this thread that are already there, by `seq`. */
  findReplies(channel: string, root: string): Promise<readonly number[]>;
  /** One message with these files in a thread. */
  postFiles(channel: string, root: string, files: readonly PostedFile[], said: Note): Promise<void>;
  /** The names of the bot's files that are in a thread. */
  findFiles(channel: string, root: string): Promise<readonly string[]>;
  /** Answers a command, to the person alone. Best effort. */
  answer(request: Request, notice: Notice): Promise<void>;
}

/** Everything a message about a migration can show. */
export interface MigrationView {
  readonly migration: Migration;
  readonly plan: Plan;
  readonly now: Instant;
  /** What rolling back now would take, in milliseconds, and whether writes would be lost. */
  readonly rollbackPrice: Duration;
  /** Expected time until the end, and until the end of the downtime where it has begun. */
  readonly remaining: Duration;
}

export class ChannelFault extends Error {
  readonly kind: "unanswered" | "throttled" | "refused";
  /** Milliseconds to wait, where Slack said so. */
  readonly retryAfter: number | null;

  constructor(
    kind: ChannelFault["kind"],
    message: string,
    retryAfter: number | null = null,
    cause?: unknown,
  ) {
    super(message, { cause });
    this.name = "ChannelFault";
    this.kind = kind;
    this.retryAfter = retryAfter;
  }
}

/** What is stored was not written by this version, or not by this product: nothing may be concluded from it. */
export class StoredOtherwise extends Error {
  constructor(key: string, cause: unknown) {
    super(`${key} is not stored as this version stores it`, { cause });
    this.name = "StoredOtherwise";
  }
}

/** As much of `Deps` as it takes to tell how things stand. */
export interface Reading {
  readonly clock: Pick<Clock, "now">;
  readonly store: Pick<
    Store,
    "loadOpen" | "listOpen" | "lastPast" | "findPast" | "findPlan" | "journalAfter" | "findHalt" | "lastBeat"
  >;
  readonly environment: Pick<Environment, "account" | "region">;
}

/** What the operator configured and a strategy may know. */
export interface Environment {
  readonly account: string;
  readonly region: string;
  /** The key for those who name none; null where none is configured. */
  readonly defaultKey: string | null;
  /** The group that admits only the probe, by VPC. */
  readonly fenceGroups: Readonly<Record<string, string>>;
  /** Milliseconds that the plan proposes as the longest downtime. */
  readonly longestDowntime: Duration;
  /** Milliseconds for which an approval lives until its first step has begun. */
  readonly approvalLifetime: Duration;
  /** Where backups are copied to; null where no other account is configured. */
  readonly backup: BackupTarget | null;
  /** Milliseconds for which a source is kept at least after its migration. */
  readonly retention: Duration;
  /** The Slack workspace that the bot serves. */
  readonly team: string;
  /** Channel ids in which migrations may be started; the first is named to those who try elsewhere. */
  readonly channels: readonly string[];
}

/** Lines about a migration carry its id and its database. */
export interface Log {
  info(event: string, fields: Readonly<Record<string, unknown>>): void;
  error(event: string, fields: Readonly<Record<string, unknown>>): void;
}

/** What alarms and graphs are made of, once a scheduled run. All of them are counts. */
export interface Figures {
  /** 1 for a run that has looked at everything that was due. */
  readonly PollerRan?: number;
  /** 1 for a run that has not. */
  readonly PollerFailed?: number;
  readonly MigrationsOpen?: number;
  readonly MigrationsStuck?: number;
}

export interface Meter {
  count(figures: Figures): void;
}

export interface Deps {
  readonly clock: Clock;
  readonly store: Store;
  /** The cloud for one look or one act: the seam for other accounts. `heard` is told of the changes that it accepts. */
  cloudFor(target: Target, mandate: Mandate, heard?: Heard): Cloud;
  readonly database: Database;
  readonly transfer: Transfer;
  readonly channel: Channel;
  /** Who is this, now? Throws `ChannelFault` when Slack cannot say. */
  lookUp(user: string, team: string): Promise<Clicker>;
  readonly environment: Environment;
  /** Takes the secrets out of a text that this process knows or that look like one. */
  readonly withoutSecrets: Cleaning;
  /** A letter and seven letters or digits; never the same twice. */
  newMigrationId(): string;
  readonly log: Log;
  readonly meter: Meter;
}
