import type { RDSClient } from "@aws-sdk/client-rds";
import { CloudFault, type Ref, type SnapshotFacts, type Tags } from "../core/cloud.ts";
import type { ActMandate, Heard, Mandate } from "../core/mandate.ts";
import { migrationTag, type Role, roleTag } from "../core/names.ts";
import { type Authority, inTime } from "./authority.ts";
import type { ChangeClients } from "./clients.ts";
import { given, tagsOf } from "./facts.ts";
import { calling } from "./faults.ts";
import { describeClusters, describeInstances, filter, findSnapshot } from "./rds-read.ts";
import type { Act } from "./session.ts";

/** A snapshot that is read or deleted. No look-up knows a resource id of it: whose it is, its tags say. */
interface SnapshotRef {
  readonly kind: Ref["kind"];
  readonly snapshot: string;
  /** What it may have been made as. */
  readonly as: readonly Role[];
}

/** What has the name now. */
interface Meant {
  readonly arn: string;
  readonly tags: Tags;
  readonly engine: string;
  readonly keyArn: string | null;
}

/** What a change must know of the resource that it is made to, whose change it is, and the clients that may make it. */
interface Permitted extends Meant, ChangeClients {
  readonly migration: string;
}

/** What a call makes, changes or hands on besides changing its resource. */
export interface Beside {
  /** Resources of the same account and Region, as in `db:orders`. */
  readonly makes?: readonly string[];
  /** Keys and roles, by ARN. */
  readonly passes?: readonly string[];
  /** RDS makes something of what is under the resource's key, in the caller's name. */
  readonly usesItsKey?: true;
  /** The call is not about the resource, which only has to be what was meant. */
  readonly leavesIt?: true;
  /** RDS puts a master password into Secrets Manager. */
  readonly keepsPassword?: true;
  /** What hangs on the resource and is changed with it, as it is tagged now. */
  readonly changes?: Act["changes"];
  /** The same for what AWS keeps no tags of. */
  readonly untagged?: readonly string[];
  /** Whose operation it is; RDS's unless told otherwise. */
  readonly service?: "application-autoscaling" | "backup";
  /** IAM actions that AWS asks for besides the operation's own, on the same resources. */
  readonly also?: readonly string[];
}

/** As much of an answer to a change as is kept. */
interface Accepted {
  readonly $metadata: { readonly requestId?: string | undefined };
}

/** Lets a change happen to a resource, or throws. */
export type Permit = (
  operation: string,
  of: Ref | SnapshotRef,
  change: (permitted: Permitted) => Promise<Accepted>,
  /** As a function it looks first, at that moment. */
  beside?: Beside | (() => Promise<Beside>),
) => Promise<void>;

/**
 * A step that was declared to read and changes something is a bug, and an `Error`. Any other may change what it
 * means by resource id: the name is looked up at that moment, by itself, and where it belongs to another resource, a
 * `mismatch` is thrown. What it is tagged with then is all that the client may change. A snapshot must be one that the
 * same migration made.
 */
export function permitFor(reads: RDSClient, authority: Authority, mandate: Mandate, heard: Heard): Permit {
  return async (operation, of, change, given = {}) => {
    if (mandate.effect === "reads") {
      throw new Error(`${operation} was called by a step that is declared to read`);
    }
    await inTime(operation, mandate, authority, async () => {
      const meant = await ("snapshot" in of
        ? ownSnapshot(reads, operation, of, mandate)
        : named(reads, operation, of));
      const beside = typeof given === "function" ? await given() : given;
      const act = actFor(operation, of, meant, beside);
      const clients = await authority.clientsFor(operation, mandate, act);
      const { $metadata: accepted } = await calling(operation, () =>
        change({ ...meant, ...clients, migration: mandate.migration }),
      );
      if (accepted.requestId !== undefined) heard({ operation, id: accepted.requestId });
    });
  };
}

function actFor(operation: string, of: Ref | SnapshotRef, { arn, tags, keyArn }: Meant, beside: Beside): Act {
  const place = arn.split(":").slice(0, 5).join(":");
  const keys = beside.usesItsKey && keyArn !== null ? [keyArn] : [];
  return {
    actions: [`${beside.service ?? "rds"}:${operation}`, ...(beside.also ?? [])],
    changes: [...(beside.leavesIt ? [] : [{ arn, tags }]), ...(beside.changes ?? [])],
    untagged: beside.untagged ?? [],
    makes: (beside.makes ?? []).map((resource) => `${place}:${resource}`),
    passes: [...new Set([...(beside.passes ?? []), ...keys])],
    secrets: beside.keepsPassword ? [secretsIn(place, of)] : [],
  };
}

/** Characters. A group's name has up to 255, and a session's policy 2,048 for all of them. Source: STS API, AssumeRole. */
const longestGroup = 48;

/** A group that a call names, as a resource; any where its name is not known, and by its beginning where it is long. */
export function group(kind: "subgrp" | "pg" | "cluster-pg" | "og", name = ""): string {
  const isWhole = name !== "" && name.length <= longestGroup;
  return `${kind}:${isWhole ? name : `${name.slice(0, longestGroup)}*`}`;
}

/** What RDS calls the secrets that it keeps. Source: RDS User Guide, Password management with Secrets Manager. */
function secretsIn(place: string, { kind }: Pick<Ref, "kind">): string {
  const prefix = kind === "cluster" ? "rds!cluster-" : "rds!db-";
  return `${place.replace(":rds:", ":secretsmanager:")}:secret:${prefix}*`;
}

/** What has the name now, if it is what was meant. */
async function named(reads: RDSClient, operation: string, ref: Ref): Promise<Meant> {
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

async function ownSnapshot(
  reads: RDSClient,
  operation: string,
  { kind, snapshot: name, as }: SnapshotRef,
  { migration }: ActMandate,
): Promise<Meant> {
  const found = await findSnapshot(reads, kind, name);
  if (!found) {
    const code = kind === "cluster" ? "DBClusterSnapshotNotFoundFault" : "DBSnapshotNotFoundFault";
    throw new CloudFault("busy", code, operation, `There is no snapshot ${name}.`);
  }
  if (found.tags[migrationTag] !== migration || !as.some((role) => role === found.tags[roleTag])) {
    throw new CloudFault("mismatch", "OtherSnapshot", operation, notOwn(found, migration, as));
  }
  return found;
}

function notOwn({ name, tags }: SnapshotFacts, migration: string, as: readonly Role[]): string {
  const is = `${tags[roleTag] ?? "nothing"} of ${tags[migrationTag] ?? "nobody"}`;
  return `${name} is tagged as ${is}, and ${as.join(" or ")} of ${migration} was meant.`;
}

async function clusterNamed(client: RDSClient, name: string) {
  const [found] = await describeClusters(client, filter("db-cluster-id", [name]));
  return (
    found && {
      resourceId: given(found, "DbClusterResourceId"),
      arn: given(found, "DBClusterArn"),
      engine: given(found, "Engine"),
      tags: tagsOf(found.TagList),
      keyArn: found.KmsKeyId ?? null,
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
      keyArn: found.KmsKeyId ?? null,
    }
  );
}
