import type { RDSClient } from "@aws-sdk/client-rds";
import { CloudFault, type Ref } from "../core/cloud.ts";
import type { Effect } from "../core/step.ts";
import { given } from "./facts.ts";
import { describeClusters, describeInstances, filter } from "./rds-read.ts";

/** From the most harmless on: what permits one permits those before it. */
const effects: readonly Effect[] = ["reads", "creates", "interrupts", "destroys"];

/** What a change must know of the resource that it is made to. */
export interface Confirmed {
  readonly arn: string;
  readonly engine: string;
}

/** Lets a change of at least this effect happen to this resource, or throws. */
export type Permit = (operation: string, least: Effect, ref: Ref) => Promise<Confirmed>;

/**
 * A step may do no worse than it declared, and only to what it declared: anything else is a bug, and an `Error`.
 * What it may do, it does to a resource id: the name is looked up at that moment, by itself, and a `mismatch` is
 * thrown where it belongs to nobody or to another.
 */
export function permitFor(client: RDSClient, effect: Effect, refs: readonly Ref[]): Permit {
  return async (operation, least, ref) => {
    if (effects.indexOf(effect) < effects.indexOf(least)) {
      throw new Error(`${operation} ${least}, and this step was declared as one that only ${effect}`);
    }
    if (!refs.some(({ kind, resourceId }) => kind === ref.kind && resourceId === ref.resourceId)) {
      throw new Error(`${operation} is for ${ref.resourceId}, which this step did not declare`);
    }
    return ref.kind === "cluster"
      ? confirmCluster(client, operation, ref)
      : confirmInstance(client, operation, ref);
  };
}

async function confirmCluster(client: RDSClient, operation: string, ref: Ref): Promise<Confirmed> {
  const [cluster] = await describeClusters(client, filter("db-cluster-id", [ref.name]));
  if (!cluster) throw mismatch("DBClusterNotFoundFault", operation, `There is no cluster ${ref.name}.`);
  assertSame(ref, given(cluster, "DbClusterResourceId"), operation);
  return { arn: given(cluster, "DBClusterArn"), engine: given(cluster, "Engine") };
}

async function confirmInstance(client: RDSClient, operation: string, ref: Ref): Promise<Confirmed> {
  const [instance] = await describeInstances(client, filter("db-instance-id", [ref.name]));
  if (!instance) throw mismatch("DBInstanceNotFoundFault", operation, `There is no instance ${ref.name}.`);
  assertSame(ref, given(instance, "DbiResourceId"), operation);
  return { arn: given(instance, "DBInstanceArn"), engine: given(instance, "Engine") };
}

function assertSame(ref: Ref, resourceId: string, operation: string): void {
  if (resourceId === ref.resourceId) return;
  const message = `${ref.name} is ${resourceId} now, and ${ref.resourceId} was meant.`;
  throw mismatch("OtherResource", operation, message);
}

function mismatch(code: string, operation: string, message: string): CloudFault {
  return new CloudFault("mismatch", code, operation, message);
}
