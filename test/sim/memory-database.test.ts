import { describe, expect, it } from "vitest";
import { memoryDatabase } from "../../src/sim/memory-database.ts";
import { MemoryServers } from "../../src/sim/memory-servers.ts";
import { describeDatabase, type Stage } from "../contracts/database-contract.ts";
import { TurnedTime } from "../contracts/turned-time.ts";

const origin = Date.UTC(2026, 10, 22, 10);

/** Names lead to instances, and nobody is kept out, unless a test says otherwise. */
async function memoryStage() {
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
  const stage: Stage = {
    database: memoryDatabase(servers, { ...network, clock: time }),
    time,
    writer: at("writer"),
    reader: at("reader"),
    nowhere: at("nowhere"),
    stopped: at("stopped"),
    connect: async ({ host }) => {
      const session = connect(host);
      let written = 0;
      return {
        write: async () => session.put(`row-${written++}`, "written"),
        isEnded: async () => !session.isOpen,
        close: async () => session.close(),
      };
    },
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

describeDatabase("A database as a value", async () => (await memoryStage()).stage);

describe("servers as values", () => {
  it("restore to a time what was committed until then, and nothing later", async () => {
    const { servers, connect, time } = await memoryStage();
    const session = connect("writer");
    session.put("kept", "1");
    const until = time.now();
    await time.sleep(1_000);
    session.put("kept", "2");
    session.put("late", "1");
    await servers.restoreToTime("cluster-A", "cluster-B", until);
    expect([...servers.volume("cluster-B").rows]).toEqual([["kept", "1"]]);
    expect([...servers.volume("cluster-A").rows]).toEqual([
      ["kept", "2"],
      ["late", "1"],
    ]);
  });

  it("refuse a restore to a time that no later commit follows, as PostgreSQL does", async () => {
    const { stage, servers, connect, time } = await memoryStage();
    connect("writer").put("row", "1");
    const until = time.now();
    await expect(servers.restoreToTime("cluster-A", "cluster-B", until)).rejects.toThrow(
      "recovery ended before",
    );
    await time.sleep(1_000);
    await stage.database.heartbeat(stage.writer);
    await servers.restoreToTime("cluster-A", "cluster-B", until);
    expect(servers.volume("cluster-B").rows.size).toBe(1);
  });

  it("keep a session through a rename and a closed door, and let nobody new in", async () => {
    const { stage, servers, names, denied, connect } = await memoryStage();
    const pooled = connect("writer");
    names.set("renamed", "db-W").delete("writer");
    denied.add("application");
    pooled.put("row", "after the rename");
    expect(servers.volume("cluster-A").rows.get("row")).toBe("after the rename");
    expect(() => connect("writer")).toThrow("ENOTFOUND");
    expect(() => connect("renamed")).toThrow("ETIMEDOUT");
    const { sight } = await stage.database.look({ ...stage.writer, host: "renamed" });
    expect(sight).toMatchObject({ state: "answers" });
    denied.add("probe");
    const { sight: shut } = await stage.database.look({ ...stage.writer, host: "renamed" });
    expect(shut).toEqual({ state: "unreachable", layer: "tcp", reason: "the connection timed out" });
  });

  it("end sessions when they stop, restart or fail over, and a former writer takes no writes", async () => {
    const { servers, connect } = await memoryStage();
    const [onWriter, onReader] = [connect("writer"), connect("reader")];
    expect(() => onReader.put("row", "1")).toThrow("25006");
    await servers.promoteInstance("db-R");
    expect([onWriter.isOpen, onReader.isOpen]).toEqual([false, false]);
    expect(() => onWriter.put("row", "1")).toThrow("57P01");
    connect("reader").put("row", "1");
    expect(() => connect("writer").put("row", "2")).toThrow("25006");
    await servers.stopInstance("db-W");
    expect(() => connect("writer")).toThrow("ECONNREFUSED");
  });

  it("do every operation twice as they did it once", async () => {
    const { stage, servers, connect, time } = await memoryStage();
    connect("writer").put("row", "1");
    const until = time.now();
    await servers.takeSnapshot("cluster-A", "snapshot");
    await stage.database.heartbeat(stage.writer);
    await servers.restoreToTime("cluster-A", "cluster-B", until);
    await servers.restoreSnapshot("snapshot", "cluster-C");
    connect("writer").put("row", "2");
    await servers.takeSnapshot("cluster-A", "snapshot");
    await servers.restoreToTime("cluster-A", "cluster-B", until);
    await servers.restoreSnapshot("snapshot", "cluster-C");
    for (const copy of ["cluster-B", "cluster-C"]) expect(servers.volume(copy).rows.get("row")).toBe("1");
    await servers.startInstance({ id: "db-W", volume: "cluster-A", writer: true });
    for (let twice = 0; twice < 2; twice++) {
      await servers.deleteSnapshot("snapshot");
      await servers.deleteVolume("cluster-A");
    }
    expect(servers.instance("db-W")).toBeUndefined();
  });
});
