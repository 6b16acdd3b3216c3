import type { Command } from "../../src/core/command.ts";
import type { Migration } from "../../src/core/migration.ts";
import type { Terms } from "../../src/core/terms.ts";
import { minutes } from "../../src/core/time.ts";
import type { Deps } from "../../src/engine/deps.ts";
import { poll } from "../../src/engine/poll.ts";
import type { Notice, Press, Request } from "../../src/engine/request.ts";
import { clusterEndpoint, instanceEndpoint } from "../../src/sim/aws/names.ts";
import type { GivenCluster } from "../../src/sim/aws/seeds/databases.ts";
import type { AccountState, Cluster, Instance } from "../../src/sim/aws/state.ts";
import { channelId, FastWorld, type FastWorldOptions, team } from "../../src/sim/fast-world.ts";
import { Clients } from "./clients.ts";
import { hangEverything } from "./hanging.ts";

export const name = "orders-prod";
export const database = `123456789012/eu-west-1/${name}`;

/** A world with one database, an application that writes to it, and the people who move it. */
export interface Life {
  readonly world: FastWorld;
  /** The strategy that is asked for by name, where it is not what the bot would take. */
  readonly by: string | null;
  readonly source: Source;
  readonly clients: Clients;
}

type Source = Cluster | Instance;

/** A database for each strategy, as it is chosen for it. One of them has everything attached that is carried over. */
const sources: Readonly<Record<string, (world: FastWorld) => Source>> = {
  "aurora-point-in-time": (world) => world.addCluster({ id: name }),
  "aurora-snapshot": (world) => withEverything(world, { id: name, storageKey: { type: "none" } }),
  "rds-snapshot-copy": (world) => world.addInstance({ id: name, storageKey: { type: "none" } }),
  "rds-dump-restore": (world) => world.addInstance({ id: name, storageKey: { type: "none" } }),
};

function withEverything(world: FastWorld, given: GivenCluster): Cluster {
  const cluster = world.addCluster(given);
  hangEverything(world.account, cluster);
  return cluster;
}

export type LifeOptions = FastWorldOptions & {
  /** The strategy that the database needs. */
  readonly of?: string;
};

export function aLife({ of = "aurora-point-in-time", ...options }: LifeOptions = {}): Life {
  const world = new FastWorld(options);
  const add = sources[of];
  if (!add) throw new Error(`no life has a database for ${of}`);
  return lifeIn(world, add(world), of);
}

/** A way that is only taken where somebody asks for it. A dump brings no jobs along. */
const onRequest = "rds-dump-restore";

/** Lets an application write to a database that is in a world, and a job be due in it that never comes. */
export function lifeIn(world: FastWorld, source: Source, of?: string): Life {
  const by = of === onRequest ? of : null;
  if (by === null) turnJob({ world, source }, true);
  const clients = new Clients(world, endpointOf(world.account.state, name));
  world.meanwhile = () => clients.write();
  clients.write();
  return { world, by, source, clients };
}

/** The owner of the job turns it on or off, past everything. */
export function turnJob({ world, source }: Pick<Life, "world" | "source">, on: boolean): void {
  const { resourceId } = source;
  const writer = world.servers.instances().find(({ volume, writer }) => volume === resourceId && writer);
  if (!writer) throw new Error("nothing writes to the source");
  world.servers.commit(writer.id, { kind: "schedule", job: "nightly", on });
}

/** What is found under a name, cluster or instance. */
export function serving({ world }: Life, of: string = name) {
  const { clusters, instances } = world.account.state;
  const found =
    Object.values(clusters).find(({ id }) => id === of) ??
    Object.values(instances).find(({ id }) => id === of);
  if (!found) throw new Error(`nothing is named ${of}`);
  return found;
}

/** Where clients find it. */
export function endpointOf(state: AccountState, of: string): string {
  const isCluster = Object.values(state.clusters).some(({ id }) => id === of);
  return isCluster ? clusterEndpoint(state, of) : instanceEndpoint(state, of);
}

let serial = 0;

type Given = Partial<Extract<Request, { kind: "click" }>>;

function asked({ world }: Life, user: string) {
  const at = world.clock.now();
  return { id: `trigger-${++serial}`, at, user, team, channel: channelId, responseUrl: "" };
}

/** A person types a command; it waits to be served by the next poll. */
export async function ask(
  life: Life,
  user: string,
  verb: "start" | "plan" | "rollback" | "pause" | "retry" | "resume" | "close",
) {
  const command =
    verb === "start" || verb === "plan" ? { verb, name, key: null, strategy: life.by } : { verb, name };
  await life.world.store.putRequest({ ...asked(life, user), kind: "command", command });
}

/** A command that is about no single database. */
export async function say(life: Life, user: string, command: Command): Promise<void> {
  await life.world.store.putRequest({ ...asked(life, user), kind: "command", command });
}

/** A person presses a button of the newest message; `given` is what an attacker puts in its place. */
export async function press(life: Life, user: string, does: Press, given: Given = {}) {
  const open = await life.world.store.loadOpen(database);
  const click = {
    press: does,
    database,
    migration: open?.id ?? "none",
    planHash: open?.planHash ?? "none",
    messageTs: "",
  };
  await life.world.store.putRequest({ ...asked(life, user), kind: "click", ...click, ...given });
}

/** The cutover is signed with terms; `given` is what differs from the usual ones. */
/** As the plan proposes them. */
const proposed: Terms = {
  longestDowntime: minutes(90),
  opening: "automatic",
  whenLate: "offer",
  notBefore: null,
};

export const approve = (gate: string, chosen: Partial<Terms> = {}): Extract<Press, { does: "approve" }> => ({
  does: "approve",
  gate,
  terms: gate === "cutover" ? { ...proposed, ...chosen } : null,
});

/** Polls until only people are waited for, or `enough`. Throws where that takes more than a day. */
export async function settle(
  life: Life,
  options: { readonly deps?: Deps; readonly enough?: (migration: Migration | undefined) => boolean } = {},
): Promise<Migration | undefined> {
  const { deps = life.world.deps, enough = () => false } = options;
  const until = deps.clock.now() + 24 * 3_600_000;
  while (deps.clock.now() < until) {
    const { underWay, lookAgainIn } = await poll(deps);
    const now = await newest(life);
    if (!underWay || enough(now)) return now;
    await deps.clock.sleep(lookAgainIn);
  }
  throw new Error("the migration came to no rest within a day");
}

/** The migration as it is stored, open or ended. */
export async function newest({ world }: Life): Promise<Migration | undefined> {
  return (await world.store.loadOpen(database)) ?? (await world.store.lastPast(database));
}

/** From the request to the end, with everybody agreeing at once. */
export async function moveAll(life: Life, deps: Deps = life.world.deps): Promise<Migration | undefined> {
  await ask(life, "UALICE", "start");
  await settle(life, { deps });
  for (const gate of ["begin", "cutover"]) {
    await press(life, "UBOB", approve(gate));
    await settle(life, { deps });
  }
  return newest(life);
}

/** What the person who asked last was told. */
export function lastNotice({ world }: Life): Notice | undefined {
  return world.channel.answers.at(-1)?.notice;
}
