import { expect, test } from "vitest";
import { keyNamed } from "../../src/sim/aws/rds/encryption.ts";
import { type Life, settle } from "../engine/life.ts";
import { rollBack, standingAt } from "./harness.ts";

/** Somebody, or AWS, makes something else of the snapshots that are being taken. */
function spoil({ world }: Life, change: object): void {
  world.account.alter((turn) => {
    const spoilt = <T extends { readonly id: string }>(all: Readonly<Record<string, T>>) =>
      Object.fromEntries(
        Object.entries(all).map(([key, one]) => [
          key,
          one.id.includes("-after-") ? { ...one, ...change } : one,
        ]),
      );
    const { snapshots, instanceSnapshots } = turn.state;
    turn.state = {
      ...turn.state,
      snapshots: spoilt(snapshots),
      instanceSnapshots: spoilt(instanceSnapshots),
    };
  });
}

test.each(["aurora-snapshot", "rds-snapshot-copy"])(
  "%s: a snapshot that is older than T1 is not restored, and the way back is open",
  async (of) => {
    const life = await standingAt({ step: "final-snapshot", when: "under way" }, of);
    const at = life.world.clock.now() - 3_600_000;
    spoil(life, { createdAt: at, takenAt: at });
    const stuck = await settle(life, { deps: life.world.executor() });
    expect(stuck?.problem?.code).toBe("snapshot.before-t1");
    expect(stuck?.steps["rename-source"]).toBeUndefined();
    expect((await rollBack(life))?.status).toBe("rolled-back");
    expect(life.clients.missingFrom(life.source.resourceId)).toEqual([]);
  },
);

test("a copy under another key is found before anything is renamed", async () => {
  const life = await standingAt({ step: "final-copy", when: "under way" }, "rds-snapshot-copy");
  const managed = life.world.account.alter((turn) => keyNamed(turn, "alias/aws/rds")?.arn ?? "");
  spoil(life, { storageKey: { type: "sse-kms", arn: managed } });
  const stuck = await settle(life, { deps: life.world.executor() });
  expect(stuck?.problem?.code).toBe("snapshot.wrong-key");
  expect(stuck?.steps["rename-source"]).toBeUndefined();
  expect((await rollBack(life))?.status).toBe("rolled-back");
});

test.each(["aurora-snapshot", "rds-snapshot-copy"])(
  "%s: what is written while the snapshot is taken stops it before anything is renamed",
  async (of) => {
    const life = await standingAt({ step: "final-snapshot", when: "under way" }, of);
    const { instances } = life.world.account.state;
    const { resourceId } = life.source;
    const writer = Object.values(instances).find(
      (one) => one.writer && (one.cluster ?? one.resourceId) === resourceId,
    );
    life.world.servers.commit(writer?.resourceId ?? "", { kind: "put", key: "late", value: "row" });
    const stuck = await settle(life, { deps: life.world.executor() });
    expect(stuck?.problem?.code).toBe("proof.written-after-quiet");
    expect(stuck?.steps["rename-source"]).toBeUndefined();
  },
);
