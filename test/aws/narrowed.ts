import { narrowedAuthority } from "../../src/aws/authority.ts";
import { createAccountClients, createChangeClients, createStsClient } from "../../src/aws/clients.ts";
import { createGateway } from "../../src/aws/cloud.ts";
import type { Tags } from "../../src/core/cloud.ts";
import { accountPlugin } from "../../src/sim/aws/middleware.ts";
import { addKey } from "../../src/sim/aws/seeds/furniture.ts";
import { addInstance } from "../../src/sim/aws/seeds/instances.ts";
import type { Cluster } from "../../src/sim/aws/state.ts";
import { put } from "../../src/sim/aws/turn.ts";
import { giveRoles, workerKey } from "../../src/sim/roles.ts";
import { laboratory, minute } from "../sim/aws/laboratory.ts";

export const marks = { "encrypt-db:enrolled": "true", "encrypt-db:migration": "m00001" };
export const source = { ...marks, "encrypt-db:role": "source" };

/** A gateway with roles; `between` happens when a change has left the process and has not reached AWS. */
export function narrowed(between: () => void = () => {}) {
  const lab = laboratory();
  const { account, clock } = lab;
  const former = account.alter((turn) => addKey(turn, {}));
  const roles = giveRoles(account, [lab.key.arn, former.arn]);
  const hold = async (operation: string) => {
    if (/^(Modify|Delete|Copy|Restore|CreateDB)/.test(operation)) between();
  };
  const options = {
    region: "eu-central-1",
    plugin: accountPlugin(account, hold),
    credentials: { accessKeyId: workerKey, secretAccessKey: "secret" },
  };
  const authority = narrowedAuthority({
    sts: createStsClient(options),
    roles,
    now: clock.now,
    clientsWith: (credentials) => createChangeClients({ ...options, credentials }),
  });
  const cloudFor = createGateway(createAccountClients(options), authority);
  /** A mandate begins with it. */
  const act = () =>
    cloudFor({
      effect: "interrupts",
      migration: "m00001",
      actor: "m00001.rename-source",
      approver: "UBOB",
      until: clock.now() + minute,
    });
  const marked = (id: string, tags: Tags) => lab.seed({ id, settings: { TagList: listed(tags) } });
  const alterCluster = (of: Cluster, change: (cluster: Cluster) => Cluster) =>
    account.alter((turn) => put(turn, "clusters", change(turn.state.clusters[of.resourceId] ?? of)));
  const markedInstance = (id: string, tags: Tags) =>
    account.alter((turn) =>
      addInstance(turn, {
        id,
        storageKey: { type: "sse-kms", arn: former.arn },
        settings: { TagList: listed(tags) },
      }),
    );
  const retag = (name: string, tags: Tags) =>
    account.alter((turn) => {
      const snapshots = Object.values(turn.state.instanceSnapshots);
      const found = snapshots.find(({ id }) => id === name);
      if (found) put(turn, "instanceSnapshots", { ...found, tags: listed(tags) });
    });
  return { ...lab, act, marked, markedInstance, retag, alterCluster };
}

const listed = (tags: Tags) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
export const ref = ({ id, resourceId }: Cluster) => ({ kind: "cluster", name: id, resourceId }) as const;
