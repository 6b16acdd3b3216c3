import { unmodelled } from "../fault.ts";
import { present } from "../parameters.ts";
import type { InstanceSettings } from "../state.ts";

/** The storage of an instance outside Aurora: how much of what, and how fast. */

interface Asked {
  readonly StorageType?: string | undefined;
  readonly Iops?: number | undefined;
  readonly StorageThroughput?: number | undefined;
}

type Storage = Pick<InstanceSettings, "AllocatedStorage" | "StorageType" | "Iops" | "StorageThroughput">;

/** From this many gibibytes on gp3 is striped over four volumes, and its speed can be chosen (RDS User Guide, CHAP_Storage). */
const striped = 400;

const refused = (message: string) => unmodelled("InvalidParameterCombination", message);

/** `io1` where IOPS are asked for and no type is, otherwise `gp3` ([API] StorageType). Throws where they do not fit together. */
export function storageOf(AllocatedStorage: number, asked: Asked): Storage {
  const { Iops, StorageThroughput } = asked;
  const StorageType = asked.StorageType ?? (Iops ? "io1" : "gp3");
  if (StorageThroughput !== undefined && StorageType !== "gp3") {
    throw refused(`You can't specify storage throughput for the storage type ${StorageType}.`);
  }
  switch (StorageType) {
    case "gp3":
      return { AllocatedStorage, StorageType, ...speedOfGp3(AllocatedStorage, asked) };
    case "io1":
    case "io2":
      if (!Iops) throw refused(`You must specify IOPS for the storage type ${StorageType}.`);
      return { AllocatedStorage, StorageType, Iops };
    case "gp2":
    case "standard":
      if (Iops) throw refused(`You can't specify IOPS for the storage type ${StorageType}.`);
      return { AllocatedStorage, StorageType };
    default:
      throw unmodelled("InvalidParameterValue", `Invalid storage type: ${StorageType}`);
  }
}

/** What small gp3 storage has by itself is told by every Describe, and refused in every call. */
function speedOfGp3(size: number, { Iops, StorageThroughput }: Asked) {
  if (size >= striped) return { Iops: Iops ?? 12_000, StorageThroughput: StorageThroughput ?? 500 };
  if (Iops !== undefined || StorageThroughput !== undefined) {
    throw refused(
      `You can't specify IOPS or storage throughput for engine postgres and a storage size less than ${striped}.`,
    );
  }
  return { Iops: 3_000, StorageThroughput: 125 };
}

const told = ["AllocatedStorage", "StorageType", "Iops", "StorageThroughput"] as const;

/**
 * What a modification makes of the storage, in whole, or undefined where it asks for nothing of it. Throws where it would
 * shrink, which storage never does.
 */
export function modifiedStorage(
  settings: InstanceSettings,
  asked: Asked & { readonly AllocatedStorage?: number | undefined },
): Storage | undefined {
  if (told.every((name) => asked[name] === undefined)) return undefined;
  const now = settings.AllocatedStorage ?? 0;
  const size = asked.AllocatedStorage ?? now;
  if (size < now)
    throw refused(`Invalid storage size for engine name postgres: ${size} is less than ${now}.`);
  // An increase of less than a tenth is rounded up to one ([API] AllocatedStorage).
  const AllocatedStorage = size === now ? now : Math.max(size, Math.ceil(now * 1.1));
  const StorageType = asked.StorageType ?? settings.StorageType;
  const provisioned = StorageType === settings.StorageType && StorageType?.startsWith("io");
  return storageOf(AllocatedStorage, {
    ...present({ StorageType, StorageThroughput: asked.StorageThroughput }),
    ...present({ Iops: asked.Iops ?? (provisioned ? settings.Iops : undefined) }),
  });
}
