import { evidenceOf } from "../../src/engine/evidence.ts";
import { type Pack, type Sections, sealed, textOf } from "../../src/evidence/format.ts";
import { aLife, approve, ask, type Life, moveAll, name, press, say, settle } from "../engine/life.ts";
import { decommissionAll, keptAfterMove } from "../strategies/decommissioning.ts";
import { failedRestore, justOpened } from "../strategies/harness.ts";
import { rehearseAll } from "../strategies/rehearse.ts";

/** Lives that end in every way in which one can, and some that have not ended. */
export const lives: Readonly<Record<string, () => Promise<Life>>> = {
  "a finished move by point-in-time restore": () => moved("aurora-point-in-time"),
  "a finished move by snapshot": () => moved("aurora-snapshot"),
  "a finished move by snapshot and copy": () => moved("rds-snapshot-copy"),
  "a finished move by dump and restore": () => moved("rds-dump-restore"),
  "a move that was rolled back before its downtime": rolledBackEarly,
  "a move that was rolled back behind the fence": async () => {
    const life = await failedRestore("restore-error", true);
    await ask(life, "UALICE", "rollback");
    await settle(life);
    return life;
  },
  "a move that was rolled back after its opening": async () => {
    const life = await justOpened();
    life.clients.write();
    for (const user of ["UBOB", "UCAROL"]) await press(life, user, { does: "discard" });
    await ask(life, "UBOB", "rollback");
    await settle(life, { deps: life.world.executor() });
    return life;
  },
  "a move that is stuck": () => failedRestore("restore-error", true),
  "a move that was let go of": async () => {
    const life = await failedRestore("restore-error", true);
    await ask(life, "UBOB", "close");
    await settle(life);
    return life;
  },
  "a move that waits for its first approval": async () => {
    const life = aLife();
    await ask(life, "UALICE", "start");
    await settle(life);
    return life;
  },
  "a move that was rejected": async () => {
    const life = aLife();
    await ask(life, "UALICE", "start");
    await settle(life);
    await press(life, "UBOB", { does: "reject", gate: "begin" });
    await settle(life);
    return life;
  },
  "a rehearsal": async () => {
    const life = aLife();
    await rehearseAll(life);
    return life;
  },
  "a finished move with a copy in the other account": backedUp,
  "a backup": async () => {
    const life = await backedUp();
    await say(life, "UALICE", { verb: "backup", name });
    await settle(life);
    await press(life, "UBOB", approve("begin"));
    await settle(life);
    return life;
  },
  "a decommission": async () => {
    const kept = await keptAfterMove({ of: "aurora-point-in-time" });
    const end = await decommissionAll(kept);
    if (end?.status !== "finished" || end.id === kept.move.id) throw new Error("the source was not deleted");
    return kept.life;
  },
};

async function moved(of: string): Promise<Life> {
  const life = aLife({ of });
  await moveAll(life);
  return life;
}

async function backedUp(): Promise<Life> {
  const life = aLife({ backup: true, hurry: 60_000 });
  await moveAll(life);
  return life;
}

/** The smallest life in which something was made and undone. */
export async function rolledBackEarly(): Promise<Life> {
  const life = aLife();
  await ask(life, "UALICE", "start");
  await settle(life);
  await press(life, "UBOB", approve("begin"));
  await settle(life);
  await ask(life, "UALICE", "rollback");
  await settle(life);
  return life;
}

/** The pack of what was done to the database last. */
export async function packOf({ world }: Life): Promise<Pack> {
  const found = await evidenceOf(world.deps, name);
  if ("problem" in found) throw new Error(found.problem.code);
  return found.pack;
}

export function fileOf(pack: Pack): Uint8Array {
  return new TextEncoder().encode(textOf(pack));
}

/** Somebody changes the content and computes chain and seal anew, so that only what contradicts itself can tell. */
export function forged(pack: Pack, change: (sections: Sections) => void): Pack {
  const sections = structuredClone(pack.sections);
  change(sections);
  return sealed(sections);
}
