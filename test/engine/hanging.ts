import type { Account } from "../../src/sim/aws/account.ts";
import { attachEverything } from "../../src/sim/aws/seeds/attach.ts";
import type { Cluster } from "../../src/sim/aws/state.ts";

/** Everything that a restore leaves behind and that is carried over. */
export function hangEverything(account: Account, source: Cluster): void {
  account.alter((turn) => attachEverything(turn, source, keyOf(account)));
}

/** Of the activity stream: the one that databases are put under will do. */
function keyOf({ state }: Account): string {
  const id = state.aliases["alias/databases"] ?? "";
  return state.keys[id]?.arn ?? "";
}

/** What hangs on the cluster of that name, as its owner would list it. */
export function hanging({ state }: Pick<Account, "state">, of: string) {
  const cluster = Object.values(state.clusters).find(({ id }) => id === of);
  const { attachments } = state;
  const nameOf = (id: string) => state.instances[id]?.id ?? id;
  return {
    roles: cluster?.settings.AssociatedRoles,
    dataApi: cluster?.settings.HttpEndpointEnabled,
    stream: cluster?.settings.ActivityStreamStatus,
    streamMode: cluster?.settings.ActivityStreamMode,
    streamKey: cluster?.settings.ActivityStreamKmsKeyId,
    secretKey: cluster?.settings.MasterUserSecret?.KmsKeyId,
    writeForwarding: cluster?.settings.LocalWriteForwardingStatus,
    proxies: attachments.proxies
      .filter(({ target }) => target?.cluster === cluster?.resourceId && target?.registering === false)
      .map(({ proxy }) => proxy.DBProxyName),
    endpoints: attachments.customEndpoints
      .filter((endpoint) => endpoint.cluster === cluster?.resourceId)
      .map(({ id, status, type, staticMembers, excludedMembers, tags }) => ({
        id,
        status,
        type,
        staticMembers: staticMembers.map(nameOf),
        excludedMembers: excludedMembers.map(nameOf),
        tags: tags.filter(({ Key }) => !/:(migration|role)$/.test(Key ?? "")),
      }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
    scaling: attachments.autoscaling.find(({ clusterName }) => clusterName === of),
    subscriptions: attachments.subscriptions,
  };
}
