import { put } from "../../../src/sim/aws/turn.ts";
import { approve, newest, press } from "../../engine/life.ts";
import type { Guard } from "./guard.ts";
import { unchecked } from "./removed.ts";
import { agree, agreed, aScene, go, isDone, type Scene, start, upTo, wrong } from "./scene.ts";

function changeBackupWindow(scene: Scene): void {
  const { world, source } = scene;
  world.account.alter((turn) => {
    const found = turn.state.clusters[source.resourceId];
    if (!found) throw new Error("the source is gone");
    put(turn, "clusters", {
      ...found,
      settings: { ...found.settings, PreferredBackupWindow: "04:00-04:30" },
    });
  });
  scene.tampering.push({ at: world.clock.now(), what: "settings" });
}

/** What stands between a wish and its execution. */
export const decidingGuards: readonly Guard[] = [
  {
    keeps: "nobody approves what they asked for themselves",
    removal: { refusal: "approval.own-request" },
    scenario: async () => {
      const scene = aScene();
      await start(scene);
      await agree(scene, "UALICE", "begin");
      await go(scene);
      return wrong(scene);
    },
  },
  {
    keeps: "a button of an older plan does not approve the newer one",
    removal: { refusal: "approval.stale-plan" },
    scenario: async () => {
      const scene = aScene();
      await start(scene);
      const planHash = (await newest(scene))?.planHash ?? "";
      changeBackupWindow(scene);
      for (const user of ["UBOB", "UCAROL"]) {
        await press(scene, user, approve("begin"), { planHash });
        await go(scene);
      }
      return wrong(scene);
    },
  },
  {
    keeps: "a gate waits for an approval",
    removal: { approval: true, strategy: unchecked("begin") },
    scenario: async () => {
      const scene = aScene();
      await start(scene);
      return wrong(scene);
    },
  },
  {
    keeps: "an approval that expired before its first step is asked for again",
    removal: { expiry: true },
    scenario: async () => {
      const scene = aScene();
      await agreed(scene);
      await upTo(scene, isDone("cutover"));
      await scene.world.deps.clock.sleep(2 * 3_600_000);
      await go(scene);
      const end = await newest(scene);
      return end?.downtimeBegan === null ? [] : ["it was fenced two hours after the approval"];
    },
  },
  {
    keeps: "a database that is not what was approved is not fenced",
    removal: { drift: true },
    scenario: async () => {
      const scene = aScene();
      await agreed(scene);
      await upTo(scene, isDone("cutover"));
      await scene.world.deps.clock.sleep(1_000);
      changeBackupWindow(scene);
      await scene.world.deps.clock.sleep(60_000);
      await go(scene);
      return wrong(scene);
    },
  },
];
