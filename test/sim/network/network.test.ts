import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WorldClock } from "../../../src/sim/clock.ts";
import { type Address, Network, type Origin } from "../../../src/sim/network/network.ts";
import { startResolver } from "../../../src/sim/network/resolver.ts";

const name = "orders.cluster-x.rds.amazonaws.com";
const renamed = "orders-old.cluster-x.rds.amazonaws.com";

let names: Map<string, { instanceId: string; port: number }>;
let admitted: Set<Origin>;
let ports: Map<string, number>;
let backends: Server[];
let clients: Socket[];
let clock: WorldClock;
let network: Network;

beforeEach(async () => {
  names = new Map([[name, { instanceId: "db-W", port: 5432 }]]);
  admitted = new Set(["application", "probe"]);
  ports = new Map();
  backends = [];
  clients = [];
  clock = new WorldClock({ wall: () => 0 });
  network = new Network({
    account: { resolve: (host) => names.get(host), admits: (_, origin) => admitted.has(origin) },
    servers: (id) => (ports.has(id) ? { port: ports.get(id) ?? 0 } : undefined),
    clock,
  });
  await run("db-W");
});

afterEach(async () => {
  for (const client of clients) client.destroy();
  await network.close();
  for (const backend of backends) backend.close();
});

/** A server that answers every message with its instance's id. */
async function run(instanceId: string): Promise<void> {
  const backend = createServer((socket) =>
    socket.on("error", () => {}).on("data", () => socket.write(instanceId)),
  );
  backends.push(backend);
  await once(backend.listen(0, "127.0.0.1"), "listening");
  const bound = backend.address();
  if (typeof bound === "object" && bound) ports.set(instanceId, bound.port);
}

async function open(address: Address): Promise<Socket> {
  const client = connect(address.port, address.address);
  clients.push(client);
  await once(client, "connect");
  return client;
}

async function whoAnswers(client: Socket): Promise<string> {
  client.write("who are you?");
  const [answer] = await once(client, "data");
  return String(answer);
}

/** Long enough for every answer that does come. */
async function staysSilent(client: Socket): Promise<boolean> {
  return Promise.race([whoAnswers(client).then(() => false), sleep(300, true)]);
}

const reach = async (origin: Origin) => open(await network.resolve(origin, name, 5432));

test("a name leads to its server, from every origin", async () => {
  expect(await whoAnswers(await reach("application"))).toBe("db-W");
  expect(await whoAnswers(await reach("probe"))).toBe("db-W");
});

test("a name that does not exist fails as in node:dns", async () => {
  await expect(network.resolve("probe", "nobody.rds.amazonaws.com", 5432)).rejects.toMatchObject({
    code: "ENOTFOUND",
    hostname: "nobody.rds.amazonaws.com",
  });
});

test("a session survives a rename, and so does an address that a client has kept", async () => {
  const address = await network.resolve("application", name, 5432);
  const session = await open(address);
  names.delete(name);
  names.set(renamed, { instanceId: "db-W", port: 5432 });
  expect(await whoAnswers(session)).toBe("db-W");
  expect(await whoAnswers(await open(address))).toBe("db-W");
});

test("an address kept from before a reuse of the name leads to the old server, the name to the new one", async () => {
  const address = await network.resolve("application", name, 5432);
  await run("db-N");
  names.set(name, { instanceId: "db-N", port: 5432 });
  clock.jump(5_000);
  expect(await whoAnswers(await reach("application"))).toBe("db-N");
  expect(await whoAnswers(await open(address))).toBe("db-W");
});

test("after a change of groups sessions live on, new ones of the application time out, and the probe enters", async () => {
  const session = await open(await network.resolve("application", name, 5432));
  expect(await whoAnswers(session)).toBe("db-W");
  admitted.delete("application");
  expect(await whoAnswers(session)).toBe("db-W");
  expect(await staysSilent(await reach("application"))).toBe(true);
  expect(await whoAnswers(await reach("probe"))).toBe("db-W");
});

test("a port that the database does not listen on times out", async () => {
  expect(await staysSilent(await open(await network.resolve("probe", name, 5433)))).toBe(true);
});

test("the application's resolver keeps a name for five seconds of the world, and its absence as long", async () => {
  await network.resolve("application", name, 5432);
  names.delete(name);
  clock.jump(4_999);
  await network.resolve("application", name, 5432);
  await expect(network.resolve("probe", name, 5432)).rejects.toThrow("ENOTFOUND");
  clock.jump(1);
  await expect(network.resolve("application", name, 5432)).rejects.toThrow("ENOTFOUND");
  names.set(name, { instanceId: "db-W", port: 5432 });
  clock.jump(4_999);
  await expect(network.resolve("application", name, 5432)).rejects.toThrow("ENOTFOUND");
  clock.jump(1);
  await network.resolve("application", name, 5432);
});

test("where no server runs the connection is reset, and when it runs again the same address works", async () => {
  const address = await network.resolve("application", name, 5432);
  const port = ports.get("db-W") ?? 0;
  ports.delete("db-W");
  await expect(open(address).then(whoAnswers)).rejects.toMatchObject({ code: "ECONNRESET" });
  ports.set("db-W", port);
  expect(await whoAnswers(await open(address))).toBe("db-W");
});

test("other processes resolve over HTTP", async () => {
  const resolver = await startResolver(network);
  const ask = async (query: string) => {
    const response = await fetch(`${resolver.url}/resolve?${query}`);
    return { status: response.status, body: await response.json() };
  };
  const known = await ask(`origin=application&host=${name}&port=5432`);
  expect(known).toEqual({ status: 200, body: await network.resolve("application", name, 5432) });
  const unknown = await ask("origin=probe&host=nobody&port=5432");
  expect(unknown).toEqual({ status: 404, body: { code: "ENOTFOUND" } });
  expect(await ask("origin=somebody&host=x&port=1")).toMatchObject({ status: 400 });
  await resolver.close();
});
