import { memoryDatabase } from "../../src/sim/memory-database.ts";
import { MemoryServers } from "../../src/sim/memory-servers.ts";
import type { Stage } from "../contracts/database-contract.ts";
import { TurnedTime } from "../contracts/turned-time.ts";

const origin = Date.UTC(2026, 10, 22, 10);

/** Names lead to instances, and nobody is kept out, unless a test says otherwise. */
export async function memoryStage() {
  let wall = origin;
  const time = new TurnedTime({ wall: () => wall++ });
  const servers = new MemoryServers(time);
  const names = new Map([
    ["writer", "db-W"],
    ["reader", "db-R"],
    ["stopped", "db-S"],
  ]);
  const denied = new Set<"application" | "probe">();
  const network = {
    resolve: (host: string) => {
      const instanceId = names.get(host);
      return instanceId === undefined ? undefined : { instanceId };
    },
    admits: (_: string, from: "application" | "probe") => !denied.has(from),
  };
  servers.createVolume("cluster-A", "orders");
  await servers.startInstance({ id: "db-W", volume: "cluster-A", writer: true });
  await servers.startInstance({ id: "db-R", volume: "cluster-A", writer: false });
  const at = (host: string) => ({ host, port: 5432, database: "orders" });
  const connect = (host: string) => servers.connect(network, { host, user: "app" });
  let copies = 0;
  let written = 0;
  const stage: Stage = {
    database: memoryDatabase(servers, { ...network, clock: time }),
    time,
    writer: at("writer"),
    reader: at("reader"),
    nowhere: at("nowhere"),
    stopped: at("stopped"),
    connect: async ({ host }) => {
      const session = connect(host);
      return {
        write: async () => session.put(`row-${written++}`, "written"),
        isEnded: async () => !session.isOpen,
        close: async () => session.close(),
      };
    },
    schedule: async (job, on) => servers.commit("db-W", { kind: "schedule", job, on }),
    unschedule: async () => servers.commit("db-W", { kind: "unschedule" }),
    restartWriter: () => servers.rebootInstance("db-W"),
    copy: async () => {
      const name = `copy-${++copies}`;
      await servers.takeSnapshot("cluster-A", name);
      await servers.restoreSnapshot(name, name);
      await servers.startInstance({ id: `db-${name}`, volume: name, writer: true });
      names.set(name, `db-${name}`);
      return at(name);
    },
  };
  return { stage, servers, names, denied, connect, time };
}
