import { databases, isInstance } from "../../src/sim/aws/named.ts";
import type { AccountState, Cluster, Instance, StorageKey } from "../../src/sim/aws/state.ts";
import { membersOf } from "../../src/sim/aws/turn.ts";
import type { MemoryServers } from "../../src/sim/memory-servers.ts";
import { hanging } from "./hanging.ts";

/** Put aside by a rollback, or kept as a safety copy: what a migration leaves behind on purpose. */
const leftBehind = /-failed-m[0-9a-z]+$/;

/**
 * What the account's owner sees of the databases: names, settings, groups, tags, keys and members, without what is new
 * every time (resource ids, times) and without what a rollback put aside. `kept` is the resource id that is told as
 * `source`, so that the source and its replacement cannot be mistaken for each other.
 */
export function pictureOf(state: AccountState, servers: MemoryServers, source: string) {
  const kept = databases(state).filter(({ id }) => !leftBehind.test(id));
  return Object.fromEntries(
    kept
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map((database) => [
        withoutId(database.id),
        {
          ...(isInstance(database)
            ? pictureOfInstance(database)
            : { ...pictureOfCluster(database), ...pictureOfHanging(state, database) }),
          is: database.resourceId === source ? "source" : "other",
          introducedAs: introducedAs(servers, database),
          writers: Object.fromEntries(servers.volume(database.resourceId).writers),
          members: Object.fromEntries(
            membersOf(state, database.resourceId).map((member) => [
              withoutId(member.id),
              pictureOfInstance(member),
            ]),
          ),
        },
      ]),
  );
}

/** Names hold the id of their migration, which is another one each time. */
function withoutId(name: string): string {
  return name.replace(/-m[0-9a-z]{5}$/, "-ID");
}

function pictureOfCluster({ status, settings, storageKey, pending, applying }: Cluster) {
  const {
    CloneGroupId: _,
    MasterUserSecret: secret,
    ActivityStreamKinesisStreamName: __,
    ...rest
  } = settings;
  return {
    secret: secret?.KmsKeyId,
    status,
    pending,
    applying,
    key: keyOf(storageKey),
    settings: { ...rest, TagList: tagsOf(settings) },
  };
}

/** What hangs on it and is told elsewhere. */
function pictureOfHanging(state: AccountState, cluster: Cluster) {
  const { proxies, endpoints, scaling } = hanging({ state }, cluster.id);
  const marks = Object.fromEntries(
    state.attachments.customEndpoints
      .filter((endpoint) => endpoint.cluster === cluster.resourceId)
      .map(({ id, tags }) => [id, tagsOf({ TagList: [...tags] })]),
  );
  return { proxies, endpoints, scaling, marks };
}

function pictureOfInstance({ status: now, settings, storageKey, pending, applying, writer }: Instance) {
  const { MasterUserSecret: secret, ...rest } = settings;
  const own = { ...rest, secret: secret?.KmsKeyId, TagList: tagsOf(settings) };
  // Its storage goes on working by itself for hours.
  const status = /^storage-(init|opt)/.test(now) ? "available" : now;
  return { status, writer, pending, applying, key: keyOf(storageKey), settings: own };
}

function tagsOf({ TagList }: Pick<Cluster["settings"], "TagList">) {
  const tags = TagList.map(({ Key = "", Value = "" }) => [Key, withoutMigration(Key, Value)] as const);
  return Object.fromEntries(tags.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function withoutMigration(key: string, value: string): string {
  return key === "encrypt-db:migration" ? "ID" : value;
}

function keyOf(key: StorageKey): string {
  return key.type === "sse-kms" ? key.arn : key.type;
}

function introducedAs(servers: MemoryServers, { resourceId }: Cluster | Instance): string {
  const who = servers.volume(resourceId).introducedAs;
  return who === null ? "nobody" : who === resourceId ? "itself" : "another";
}
