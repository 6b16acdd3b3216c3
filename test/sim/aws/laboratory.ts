import { KMSClient } from "@aws-sdk/client-kms";
import { RDSClient } from "@aws-sdk/client-rds";
import { Account, type AccountOptions } from "../../../src/sim/aws/account.ts";
import { sdkMiddleware } from "../../../src/sim/aws/middleware.ts";
import { addCluster, type GivenCluster } from "../../../src/sim/aws/seeds/databases.ts";
import { addKey, addSecurityGroup, furnish } from "../../../src/sim/aws/seeds/furniture.ts";
import { addInstance, type GivenInstance } from "../../../src/sim/aws/seeds/instances.ts";
import type { AccountState, Cluster, Instance } from "../../../src/sim/aws/state.ts";
import type { Key } from "../../../src/sim/aws/surroundings.ts";
import { instancesOn } from "../../../src/sim/aws/turn.ts";
import { Rows } from "./rows.ts";

export const start = Date.UTC(2026, 2, 3, 2, 0, 0);
export const second = 1_000;
export const minute = 60 * second;
export const day = 24 * 60 * minute;

export const region = "eu-central-1";

interface Clock {
  time: number;
  now(): number;
}

/** The resource id of the cluster that has the name now. */
export function databaseOf({ state }: { readonly state: AccountState }, id: string): string {
  return Object.values(state.clusters).find((cluster) => cluster.id === id)?.resourceId ?? "";
}

/**
 * A furnished account with a clock that tests turn, a customer-managed key and a group that fences. With
 * `state` and what is left of another laboratory, the account after a kill.
 */
export function laboratory(
  options: Partial<AccountOptions> = {},
  left?: { readonly clock: Clock; readonly data: Rows; readonly key: Key },
) {
  const clock: Clock = left?.clock ?? { time: start, now: () => clock.time };
  const data = left?.data ?? new Rows();
  const account = new Account({
    accountId: "123456789012",
    region,
    clock,
    data,
    random: () => 0.5,
    ...options,
  });
  const key =
    left?.key ??
    account.alter((turn) => {
      furnish(turn);
      addSecurityGroup(turn, { id: "sg-fence", admits: ["probe"] });
      return addKey(turn, { alias: "alias/databases" });
    });
  const rds = new RDSClient({ region });
  const kms = new KMSClient({ region });
  for (const client of [rds, kms]) client.middlewareStack.use(sdkMiddleware(account));

  const seed = (given: GivenCluster): Cluster => {
    const cluster = account.alter((turn) => addCluster(turn, given));
    data.write(cluster.resourceId, { at: start - minute, id: "1", value: "first" });
    return cluster;
  };
  /** An instance outside Aurora, which runs. */
  const seedInstance = (given: GivenInstance): Instance => {
    const made = account.alter((turn) => addInstance(turn, given));
    data.write(made.resourceId, { at: start - minute, id: "1", value: "first" });
    for (const { resourceId, writer } of instancesOn(account.state, made.resourceId)) {
      data.instances.set(resourceId, { volume: made.resourceId, writer });
    }
    return made;
  };
  /** Turns the clock; a row is written now and then, so that restorable times move. */
  const pass = async (milliseconds: number, busy?: Cluster | Instance): Promise<void> => {
    clock.time += milliseconds;
    if (busy) data.write(busy.resourceId, { at: clock.time, id: "heartbeat", value: String(clock.time) });
    await account.advance();
  };
  const cluster = (id: string) => Object.values(account.state.clusters).find((found) => found.id === id);
  const instance = (id: string) => Object.values(account.state.instances).find((found) => found.id === id);
  return { account, clock, data, key, rds, kms, seed, seedInstance, pass, cluster, instance };
}
