import type { StorageEncryptionType } from "@aws-sdk/client-rds";
import { rdsFault } from "../fault.ts";
import type { StorageKey } from "../state.ts";
import type { Key } from "../surroundings.ts";
import type { Turn } from "../turn.ts";

/** The three members in which RDS tells of encryption; the boolean is false under a key that AWS owns. */
export function encryptionView(key: StorageKey): {
  StorageEncrypted: boolean;
  StorageEncryptionType: StorageEncryptionType;
  KmsKeyId?: string;
} {
  return {
    StorageEncrypted: key.type === "sse-kms",
    StorageEncryptionType: key.type,
    ...(key.type === "sse-kms" && { KmsKeyId: key.arn }),
  };
}

/** A key by id, key ARN, alias or alias ARN. */
export function keyNamed(turn: Turn, name: string): Key | undefined {
  const { accountId, region, keys, aliases } = turn.state;
  const parts = name.split(":");
  if (name.startsWith("arn:")) {
    if (parts[3] !== region) return undefined;
    const rest = parts.slice(5).join(":");
    if (rest.startsWith("key/")) return Object.values(keys).find((key) => key.arn === name);
    return parts[4] === accountId ? keys[aliases[rest] ?? ""] : undefined;
  }
  return keys[aliases[name] ?? name];
}

const unusable = (name: string, why: string) =>
  rdsFault(
    "KMSKeyNotAccessibleFault",
    `The specified KMS key [${name}] does not exist, is not enabled or you do not have permissions to access it. ${why}`,
  );

/** The key that RDS will encrypt under, by its ARN. Throws KMSKeyNotAccessibleFault where RDS cannot use it. */
export function usableKey(turn: Turn, name: string): string {
  const key = keyNamed(turn, name);
  if (key === undefined) throw unusable(name, "There is no such key in this Region.");
  if (key.state !== "Enabled") throw unusable(name, `Its state is ${key.state}.`);
  if (key.spec !== "SYMMETRIC_DEFAULT" || key.usage !== "ENCRYPT_DECRYPT") {
    throw unusable(name, "RDS takes symmetric encryption keys only.");
  }
  if (!key.grantable && key.manager === "CUSTOMER") {
    throw unusable(name, "Its policy does not let the caller create a grant.");
  }
  return key.arn;
}

/** Reading what is stored under a key needs the key as well. */
export function assertReadable(turn: Turn, storageKey: StorageKey): void {
  if (storageKey.type === "sse-kms") usableKey(turn, storageKey.arn);
}
