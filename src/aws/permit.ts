import type { RDSClient } from "@aws-sdk/client-rds";
import { CloudFault, type Ref } from "../core/cloud.ts";
import type { Effect } from "../core/step.ts";
import { given } from "./facts.ts";
import { describeClusters, describeInstances, filter } from "./rds-read.ts";

/** What a change must know of the resource that it is made to. */
interface Confirmed {
  readonly arn: string;
  readonly engine: string;
}

/** Lets a change happen to a resource, or throws. */
export type Permit = (operation: string, ref: Ref) => Promise<Confirmed>;

/**
 * A step that was declared to read and changes something is a bug, and an `Error`. Any other may change what it
 * means by resource id: the name is looked up at that moment, by itself, and where it belongs to another resource, a
 * `mismatch` is thrown.
 */
export function permitFor(client: RDSClient, effect: Effect): Permit {
  return async (operation, ref) => {
    if (effect === "reads") throw new Error(`${operation} was called by a step that is declared to read`);
    const found = await (ref.kind === "cluster"
      ? clusterNamed(client, ref.name)
      : instanceNamed(client, ref.name));
    if (!found) {
      const code = ref.kind === "cluster" ? "DBClusterNotFoundFault" : "DBInstanceNotFoundFault";
      // Between two names a resource is under neither, and a look-up may be behind: it is worth another look.
      throw new CloudFault("busy", code, operation, `There is no ${ref.kind} ${ref.name}.`);
    }
    if (found.resourceId !== ref.resourceId) {
      const message = `${ref.name} is ${found.resourceId} now, and ${ref.resourceId} was meant.`;
      throw new CloudFault("mismatch", "OtherResource", operation, message);
    }
    return found;
  };
}

async function clusterNamed(client: RDSClient, name: string) {
  const [found] = await describeClusters(client, filter("db-cluster-id", [name]));
  return (
    found && {
      resourceId: given(found, "DbClusterResourceId"),
      arn: given(found, "DBClusterArn"),
      engine: given(found, "Engine"),
    }
  );
}

async function instanceNamed(client: RDSClient, name: string) {
  const [found] = await describeInstances(client, filter("db-instance-id", [name]));
  return (
    found && {
      resourceId: given(found, "DbiResourceId"),
      arn: given(found, "DBInstanceArn"),
      engine: given(found, "Engine"),
    }
  );
}
