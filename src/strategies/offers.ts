import * as z from "zod";
import type { SurveyContext } from "../core/strategy.ts";

/** A server that will be made anew, and what AWS has for it. */
const server = z.object({
  name: z.string(),
  instanceClass: z.string(),
  /** Empty where AWS chooses it. */
  zone: z.string(),
  multiAz: z.boolean(),
  /** Null where its class cannot be ordered with this version and storage. */
  offered: z
    .object({ zones: z.array(z.string()), storageEncryption: z.boolean(), multiAz: z.boolean() })
    .nullable(),
  authority: z.string(),
  /** Null where AWS knows no such authority any more. */
  authorityUntil: z.number().nullable(),
});

/** What AWS offers at present of what a replacement is made of. */
export const offers = z.object({
  version: z.boolean(),
  /** Of the subnet group. */
  zones: z.array(z.string()),
  servers: z.array(server),
});
export type Offers = z.infer<typeof offers>;

interface Wanted {
  readonly engine: string;
  readonly engineVersion: string;
  readonly storageType: string;
  readonly subnetGroup: string;
}

interface WantedServer {
  readonly name: string;
  readonly instanceClass: string;
  readonly availabilityZone: string;
  readonly multiAz?: boolean;
  readonly caCertificate: string;
}

/** Asks at once for everything that the replacement needs AWS to offer. */
export async function offersFor(
  { cloud }: SurveyContext,
  wanted: Wanted,
  servers: Promise<readonly WantedServer[]>,
): Promise<Offers> {
  const { engine, engineVersion, storageType, subnetGroup } = wanted;
  const lookAt = async (of: WantedServer): Promise<Offers["servers"][number]> => {
    const { name, instanceClass, availabilityZone: zone, multiAz = false, caCertificate: authority } = of;
    const [offered, authorityUntil] = await Promise.all([
      cloud.orderable({ engine, engineVersion, instanceClass, storageType }),
      authority === "" ? undefined : cloud.certificateValidUntil(authority),
    ]);
    return {
      name,
      instanceClass,
      zone,
      multiAz,
      offered: offered ? { ...offered, zones: [...offered.zones] } : null,
      authority,
      authorityUntil: authorityUntil ?? null,
    };
  };
  const [version, group, each] = await Promise.all([
    cloud.offersVersion(engine, engineVersion),
    cloud.findSubnetGroup(subnetGroup),
    servers.then((all) => Promise.all(all.map(lookAt))),
  ]);
  return { version, zones: [...(group?.zones ?? [])], servers: each };
}
