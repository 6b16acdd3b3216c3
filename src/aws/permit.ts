import type { RDSClient } from "@aws-sdk/client-rds";
import { CloudFault, type Ref } from "../core/cloud.ts";
import type { Mandate } from "../core/mandate.ts";
import { type Authority, inTime } from "./authority.ts";
import { given, tagsOf } from "./facts.ts";
import { calling } from "./faults.ts";
import { describeClusters, describeInstances, filter } from "./rds-read.ts";

/** What a change must know of the resource that it is made to, and the client that may make it. */
interface Permitted {
  readonly arn: string;
  readonly engine: string;
  readonly client: RDSClient;
}

/** What a call makes or hands on besides changing its resource, by ARN. */
interface Beside {
  readonly makes?: (arn: string) => readonly string[];
  readonly passes?: readonly string[];
}

/** Lets a change happen to a resource, or throws. */
export type Permit = (
  operation: string,
  ref: Ref,
  change: (permitted: Permitted) => Promise<unknown>,
  beside?: Beside,
) => Promise<void>;

/**
 * A step that was declared to read and changes something is a bug, and an `Error`. Any other may change what it
 * means by resource id: the name is looked up at that moment, by itself, and where it belongs to another resource, a
 * `mismatch` is thrown. What it is tagged with then is all that the client may change.
 */
export function permitFor(reads: RDSClient, authority: Authority, mandate: Mandate): Permit {
  return async (operation, ref, change, { makes, passes = [] } = {}) => {
    if (mandate.effect === "reads") {
      throw new Error(`${operation} was called by a step that is declared to read`);
    }
    await inTime(operation, mandate, authority, async () => {
      const { arn, engine, tags } = await meant(reads, operation, ref);
      const act = {
        actions: [`rds:${operation}`],
        changes: [{ arn, tags }],
        makes: makes?.(arn) ?? [],
        passes,
      };
      const client = await authority.clientFor(operation, mandate, act);
      await calling(operation, () => change({ arn, engine, client }));
    });
  };
}

/** What has the name now, if it is what was meant. */
async function meant(reads: RDSClient, operation: string, ref: Ref) {
  const found = await (ref.kind === "cluster"
    ? clusterNamed(reads, ref.name)
    : instanceNamed(reads, ref.name));
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
}

async function clusterNamed(client: RDSClient, name: string) {
  const [found] = await describeClusters(client, filter("db-cluster-id", [name]));
  return (
    found && {
      resourceId: given(found, "DbClusterResourceId"),
      arn: given(found, "DBClusterArn"),
      engine: given(found, "Engine"),
      tags: tagsOf(found.TagList),
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
      tags: tagsOf(found.TagList),
    }
  );
}
