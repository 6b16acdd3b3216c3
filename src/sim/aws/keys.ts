import type {
  CreateGrantRequest,
  DescribeKeyRequest,
  DisableKeyRequest,
  EnableKeyRequest,
  GetKeyPolicyRequest,
  GetKeyRotationStatusRequest,
  KeyMetadata,
  ListAliasesRequest,
  ScheduleKeyDeletionRequest,
} from "@aws-sdk/client-kms";
import { fault, unmodelled } from "./fault.ts";
import { keyNamed } from "./rds/encryption.ts";
import type { Instance } from "./state.ts";
import type { Key } from "./surroundings.ts";
import { announce, membersOf, put, schedule, type Turn, unschedule } from "./turn.ts";

const day = 24 * 3_600_000;

function existingKey(turn: Turn, name: string | undefined): Key {
  const key = keyNamed(turn, name ?? "");
  if (key === undefined) throw fault("kms", "NotFoundException", `Key '${name}' does not exist`);
  return key;
}

export function describeKey(turn: Turn, input: DescribeKeyRequest): { KeyMetadata: KeyMetadata } {
  const key = existingKey(turn, input.KeyId);
  return {
    KeyMetadata: {
      AWSAccountId: key.accountId,
      KeyId: key.id,
      Arn: key.arn,
      CreationDate: new Date(key.createdAt),
      Enabled: key.state === "Enabled",
      Description: key.description,
      KeyUsage: key.usage,
      KeyState: key.state,
      Origin: key.origin,
      KeyManager: key.manager,
      CustomerMasterKeySpec: key.spec,
      KeySpec: key.spec,
      ...(key.usage === "ENCRYPT_DECRYPT" && {
        EncryptionAlgorithms: [key.spec === "SYMMETRIC_DEFAULT" ? "SYMMETRIC_DEFAULT" : "RSAES_OAEP_SHA_256"],
      }),
      MultiRegion: key.multiRegion,
      ...(key.deletionAt !== undefined && { DeletionDate: new Date(key.deletionAt) }),
      ...(key.validTo !== undefined && {
        ValidTo: new Date(key.validTo),
        ExpirationModel: "KEY_MATERIAL_EXPIRES",
      }),
    },
  };
}

export function listAliases(turn: Turn, input: ListAliasesRequest) {
  const { accountId, region, aliases } = turn.state;
  const only = input.KeyId === undefined ? undefined : existingKey(turn, input.KeyId).id;
  const all = Object.entries(aliases)
    .filter(([, keyId]) => only === undefined || keyId === only)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const limit = input.Limit ?? 50;
  const start = input.Marker === undefined ? 0 : all.findIndex(([name]) => name > (input.Marker ?? ""));
  const records = start === -1 ? [] : all.slice(start, start + limit);
  const more = start !== -1 && start + limit < all.length;
  return {
    Aliases: records.map(([name, keyId]) => ({
      AliasName: name,
      AliasArn: `arn:aws:kms:${region}:${accountId}:${name}`,
      TargetKeyId: keyId,
    })),
    Truncated: more,
    ...(more && { NextMarker: records.at(-1)?.[0] }),
  };
}

export function getKeyPolicy(turn: Turn, input: GetKeyPolicyRequest) {
  const key = existingKey(turn, input.KeyId);
  return { Policy: key.policy, PolicyName: "default" };
}

export function getKeyRotationStatus(turn: Turn, input: GetKeyRotationStatusRequest) {
  const key = existingKey(turn, input.KeyId);
  return { KeyId: key.arn, KeyRotationEnabled: key.rotates === true };
}

/** A dry run that would succeed is answered by DryRunOperationException ([API] DryRun). */
export function createGrant(turn: Turn, input: CreateGrantRequest): never {
  const key = existingKey(turn, input.KeyId);
  if (key.state === "Disabled") throw fault("kms", "DisabledException", `${key.arn} is disabled.`);
  if (key.state !== "Enabled") {
    throw fault("kms", "KMSInvalidStateException", `${key.arn} is ${key.state}.`);
  }
  if (!key.grantable) {
    throw unmodelled(
      "AccessDeniedException",
      `${turn.caller.arn} is not authorized to perform: kms:CreateGrant`,
    );
  }
  if (!input.DryRun) throw new Error("the simulated account covers CreateGrant as a dry run only");
  throw fault("kms", "DryRunOperationException", "The request would have succeeded, but DryRun was set.");
}

function setState(turn: Turn, key: Key): void {
  turn.state = { ...turn.state, keys: { ...turn.state.keys, [key.id]: key } };
  unschedule(turn, (due) => due.do === "notice key" && due.key === key.id);
  if (key.state === "Enabled") return;
  schedule(turn, { at: turn.now + turn.durations.noticeKey, event: { do: "notice key", key: key.id } });
}

export function disableKey(turn: Turn, input: DisableKeyRequest): object {
  setState(turn, { ...existingKey(turn, input.KeyId), state: "Disabled" });
  return {};
}

export function enableKey(turn: Turn, input: EnableKeyRequest): object {
  setState(turn, { ...existingKey(turn, input.KeyId), state: "Enabled" });
  return {};
}

export function scheduleKeyDeletion(turn: Turn, input: ScheduleKeyDeletionRequest) {
  const key = existingKey(turn, input.KeyId);
  const deletionAt = turn.now + (input.PendingWindowInDays ?? 30) * day;
  setState(turn, { ...key, state: "PendingDeletion", deletionAt });
  return { KeyId: key.arn, DeletionDate: new Date(deletionAt), KeyState: "PendingDeletion" };
}

const recoverable = "inaccessible-encryption-credentials-recoverable";

/** Seven days to give the key back, then the data is lost (Aurora User Guide, Overview.Encryption). */
export async function noticeKey(turn: Turn, event: { readonly key: string }): Promise<void> {
  const key = turn.state.keys[event.key];
  if (key === undefined || key.state === "Enabled") return;
  const under = Object.values(turn.state.clusters).filter(
    ({ storageKey }) => storageKey.type === "sse-kms" && storageKey.arn === key.arn,
  );
  for (const cluster of under) {
    const status = cluster.status === recoverable ? "inaccessible-encryption-credentials" : recoverable;
    put(turn, "clusters", { ...cluster, status });
    for (const member of membersOf(turn.state, cluster.resourceId)) {
      await turn.data.stopInstance(member.resourceId);
      put(turn, "instances", { ...member, status });
    }
    announce(turn, "RDS-EVENT-0419", cluster, "RDS can't access the KMS key of the cluster", "failure");
  }
  const instances = await noticeKeyOfInstances(turn, key);
  if ([...under, ...instances].some(({ status }) => status !== recoverable)) {
    schedule(turn, { at: turn.now + 7 * day, event: { do: "notice key", key: key.id } });
  }
}

/** Outside Aurora it is the instance itself that has the key; those that it was noticed of, as they were. */
async function noticeKeyOfInstances(turn: Turn, { arn }: Key): Promise<readonly Instance[]> {
  const under = Object.values(turn.state.instances).filter(
    ({ cluster, storageKey }) =>
      cluster === undefined && storageKey.type === "sse-kms" && storageKey.arn === arn,
  );
  for (const instance of under) {
    const status = instance.status === recoverable ? "inaccessible-encryption-credentials" : recoverable;
    await turn.data.stopInstance(instance.resourceId);
    put(turn, "instances", { ...instance, status });
    announce(turn, "RDS-EVENT-0419", instance, "RDS can't access the KMS key of the instance", "failure");
  }
  return under;
}
