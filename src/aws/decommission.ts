import { DeleteDBClusterCommand, DeleteDBInstanceCommand } from "@aws-sdk/client-rds";
import { CloudFault, type Ref, type Tags } from "../core/cloud.ts";
import type { Mandate } from "../core/mandate.ts";
import { migrationTag, type Role, roleTag } from "../core/names.ts";
import { decommissionInstanceInput } from "./instance-inputs.ts";
import type { Permit } from "./permit.ts";
import { decommissionClusterInput } from "./rds-inputs.ts";

export const actions = ["rds:DeleteDBCluster", "rds:DeleteDBInstance"] as const;

const condemned: Role = "condemned";

/**
 * Deletes what this migration has condemned, and nothing that only another one has: its credentials are good for exactly
 * this resource as long as it carries these tags. Throws a `CloudFault`.
 */
export function decommission(permit: Permit, mandate: Mandate, source: Ref): Promise<void> {
  const operation = source.kind === "cluster" ? "DeleteDBCluster" : "DeleteDBInstance";
  return permit(operation, source, ({ client, tags }) => {
    if (mandate.effect === "reads" || !isCondemned(tags, mandate.migration)) {
      const message = `${source.name} is not marked as condemned by this migration.`;
      throw new CloudFault("mismatch", "NotCondemned", operation, message);
    }
    return source.kind === "cluster"
      ? client.send(new DeleteDBClusterCommand(decommissionClusterInput(source.name)))
      : client.send(new DeleteDBInstanceCommand(decommissionInstanceInput(source.name)));
  });
}

function isCondemned(tags: Tags, migration: string): boolean {
  return tags[roleTag] === condemned && tags[migrationTag] === migration;
}
