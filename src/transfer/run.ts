import { statfs } from "node:fs/promises";
import { problem } from "../core/problem.ts";
import type { Login, TransferJob, TransferReport } from "../core/transfer.ts";
import type { Connection } from "../database/connect.ts";
import { copyDatabase, tryOutSchema } from "./copy.ts";
import {
  differencesOfDatabases,
  dropUnfinished,
  type FoundDatabase,
  finish,
  readDatabases,
} from "./databases.ts";
import { loginsOf, type Passwords, setPasswords, tryOnSource, tryOnTarget } from "./logins.ts";
import { findKept, findPlace, type Plan, readPlan } from "./plan.ts";
import { carryRoles, differencesOfRoles, joinRoles, leaveRoles, readRoles } from "./roles.ts";
import { alwaysThere, openSession, type Server, Stopped, shortened } from "./server.ts";
import { carrySettings, differencesOfSettings, readSettings } from "./settings.ts";
import { asBot, declareServer, declareWhole, findServer, type Moved, makeRoom, tidyUp } from "./whole.ts";
import type { Workshop } from "./workshop.ts";

/** What a run works with. */
interface Bench {
  readonly job: TransferJob;
  readonly shop: Workshop;
  /** The session that makes, drops and renames databases, and holds the lock. */
  readonly lock: Connection;
  readonly plan: Plan;
  readonly passwords: Passwords;
  readonly logins: readonly Login[];
}

/**
 * Does a job from its beginning, or goes on with it, and reports. Whoever begins it last has it: an earlier run is put out. Throws
 * `Stopped` with the problem; then nothing that is not whole has its name.
 */
export async function runTransfer(
  job: TransferJob,
  shop: Workshop,
  told: Passwords,
): Promise<TransferReport> {
  const { source, target, progress } = shop;
  const lock = await takeOver(target);
  try {
    const bot = asBot(shop);
    const earlier = job.work === "move" ? await findServer(bot, job) : undefined;
    if (earlier) {
      await tidyUp(bot, earlier);
      return earlier;
    }
    progress.enter("roles");
    const plan = await readPlan(source);
    progress.expect(plan.databases.length);
    const passwords = { ...told, [source.access.user]: await source.access.password() };
    const known = { passwords, byOwner: job.passwordsByOwner, master: target.access.user };
    const bench = { job, shop, lock, plan, passwords, logins: loginsOf(plan.roles, known) };
    return job.work === "prepare" ? await prepare(bench) : await move(bench);
  } finally {
    await lock.close();
  }
}

/**
 * The lock is held by the session in which all databases are made, dropped and renamed: who has lost the one has lost the other. A
 * run that is gone would hold it until the server notices, which takes minutes.
 */
async function takeOver(target: Server): Promise<Connection> {
  const session = await openSession(target, alwaysThere);
  await session.query(`
    select pg_terminate_backend(pid)
      from pg_locks join pg_database d on d.oid = database
     where locktype = 'advisory' and datname = current_database() and pid <> pg_backend_pid()
       and classid = 0 and objid = ${lockKey} and objsubid = 1`);
  await session.query(`select pg_advisory_lock(${lockKey})`);
  return session;
}

/** Any number that nothing else locks in template1. */
const lockKey = 1_802_201_963;

async function prepare(bench: Bench): Promise<TransferReport> {
  const { job, shop, lock, plan, passwords, logins } = bench;
  await tryOnSource(shop.source, passwords);
  const server = await carryServer(bench);
  const databases: Moved[] = [];
  for (const database of toCopy(bench, server)) {
    await findPlace(shop, lock, database.facts, job.token);
    const tried = await tryOutSchema(shop, lock, database.facts);
    databases.push({ ...beginning(database), ...tried, rows: null, largeObjects: null });
    shop.progress.complete();
  }
  await leaveRoles(lock, plan.roles, shop.target.access.user);
  await tryOnTarget(shop.target, passwords);
  // Last, so that the roles are there for their owners to set the passwords.
  demandPasswords(logins);
  return report(bench, databases, server);
}

async function move(bench: Bench): Promise<TransferReport> {
  const { job, shop, lock, plan, passwords, logins } = bench;
  demandPasswords(logins);
  const server = await carryServer(bench);
  const databases: Moved[] = [];
  for (const database of toCopy(bench, server)) {
    databases.push(await moveDatabase(bench, database));
    shop.progress.complete();
  }
  shop.progress.enter("finish");
  server.notCarried.push(...(await carrySettings(lock, plan.settings)));
  const bot = asBot(shop);
  await makeRoom({ target: shop.target, bot }, job.target.endpoint.database);
  await leaveRoles(lock, plan.roles, shop.target.access.user);
  await compareServers(bench, server);
  await tryOnTarget(shop.target, passwords);
  const done = await report(bench, databases, server);
  await declareServer(bot, job, done);
  await tidyUp(bot, done);
  return done;
}

/** What the target's server would not take. */
interface Carried {
  readonly notCarried: string[];
  /** Databases that it keeps as they are. */
  readonly kept: readonly string[];
}

/** Roles, their memberships and the passwords that are known. */
async function carryServer({ shop, lock, plan, passwords }: Bench): Promise<Carried> {
  const master = shop.target.access.user;
  const notCarried = await carryRoles(lock, plan.roles, master);
  await setPasswords(lock, passwords);
  await joinRoles(lock, plan.roles, master);
  await dropUnfinished(lock);
  const kept = await findKept(lock, plan);
  return { notCarried: [...notCarried, ...kept.map((name) => `owner and privileges of ${name}`)], kept };
}

function toCopy({ plan }: Bench, { kept }: Carried): FoundDatabase[] {
  return plan.databases.filter(({ facts }) => !kept.includes(facts.name));
}

const beginning = ({ facts, bytes }: FoundDatabase) => ({ name: facts.name, bytes });

/** A database that is whole is left as it is; one that is not is made from the beginning. */
async function moveDatabase({ job, shop, lock }: Bench, database: FoundDatabase): Promise<Moved> {
  const { facts } = database;
  const whole = await findPlace(shop, lock, facts, job.token);
  if (whole) return whole;
  const { working, described, content } = await copyDatabase(shop, lock, facts);
  const { rows, tables, largeObjects } = content;
  const moved = { ...beginning(database), ...described, tables, rows, largeObjects };
  shop.progress.enter("finish", facts.name);
  await declareWhole({ target: shop.target, bot: asBot(shop) }, working, job.token, moved);
  // Hours have gone by since it was looked at.
  await findPlace(shop, lock, facts, job.token);
  await finish(lock, working, facts, shop.target.name);
  return moved;
}

function demandPasswords(logins: readonly Login[]): void {
  const unknown = logins.filter(({ assurance }) => assurance === "none").map(({ role }) => role);
  if (unknown.length === 0) return;
  throw new Stopped(problem("transfer.login-without-password", { roles: unknown.join(", ") }));
}

/** What belongs to the server and to no database. */
async function compareServers(bench: Bench, carried: Carried): Promise<void> {
  const { shop, lock, plan } = bench;
  const { notCarried } = carried;
  const databases = await readDatabases(lock);
  const named = (name: string) => databases.find(({ facts }) => facts.name === name)?.facts;
  const names = plan.databases.map(({ facts }) => facts.name);
  const differences = [
    ...differencesOfRoles(plan.roles, await readRoles(lock), {
      master: shop.target.access.user,
      notCarried,
    }),
    ...differencesOfSettings(plan.settings, await readSettings(lock), notCarried),
    ...toCopy(bench, carried).flatMap(({ facts }) => differencesOfDatabases(facts, named(facts.name))),
    ...databases
      .filter(({ facts }) => !names.includes(facts.name))
      .map(({ facts }) => `only the target has ${facts.name}`),
  ];
  if (differences.length === 0) return;
  for (const line of differences) shop.log(`differs: ${line}`);
  const { name } = shop.target;
  throw new Stopped(problem("transfer.server-differs", { differences: shortened(differences), name }));
}

async function report(
  { shop, plan, logins }: Bench,
  databases: Moved[],
  { notCarried }: Carried,
): Promise<TransferReport> {
  const { bavail, bsize } = await statfs(shop.spool);
  const roles = plan.roles.roles.length;
  return { databases, roles, logins: [...logins], notCarried, spoolBytesFree: bavail * bsize };
}
