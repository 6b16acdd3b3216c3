import { databaseKey } from "../core/cloud.ts";
import type { Migration } from "../core/migration.ts";
import { remaining, rollbackPrice } from "../core/price.ts";
import { hours, seconds } from "../core/time.ts";
import { findStrategy } from "../strategies/index.ts";
import { ChannelFault, type Deps, type MigrationView, type Reading, type ThreadState } from "./deps.ts";
import { leavesEvidence, postKept } from "./evidence.ts";
import { about } from "./told.ts";

/** Slack asks apps to edit a message at most every three seconds. */
const editAtMostEvery = seconds(3);
const patience = seconds(5);
/** Longer than any post may take before it is given up. */
const postingTakes = seconds(30);

/** Everything a message about this migration can show, at this moment. */
export async function viewOf(
  deps: Pick<Reading, "store" | "clock">,
  migration: Migration,
): Promise<MigrationView | undefined> {
  const plan = await deps.store.findPlan(databaseKey(migration.target), migration.planHash);
  const strategy = findStrategy(migration.strategy.id);
  if (!plan) return undefined;
  const now = deps.clock.now();
  return {
    migration,
    plan,
    now,
    rollbackPrice: strategy ? rollbackPrice(strategy, migration, now) : 0,
    remaining: strategy ? remaining(strategy, migration, now) : 0,
  };
}

/**
 * Brings a migration's thread up to its journal. Slack being down delays the thread and nothing else: false means that
 * it is not complete and must be tried again.
 */
export async function announce(deps: Deps, migration: Migration): Promise<boolean> {
  try {
    return await bringUpToDate(deps, migration);
  } catch (fault) {
    if (fault instanceof ChannelFault)
      deps.log.info("thread-behind", { ...about(migration), fault: fault.message });
    else deps.log.error("announce-failed", { ...about(migration), fault });
    return false;
  }
}

/**
 * Posts what the journal holds and the thread does not, in order, then brings the root message up to date. Before each
 * post the intent is saved; a post whose reply was lost is looked for in the thread before it is made again.
 */
async function bringUpToDate(deps: Deps, migration: Migration): Promise<boolean> {
  const database = databaseKey(migration.target);
  const view = await viewOf(deps, migration);
  if (!view) return true;
  const stored = await deps.store.loadThread(database, migration.id);
  let state: ThreadState | undefined = stored ?? fresh(migration);
  if (state.notBefore > deps.clock.now()) return false;
  try {
    state = await postRoot(deps, view, state);
    if (state) state = await postReplies(deps, view, state);
    if (state) state = await updateRoot(deps, view, state);
    return state !== undefined && (await postEvidence(deps, view, state));
  } catch (fault) {
    if (fault instanceof ChannelFault && state) await putOff(deps, view, fault);
    throw fault;
  }
}

function fresh(migration: Migration): ThreadState {
  return {
    revision: 0,
    channel: migration.channel,
    ts: null,
    rendered: null,
    editedAt: 0,
    posted: 0,
    sending: null,
    notBefore: 0,
    evidence: { posted: false, notBefore: 0 },
  };
}

/** Undefined: another executor is posting. */
async function keep(
  deps: Deps,
  { migration }: MigrationView,
  state: ThreadState,
): Promise<ThreadState | undefined> {
  const next = { ...state, revision: state.revision + 1 };
  return (await deps.store.saveThread(databaseKey(migration.target), migration.id, next)) ? next : undefined;
}

async function putOff(deps: Deps, view: MigrationView, fault: ChannelFault): Promise<void> {
  const stored = await deps.store.loadThread(databaseKey(view.migration.target), view.migration.id);
  const notBefore = deps.clock.now() + (fault.retryAfter ?? patience);
  await keep(deps, view, { ...(stored ?? fresh(view.migration)), notBefore });
}

/**
 * Saves the intent to post and takes the thread for as long as Slack may take to answer: two executors would otherwise both
 * find the post absent and both make it.
 */
function mean(
  deps: Deps,
  view: MigrationView,
  state: ThreadState,
  sending: number,
): Promise<ThreadState | undefined> {
  return keep(deps, view, { ...state, sending, notBefore: deps.clock.now() + postingTakes });
}

async function postRoot(
  deps: Deps,
  view: MigrationView,
  state: ThreadState,
): Promise<ThreadState | undefined> {
  if (state.ts !== null) return state;
  const { migration } = view;
  const meant = await mean(deps, view, state, 0);
  if (!meant) return undefined;
  const found =
    state.sending === 0 ? await deps.channel.findRoot(migration.channel, migration.id) : undefined;
  const ts = found ?? (await deps.channel.postRoot(migration.channel, view));
  const rendered = deps.channel.renderRoot(view);
  const done = { ts, rendered, editedAt: deps.clock.now(), sending: null, notBefore: 0 };
  return keep(deps, view, { ...meant, ...done });
}

async function postReplies(
  deps: Deps,
  view: MigrationView,
  state: ThreadState,
): Promise<ThreadState | undefined> {
  const { channel, ts } = state;
  if (ts === null) return undefined;
  const entries = await deps.store.journalAfter(view.migration, state.posted);
  const spoken = entries.filter((entry) => deps.channel.speaksOf(entry));
  if (spoken.length === 0) return state;
  let now: ThreadState | undefined = state;
  let there: readonly number[] | undefined = state.sending === null ? [] : undefined;
  for (const entry of spoken) {
    now = await mean(deps, view, now, entry.seq);
    if (!now) return undefined;
    there ??= await deps.channel.findReplies(channel, ts);
    if (!there.includes(entry.seq)) await deps.channel.postReply(channel, ts, entry, view);
    now = { ...now, posted: entry.seq };
  }
  return keep(deps, view, { ...now, sending: null, notBefore: 0 });
}

/** Undefined if the message does not show yet what there is to show. */
async function updateRoot(
  deps: Deps,
  view: MigrationView,
  state: ThreadState,
): Promise<ThreadState | undefined> {
  const { channel, ts } = state;
  const rendered = deps.channel.renderRoot(view);
  if (ts === null) return undefined;
  if (rendered === state.rendered) return state;
  const now = deps.clock.now();
  if (now < state.editedAt + editAtMostEvery) return undefined;
  await deps.channel.updateRoot(channel, ts, view);
  return keep(deps, view, { ...state, rendered, editedAt: now });
}

/** Slack that takes no files (the app may lack the scope) must not keep the thread from what is still to come. */
const refusedEvidenceAgain = hours(1);

/** The evidence of a migration that has ended, once its thread is complete. True if nothing is left to post. */
async function postEvidence(deps: Deps, view: MigrationView, state: ThreadState): Promise<boolean> {
  const { channel, ts, evidence } = state;
  if (ts === null || evidence.posted || !leavesEvidence(view.migration)) return true;
  const now = deps.clock.now();
  if (now < evidence.notBefore) return false;
  const meant = await keep(deps, view, { ...state, notBefore: now + postingTakes });
  if (!meant) return false;
  const posted = await postKept(deps, view, { channel, ts }).then(
    () => true,
    (fault) => {
      if (!(fault instanceof ChannelFault) || fault.kind !== "refused") throw fault;
      deps.log.error("evidence-refused", { ...about(view.migration), fault: fault.message });
      return false;
    },
  );
  const next = posted ? { posted, notBefore: 0 } : { posted, notBefore: now + refusedEvidenceAgain };
  return (await keep(deps, view, { ...meant, notBefore: 0, evidence: next })) !== undefined && posted;
}
