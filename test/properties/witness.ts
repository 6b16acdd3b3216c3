import type { Cluster } from "../../src/sim/aws/state.ts";
import { membersOf } from "../../src/sim/aws/turn.ts";
import { fenceGroup } from "../../src/sim/fast-world.ts";
import type { Life } from "../engine/life.ts";
import type { Witness } from "./checker.ts";
import type { Tampering } from "./tampering.ts";

/** A life of which it is written down who clicked and who tampered. */
export interface Watched extends Life {
  readonly clicks: {
    readonly at: number;
    readonly from: number;
    readonly user: string;
    readonly gate: string;
  }[];
  readonly tampering: Tampering[];
}

/** What the checker is told of a life. */
export function witness({ world, source, clients, clicks, tampering }: Watched): Witness {
  const { account, servers, key } = world;
  return {
    ledger: account.ledger,
    state: account.state,
    servers,
    source: source as Cluster,
    members: membersOf(account.state, source.resourceId).map(({ resourceId }) => resourceId),
    keyArn: key.arn,
    fenceGroup,
    requester: "UALICE",
    clicks,
    tampering,
    entries: clients.entries.map(({ at, instance, missing }) => ({ at, volume: instance.volume, missing })),
    acknowledged: [...clients.acknowledged.keys()],
  };
}
