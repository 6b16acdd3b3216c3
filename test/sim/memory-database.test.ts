import { describe, expect, it } from "vitest";
import { describeDatabase } from "../contracts/database-contract.ts";
import { memoryStage } from "./memory-stage.ts";

describeDatabase("A database as a value", async () => (await memoryStage()).stage);

describe("servers as values", () => {
  it("restore to a time what was committed until then, and nothing later", async () => {
    const { servers, connect, time } = await memoryStage();
    const session = connect("writer");
    session.put("kept", "1");
    const until = (await servers.lastCommit("cluster-A")) ?? Number.NaN;
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
    const until = (await servers.lastCommit("cluster-A")) ?? Number.NaN;
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
