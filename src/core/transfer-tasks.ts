import * as z from "zod/mini";

/** Where transfers run on AWS, as infra/ makes it. */
export const transferTasks = z.object({
  cluster: z.string(),
  /** The family of the task definition, whose one container has the same name. */
  family: z.string(),
  subnets: z.array(z.string()),
  securityGroups: z.array(z.string()),
  logGroup: z.string(),
});
export type TransferTasks = z.infer<typeof transferTasks>;
