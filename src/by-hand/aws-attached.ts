import type { AttachedLook } from "../core/by-hand.ts";
import { command, quoted } from "./shell.ts";

/** Looks at what hangs on a cluster and AWS tells elsewhere than with it. */
export function attachedLook(region: string, look: AttachedLook): string {
  switch (look.of) {
    case "custom-endpoint":
      return asked(`aws rds describe-db-cluster-endpoints --region ${quoted(region)}`, [
        `--filters Name=db-cluster-endpoint-id,Values=${look.name}`,
        query("DBClusterEndpoints[].[DBClusterIdentifier, Status]"),
      ]);
    case "proxy-targets":
      return proxy(region, look.name, "Targets[?Type=='TRACKED_CLUSTER'].[RdsResourceId]");
    case "proxy-health":
      return proxy(region, look.name, "Targets[?Type=='RDS_INSTANCE'].[TargetHealth.State]");
    case "scaling":
      return asked(`aws application-autoscaling describe-scalable-targets --region ${quoted(region)}`, [
        `--service-namespace rds --resource-ids ${quoted(`cluster:${look.cluster}`)}`,
        query(`ScalableTargets[].[${suspensions.map((name) => `SuspendedState.${name}`).join(", ")}]`),
      ]);
  }
}

const suspensions = ["DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended"];

function proxy(region: string, name: string, what: string): string {
  return asked(`aws rds describe-db-proxy-targets --region ${quoted(region)}`, [
    `--db-proxy-name ${quoted(name)}`,
    query(what),
  ]);
}

function query(what: string): string {
  return `--query ${quoted(what)}`;
}

function asked(start: string, options: readonly string[]): string {
  return command(start, [...options, "--output text"]);
}
