import { type Clicker, judgeStanding } from "../core/approval.ts";
import { CloudFault, databaseKey } from "../core/cloud.ts";
import type { Command } from "../core/command.ts";
import { DatabaseFault } from "../core/database.ts";
import { record } from "../core/journal.ts";
import type { Migration } from "../core/migration.ts";
import { expectedBy, type Plan } from "../core/plan.ts";
import { type Problem, problem } from "../core/problem.ts";
import { type Purpose, purposeOf } from "../core/purpose.ts";
import { createdEvent } from "../core/purpose-events.ts";
import { note } from "../core/sentences.ts";
import type { Strategy } from "../core/strategy.ts";
import { viewOf } from "./announce.ts";
import { servePress } from "./clicks.ts";
import { type Agenda, ChannelFault, type Deps, type Reading, StoredOtherwise } from "./deps.ts";
import { serveEvidence } from "./evidence.ts";
import { everyOpen, halt, halted, unhalt } from "./halting.ts";
import { type Beginning, planOf, servingName } from "./purposes.ts";
import type { Asked, AskedCommand, ListedDatabase, Notice, PollerState, Request } from "./request.ts";
import { steer } from "./steering.ts";
import { planFor } from "./survey.ts";
import { tellJournal } from "./told.ts";

/**
 * Serves what people asked for, in the order they asked, and tells which open migrations that was about. A request is taken
 * away only once it was served.
 */
export async function serveRequests(deps: Deps): Promise<Agenda["migrations"]> {
  const touched: Agenda["migrations"][number][] = [];
  const pending = await deps.store.pendingRequests();
  for (const request of [...pending].sort((a, b) => a.at - b.at)) {
    // Before and after: it may end with the request, and its thread is to say so at once.
    const before = await openFor(deps, request);
    const notice = await serve(deps, request, () => deps.lookUp(request.user, request.team));
    await deps.channel.answer(request, notice);
    await deps.store.removeRequest(request.id);
    touched.push(...before, ...(await openFor(deps, request)));
  }
  return touched;
}

/** The open migrations that a request is about. One that this version cannot read must not keep others from being served. */
async function openFor(deps: Deps, request: Request): Promise<Agenda["migrations"]> {
  if (request.kind === "command" && request.command.verb === "unhalt") return everyOpen(deps);
  const database = databaseMeant(deps, request);
  if (database === undefined) return [];
  try {
    const open = await deps.store.loadOpen(database);
    return open ? [{ database, migration: open.id }] : [];
  } catch (fault) {
    if (fault instanceof StoredOtherwise) return [];
    throw fault;
  }
}

function meant(deps: Deps, asked: Asked) {
  const database = databaseMeant(deps, asked);
  return {
    ...(database !== undefined && { database }),
    ...(asked.kind === "click" && { migration: asked.migration }),
  };
}

function databaseMeant({ environment }: Deps, request: Asked): string | undefined {
  if (request.kind === "click") return request.database;
  const { command } = request;
  if (!("name" in command) || command.name === null) return undefined;
  const { account, region } = environment;
  return databaseKey({ account, region, name: servingName({ ...command, name: command.name }) });
}

export function problemsNotice(...problems: readonly Problem[]): Notice {
  return { kind: "problems", problems };
}

/** Serves one request, under the same rules by whichever way it came. `identify` says whose it is. */
export async function serve(deps: Deps, asked: Asked, identify: () => Promise<Clicker>): Promise<Notice> {
  try {
    const clicker = await identify();
    const standing = judgeStanding(clicker, deps.environment.team);
    if (standing) return problemsNotice(standing);
    return asked.kind === "command"
      ? await serveCommand(deps, asked, clicker)
      : await servePress(deps, asked, clicker);
  } catch (fault) {
    return couldNot(deps, asked, fault);
  }
}

/** A person is told that it did not work, and what; never with the service's own text. */
function couldNot(deps: Deps, asked: Asked, fault: unknown): Notice {
  if (fault instanceof ChannelFault) return problemsNotice(problem("approval.cannot-check", {}));
  deps.log.error("request-failed", { request: asked.id, ...meant(deps, asked), fault });
  if (fault instanceof CloudFault) {
    return problemsNotice(problem("command.failed", { what: fault.operation, code: fault.code }));
  }
  if (fault instanceof StoredOtherwise) return problemsNotice(problem("command.stored-otherwise", {}));
  if (fault instanceof DatabaseFault) {
    return problemsNotice(problem("command.failed", { what: "the database", code: fault.code }));
  }
  return problemsNotice(problem("command.failed", { what: "encrypt-db", code: "internal" }));
}

async function serveCommand(deps: Deps, asked: AskedCommand, clicker: Clicker): Promise<Notice> {
  const { command } = asked;
  const { channels } = deps.environment;
  switch (command.verb) {
    case "help":
      return { kind: "help" };
    case "list":
      return list(deps);
    case "plan":
      return dryRun(deps, command);
    case "status":
      return status(deps, command.name);
    case "halt":
      return halt(deps, command.reason, clicker);
    case "unhalt":
      return unhalt(deps, clicker);
    case "start":
    case "rehearse":
    case "backup":
    case "decommission": {
      const { id, channel } = asked;
      // Its thread is in the channel.
      if (channel === null || !channels.includes(channel)) {
        return problemsNotice(problem("command.wrong-channel", { channel: `<#${channels[0]}>` }));
      }
      return start(deps, { id, channel }, command, clicker);
    }
    case "evidence":
      return serveEvidence(deps, command.name, asked.channel !== null);
    case "pause":
    case "resume":
    case "retry":
    case "close":
    case "rollback": {
      const open = await findOpen(deps, command.name);
      if (!open) return problemsNotice(await noneOpen(deps, command.name));
      return steer(deps, open, command.verb, clicker);
    }
  }
}

async function findOpen(deps: Deps, name: string): Promise<Migration | undefined> {
  const { account, region } = deps.environment;
  return deps.store.loadOpen(databaseKey({ account, region, name }));
}

async function noneOpen(deps: Deps, name: string): Promise<Problem> {
  const { account, region } = deps.environment;
  const past = await deps.store.lastPast(databaseKey({ account, region, name }));
  return past ? problem("command.ended", { name }) : problem("command.no-migration", { name });
}

/** The whole plan and every check; nothing is created. */
async function dryRun(deps: Deps, command: Extract<Command, { verb: "plan" }>): Promise<Notice> {
  const made = await planFor(deps, { ...command, migration: deps.newMigrationId() });
  return "problems" in made ? problemsNotice(...made.problems) : { kind: "plan", plan: made.plan };
}

/** The request with which a migration begins. */
interface Begun {
  readonly id: string;
  readonly channel: string;
}

async function start(deps: Deps, request: Begun, command: Beginning, clicker: Clicker): Promise<Notice> {
  const name = servingName(command);
  const open = await findOpen(deps, name);
  if (open) return alreadyOpen(open, request);
  const switched = await deps.store.findHalt();
  if (switched) return problemsNotice(halted(switched));
  const id = deps.newMigrationId();
  const made = await planOf(deps, command, id);
  if ("problems" in made) return problemsNotice(...made.problems);
  const migration = newMigration(deps, request, made, clicker);
  if (await deps.store.create(migration, made.plan)) {
    tellJournal(deps.log, migration, 0);
    return saidBegun(migration);
  }
  const faster = await findOpen(deps, name);
  return faster ? alreadyOpen(faster, request) : problemsNotice(problem("command.no-migration", { name }));
}

/** The same request may be served twice, if the first time ended between making the migration and taking it away. */
function alreadyOpen(open: Migration, request: Begun): Notice {
  const { name } = open.target;
  if (open.request.id === request.id) return saidBegun(open);
  return problemsNotice(
    problem("target.open-migration", { name, migration: open.id, person: open.requester.name }),
  );
}

function saidBegun(begun: Migration): Notice {
  const { name } = begun.target;
  return { kind: "said", note: note(saidOf[purposeOf(begun)], { name }) };
}

const saidOf = {
  move: "said.started",
  rehearsal: "said.rehearsing",
  backup: "said.backing-up",
  decommission: "said.decommissioning",
} as const satisfies Record<Purpose, string>;

function newMigration(
  deps: Deps,
  request: Begun,
  made: { readonly plan: Plan; readonly strategy: Strategy; readonly key: string },
  clicker: Clicker,
): Migration {
  const { plan, strategy, key } = made;
  const now = deps.clock.now();
  const migration: Migration = {
    id: plan.migration,
    revision: 1,
    target: plan.target,
    strategy: { id: strategy.id, version: strategy.version },
    planHash: plan.hash,
    pinned: plan.pinned,
    learned: {},
    findings: [...plan.findings],
    // An alias stays one, so that it shows if it leads to another key later.
    request: { id: request.id, key },
    expected: expectedBy(plan),
    longestDowntime: plan.longestDowntime,
    requester: clicker.person,
    channel: request.channel,
    status: "open",
    direction: "forward",
    problem: null,
    steps: {},
    approvals: [],
    downtimeBegan: null,
    downtimeEnded: null,
    budgetSaid: "nothing",
    rollback: null,
    sightings: {},
    aftercare: null,
    journal: [],
    journalHead: { seq: 0, hash: "" },
    createdAt: now,
    endedAt: null,
  };
  return record(migration, createdEvent(plan, clicker.person), now);
}

/** How one migration stands, the last one of a database, or every open one. It only reads. */
export async function status(deps: Reading, name: string | null): Promise<Notice> {
  const found = name === null ? await deps.store.listOpen() : await oneStatus(deps, name);
  const views = await Promise.all(found.map((migration) => viewOf(deps, migration)));
  const shown = views.flatMap((view) => view ?? []);
  if (name !== null && shown.length === 0) return problemsNotice(problem("command.no-migration", { name }));
  return { kind: "status", views: shown, poller: await pollerState(deps) };
}

async function pollerState({ store, clock }: Reading): Promise<PollerState> {
  const [lastBeat, halted] = await Promise.all([store.lastBeat(), store.findHalt()]);
  return { now: clock.now(), lastBeat, halted };
}

async function oneStatus(deps: Reading, name: string): Promise<readonly Migration[]> {
  const { account, region } = deps.environment;
  const key = databaseKey({ account, region, name });
  const found = (await deps.store.loadOpen(key)) ?? (await deps.store.lastPast(key));
  return found ? [found] : [];
}

async function list(deps: Deps): Promise<Notice> {
  const { account, region } = deps.environment;
  const cloud = deps.cloudFor({ account, region, kind: "cluster", name: "" }, { effect: "reads" });
  const [databases, open] = await Promise.all([cloud.listDatabases(), deps.store.listOpen()]);
  const arns = [...new Set(databases.flatMap(({ keyArn }) => keyArn ?? []))];
  const keys = new Map(await Promise.all(arns.map(async (arn) => [arn, await cloud.findKey(arn)] as const)));
  const listed = databases.map(
    (database): ListedDatabase => ({
      ...database,
      keyManager: database.keyArn === null ? null : (keys.get(database.keyArn)?.manager ?? null),
      migration:
        open.find(({ target }) => target.name === database.name && target.kind === database.kind)?.id ?? null,
    }),
  );
  return { kind: "list", databases: listed };
}
