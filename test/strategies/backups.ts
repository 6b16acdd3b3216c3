import type { Command } from "../../src/core/command.ts";
import type { Account } from "../../src/sim/aws/account.ts";
import { addMishap } from "../../src/sim/aws/backup/ends.ts";
import { putVault } from "../../src/sim/aws/backup/keeping.ts";
import type { Mishap, Vault } from "../../src/sim/aws/backup/state.ts";
import { isInstance } from "../../src/sim/aws/named.ts";
import { FastWorld } from "../../src/sim/fast-world.ts";
import {
  aLife,
  approve,
  ask,
  type Life,
  type LifeOptions,
  lifeIn,
  name,
  press,
  say,
  settle,
} from "../engine/life.ts";

/** A life in which what is moved is backed up into the other account. */
export const backedUpLife = (options: LifeOptions = {}): Life =>
  aLife({ hurry: 60_000, ...options, backup: true });

/** One whose database is under the customer-managed key already. */
export function lifeUnderKey(kind: "cluster" | "instance" = "cluster"): Life {
  const world = new FastWorld({ hurry: 60_000, backup: true });
  const storageKey = { type: "sse-kms", arn: world.key.arn } as const;
  return lifeIn(
    world,
    kind === "cluster"
      ? world.addCluster({ id: name, storageKey })
      : world.addInstance({ id: name, storageKey }),
  );
}

/** From the command to the end, with somebody agreeing at once. */
export async function backUpAll(life: Life, deps = life.world.deps) {
  const command: Command = { verb: "backup", name };
  await say(life, "UALICE", command);
  await settle(life, { deps });
  await press(life, "UBOB", approve("begin"));
  return settle(life, { deps });
}

/** Asked for again by an approver. */
export async function retry(life: Life) {
  await ask(life, "UBOB", "retry");
  return settle(life);
}

export function mishap({ world }: Life, of: Omit<Mishap, "job">): void {
  world.account.alter((turn) => addMishap(turn, of));
}

/** What AWS Backup of an account holds, as its owner sees it. */
export const backupsIn = (account: Account) => account.state.backup;

/** The vault of the other account, as whoever owns it changes it. */
export function changeOtherVault({ world }: Life, change: Partial<Vault>): void {
  world.other.alter((turn) => {
    const vault = turn.state.backup.vaults["encrypt-db-copies"];
    if (!vault) throw new Error("the other account has no such vault");
    putVault(turn, { ...vault, ...change });
  });
}

/** Gives the policy that the key of the databases had. */
export function changeKeyPolicy({ world }: Life, policy: string): string {
  const { keys } = world.account.state;
  const [id, key] = Object.entries(keys).find(([, { arn }]) => arn === world.key.arn) ?? [];
  if (id === undefined || key === undefined) throw new Error("there is no such key");
  world.account.alter((turn) => {
    turn.state = { ...turn.state, keys: { ...turn.state.keys, [id]: { ...key, policy } } };
  });
  return key.policy;
}

/** Gives a database of the account other settings, past everything. */
export function resettle({ world, source }: Life, change: object, of = source.resourceId): void {
  world.account.alter((turn) => {
    const { clusters, instances } = turn.state;
    const found = clusters[of] ?? instances[of];
    if (!found) throw new Error("there is no such database");
    const settings = { ...found.settings, ...change };
    turn.state = isInstance(found)
      ? { ...turn.state, instances: { ...instances, [of]: { ...found, settings } as typeof found } }
      : { ...turn.state, clusters: { ...clusters, [of]: { ...found, settings } as typeof found } };
  });
}
