import * as z from "zod/mini";

const quota = z.object({ used: z.number(), max: z.number() });

export const quotas = z.object({
  clusters: quota,
  instances: quota,
  manualClusterSnapshots: quota,
  manualInstanceSnapshots: quota,
  /** GiB of all instances outside of clusters. */
  allocatedStorage: quota,
});
export type Quotas = z.infer<typeof quotas>;
