import { arn, nameIn } from "../names.ts";
import type { Cluster, Instance } from "../state.ts";
import type { Turn } from "../turn.ts";
import { notFound } from "./keeping.ts";
import type { BackedUp } from "./state.ts";

/** What AWS Backup backs up: a cluster, or an instance outside of one. */
export type Subject = Cluster | Instance;

/** In use, AWS Backup calls an Aurora cluster by its name; some of its output has the resource id in its place. */
function has(subject: Subject, name: string): boolean {
  return subject.id === name || subject.resourceId.toLowerCase() === name;
}

/** Whatever the ARN means at this moment: a name may be another database's by then. */
export function subjectOf({ state }: Turn, resourceArn: string): Subject | undefined {
  const [, , service, region, account, type] = resourceArn.split(":");
  if (service !== "rds" || region !== state.region || account !== state.accountId) return undefined;
  const name = nameIn(resourceArn);
  if (type === "cluster") return Object.values(state.clusters).find((cluster) => has(cluster, name));
  if (type !== "db") return undefined;
  return Object.values(state.instances).find(
    (instance) => instance.cluster === undefined && has(instance, name),
  );
}

export const isCluster = (subject: Subject): subject is Cluster => !("writer" in subject);

/** A Multi-AZ DB cluster, which the simulated AWS Backup does not cover. */
export function isMultiAz(subject: Subject): boolean {
  return isCluster(subject) && subject.settings.DBClusterInstanceClass !== undefined;
}

/** Throws ResourceNotFoundException. */
export function backedUpNamed(turn: Turn, resourceArn: string | undefined): BackedUp {
  const subject = subjectOf(turn, resourceArn ?? "");
  if (subject === undefined) throw notFound(`There is no resource ${resourceArn}.`);
  return backedUp(turn, subject, resourceArn ?? "");
}

export function backedUp(turn: Turn, subject: Subject, as?: string): BackedUp {
  const { id: name, resourceId } = subject;
  if (isMultiAz(subject)) {
    throw new Error("the simulated AWS Backup covers no Multi-AZ DB clusters");
  }
  return {
    arn: as ?? arn(turn.state, isCluster(subject) ? "cluster" : "db", name),
    name,
    type: isCluster(subject) ? "Aurora" : "RDS",
    resourceId,
  };
}
