import type { Migration } from "../../src/core/migration.ts";
import { aLife, ask, type Life, settle } from "../engine/life.ts";
import { stoppingWhen } from "../engine/stopping.ts";
import { standingAt } from "../strategies/harness.ts";

/** The states of which examples are kept, each with the world as it is then. */
export const scenes: Readonly<Record<string, () => Promise<Life>>> = {
  "1-waiting-for-the-first-approval": asked,
  "2-preparing": () => standingAt({ step: "safety-snapshot", when: "under way" }),
  "3-fenced": () => standingAt({ step: "fence-network", when: "done" }),
  "4-renamed": () => standingAt({ step: "rename-source", when: "done" }),
  "5-restoring": () => standingAt({ step: "restore", when: "under way" }),
  "6-verified": () => standingAt({ step: "last-look", when: "done" }),
  "7-rolling-back": rollingBack,
};

async function asked(): Promise<Life> {
  const life = aLife({ hurry: 15_000 });
  await ask(life, "UALICE", "start");
  await settle(life);
  return life;
}

async function rollingBack(): Promise<Life> {
  const life = await standingAt({ step: "restore", when: "done" });
  await ask(life, "UBOB", "rollback");
  const isHalfWay = ({ steps }: Migration) => typeof steps["undo:rename-source"]?.doneAt === "number";
  const { deps, hasStopped } = stoppingWhen(life.world.executor(), isHalfWay);
  await settle(life, { deps }).catch((fault) => {
    if (!hasStopped()) throw fault;
  });
  return life;
}
