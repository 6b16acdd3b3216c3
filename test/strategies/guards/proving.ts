import type { Counters } from "../../../src/core/database.ts";
import { keyNamed } from "../../../src/sim/aws/rds/encryption.ts";
import { databasesGroup } from "../../../src/sim/aws/seeds/furniture.ts";
import { fenceGroup } from "../../../src/sim/fast-world.ts";
import { ask } from "../../engine/life.ts";
import type { Guard } from "./guard.ts";
import { unchecked, withCheck } from "./removed.ts";
import {
  agreed,
  aScene,
  executor,
  go,
  isDone,
  isMarked,
  type Scene,
  spoilReplacement,
  unless,
  upTo,
  wrong,
} from "./scene.ts";

const lossOf = (scene: Scene) => wrong(scene).filter((found) => found.includes("acknowledged"));

/** Once, as soon as the marker is committed. */
function afterTheMark(scene: Scene, happens: () => void): void {
  let happened = false;
  scene.world.meanwhile = () => {
    if (happened || !isMarked(scene)) return;
    happened = true;
    happens();
  };
}

/** Something inside the source writes, without a client: it counts as acknowledged. */
function writeInside({ world, source, clients }: Scene): void {
  const { instances } = world.account.state;
  const writer = Object.values(instances).find(
    ({ cluster, writer: is }) => cluster === source.resourceId && is,
  );
  world.servers.commit(writer?.resourceId ?? "", { kind: "put", key: "inside", value: "job" });
  clients.acknowledged.set("inside", world.clock.now());
}

/** Client writes are counted as on the day that the replacement was opened: never any. */
function blindToWrites(): Guard["removal"] {
  return {
    deps: (deps) => {
      const first = new Map<string, Counters>();
      return {
        ...deps,
        database: {
          ...deps.database,
          counters: async (at) => {
            const known = first.get(at.host) ?? (await deps.database.counters(at));
            first.set(at.host, known);
            return known;
          },
        },
      };
    },
  };
}

const withoutCountersAfterMark = withCheck("after-mark", (real) => (cx) => {
  const quiet = cx.learned.quiet as Counters;
  return real.check({ ...cx, database: { ...cx.database, counters: async () => quiet } });
});

/** Neither the marker and the catalogue nor what the tables hold. */
const uncompared: NonNullable<Guard["removal"]["strategy"]> = (strategy) =>
  unchecked("verify-data")(unchecked("verify-contents")(strategy));

/** What proves that the source is silent and that the replacement is whole. */
export const provingGuards: readonly Guard[] = [
  {
    keeps: "nobody new gets in once the fence is up",
    removal: { fence: "leaky" },
    scenario: async () => {
      const scene = aScene();
      afterTheMark(scene, () => scene.clients.visit());
      await agreed(scene);
      await go(scene);
      return wrong(scene);
    },
  },
  {
    keeps: "sessions are ended, and proved gone, before T1",
    removal: {
      strategy: withCheck("end-sessions", (real) => (cx) => {
        const watchQuiet: typeof cx.database.watchQuiet = async (...args) => ({
          ...(await cx.database.watchQuiet(...args)),
          sessions: [],
        });
        return real.check({ ...cx, database: { ...cx.database, watchQuiet } });
      }),
    },
    scenario: async () => {
      const scene = aScene();
      afterTheMark(scene, () => scene.clients.write());
      await agreed(scene);
      await go(scene);
      return wrong(scene);
    },
  },
  {
    keeps: "the counters stand still between T1 and the restart of the instances",
    removal: {
      // Sequences and contents are compared as well, where the budget reaches.
      strategy: (strategy) => uncompared(withoutCountersAfterMark(strategy)),
    },
    scenario: async () => {
      const scene = aScene();
      let done = false;
      afterTheMark(scene, () => {
        writeInside(scene);
        done = true;
      });
      await agreed(scene);
      await go(scene);
      return done ? lossOf(scene) : ["nothing was written"];
    },
  },
  {
    keeps: "a restore waits until the restorable time has passed T1",
    removal: { strategy: unchecked("restorable") },
    scenario: async () => {
      const scene = aScene({ logShipping: 20 * 60_000 });
      await agreed(scene);
      await go(scene);
      return unless(scene, "finished");
    },
  },
  {
    keeps: "a replacement that AWS did not put behind the fence gets no instances",
    removal: {
      strategy: withCheck("restore", (real) => (cx) => {
        const findCluster: typeof cx.cloud.findCluster = async (of) => {
          const found = await cx.cloud.findCluster(of);
          return found && { ...found, settings: { ...found.settings, securityGroups: [fenceGroup] } };
        };
        return real.check({ ...cx, cloud: { ...cx.cloud, findCluster } });
      }),
    },
    scenario: async () => {
      const scene = aScene();
      const VpcSecurityGroups = [{ VpcSecurityGroupId: databasesGroup, Status: "active" }];
      spoilReplacement(scene, (found) => ({ ...found, settings: { ...found.settings, VpcSecurityGroups } }));
      await agreed(scene);
      await upTo(scene, isDone("create-readers"));
      const entered = scene.clients.entries.filter(
        ({ instance }) => instance.volume !== scene.source.resourceId,
      );
      return entered.map(
        ({ instance }) => `a client was let into ${instance.id} before anything was verified`,
      );
    },
  },
  {
    keeps: "a replacement under another key is not opened",
    removal: { strategy: unchecked("verify-key") },
    scenario: async () => {
      const scene = aScene();
      const managed = scene.world.account.alter((turn) => keyNamed(turn, "alias/aws/rds")?.arn ?? "");
      spoilReplacement(scene, (found) => ({ ...found, storageKey: { type: "sse-kms", arn: managed } }));
      await agreed(scene);
      await go(scene);
      return wrong(scene);
    },
  },
  {
    keeps: "a replacement with other settings is not opened",
    removal: { strategy: unchecked("verify-settings") },
    scenario: async () => {
      const scene = aScene();
      spoilReplacement(scene, (found) => ({
        ...found,
        settings: { ...found.settings, BackupRetentionPeriod: 1 },
      }));
      await agreed(scene);
      await go(scene);
      return wrong(scene);
    },
  },
  {
    keeps: "a replacement that ends before T1 is not opened",
    removal: { strategy: uncompared },
    scenario: async () => {
      const scene = aScene();
      const { servers } = scene.world;
      const restore = servers.restoreToTime.bind(servers);
      servers.restoreToTime = (from, to, at) => restore(from, to, at - 120_000);
      await agreed(scene);
      await go(scene);
      return wrong(scene);
    },
  },
  {
    keeps: "the source is looked at once more, last thing before opening",
    removal: {
      strategy: withCheck("last-look", (real) => (cx) => {
        const quiet = cx.learned.stillQuiet as Counters;
        const counters: typeof cx.database.counters = async (at) =>
          at.host.includes("-old-") ? quiet : cx.database.counters(at);
        return real.check({ ...cx, database: { ...cx.database, counters } });
      }),
    },
    scenario: async () => {
      const scene = aScene();
      await agreed(scene);
      await upTo(scene, isDone("verify-contents"));
      writeInside(scene);
      await go(scene);
      return lossOf(scene);
    },
  },
  {
    keeps: "writes since the opening are not discarded without signatures",
    removal: blindToWrites(),
    scenario: async () => {
      const scene = aScene();
      await agreed(scene);
      const deps = executor(scene);
      await upTo(scene, isDone("open"), deps);
      scene.clients.write();
      await ask(scene, "UBOB", "rollback");
      await go(scene, deps);
      return lossOf(scene);
    },
  },
];
