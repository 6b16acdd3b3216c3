import { RegisterScalableTargetCommand } from "@aws-sdk/client-application-auto-scaling";
import {
  AddRoleToDBClusterCommand,
  CreateDBClusterEndpointCommand,
  DeleteDBClusterEndpointCommand,
  DeregisterDBProxyTargetsCommand,
  DisableHttpEndpointCommand,
  EnableHttpEndpointCommand,
  ModifyDBClusterCommand,
  RegisterDBProxyTargetsCommand,
  RemoveTagsFromResourceCommand,
  StartActivityStreamCommand,
} from "@aws-sdk/client-rds";
import type { AttachmentChange, AttachmentCloud } from "../core/attachments.ts";
import { CloudFault, type Ref } from "../core/cloud.ts";
import {
  endpointInput,
  passwordInput,
  proxyInput,
  roleInput,
  scalingInput,
  streamInput,
} from "./attachments-inputs.ts";
import type { createAttachmentLookups } from "./attachments-read.ts";
import type { Beside, Permit } from "./permit.ts";
import { untagInput } from "./rds-inputs.ts";

export const actions = [
  "rds:AddRoleToDBCluster",
  "rds:CreateDBClusterEndpoint",
  "rds:DeleteDBClusterEndpoint",
  "rds:RemoveTagsFromResource",
  "rds:RegisterDBProxyTargets",
  "rds:DeregisterDBProxyTargets",
  "rds:EnableHttpEndpoint",
  "rds:DisableHttpEndpoint",
  "rds:StartActivityStream",
  "rds:ModifyDBCluster",
  "application-autoscaling:RegisterScalableTarget",
] as const;

type Lookups = ReturnType<typeof createAttachmentLookups>;

export function createAttachmentChanges(
  permit: Permit,
  lookups: Lookups,
): Pick<AttachmentCloud, AttachmentChange> {
  return {
    ...changesOfTheCluster(permit),
    ...endpointChanges(permit, lookups),
    registerProxyTarget: async (cluster, proxy) => {
      const command = new RegisterDBProxyTargetsCommand(proxyInput(cluster.name, proxy));
      await permit(
        "RegisterDBProxyTargets",
        cluster,
        ({ client }) => client.send(command),
        () => proxyBeside(lookups, "RegisterDBProxyTargets", proxy),
      );
    },
    deregisterProxyTarget: async (cluster, proxy) => {
      const command = new DeregisterDBProxyTargetsCommand(proxyInput(cluster.name, proxy));
      await permit(
        "DeregisterDBProxyTargets",
        cluster,
        ({ client }) => client.send(command),
        () => proxyBeside(lookups, "DeregisterDBProxyTargets", proxy),
      );
    },
    suspendScaling: async (cluster, suspended) => {
      const operation = "RegisterScalableTarget";
      const command = new RegisterScalableTargetCommand(scalingInput(cluster.name, suspended));
      await permit(
        operation,
        cluster,
        ({ autoscaling }) => autoscaling.send(command),
        async () => {
          const target = await lookups.findScaling(cluster.name);
          // A call without capacities makes nothing of a target that is not there.
          if (!target) throw gone(operation, `scaling of ${cluster.name}`);
          return { service: "application-autoscaling", untagged: [target.arn] };
        },
      );
    },
  };
}

function changesOfTheCluster(permit: Permit) {
  return {
    addRole: (cluster, role) => {
      const command = new AddRoleToDBClusterCommand(roleInput(cluster.name, role));
      return permit("AddRoleToDBCluster", cluster, ({ client }) => client.send(command), {
        passes: [role.arn],
      });
    },
    switchDataApi: (cluster, on) =>
      on
        ? permit("EnableHttpEndpoint", cluster, ({ client, arn }) =>
            client.send(new EnableHttpEndpointCommand({ ResourceArn: arn })),
          )
        : permit("DisableHttpEndpoint", cluster, ({ client, arn }) =>
            client.send(new DisableHttpEndpointCommand({ ResourceArn: arn })),
          ),
    startActivityStream: (cluster, stream) =>
      permit(
        "StartActivityStream",
        cluster,
        ({ client, arn }) => client.send(new StartActivityStreamCommand(streamInput(arn, stream))),
        { passes: [stream.keyArn] },
      ),
    manageMasterPassword: (cluster, keyArn) => {
      const command = new ModifyDBClusterCommand(passwordInput(cluster.name, keyArn));
      return permit("ModifyDBCluster", cluster, ({ client }) => client.send(command), {
        keepsPassword: true,
        passes: keyArn === null ? [] : [keyArn],
      });
    },
  } satisfies Partial<AttachmentCloud>;
}

function endpointChanges(permit: Permit, lookups: Lookups) {
  return {
    createCustomEndpoint: (cluster, endpoint) => {
      const command = new CreateDBClusterEndpointCommand(endpointInput(cluster.name, endpoint));
      return permit("CreateDBClusterEndpoint", cluster, ({ client }) => client.send(command), {
        makes: [`cluster-endpoint:${endpoint.name}`],
      });
    },
    deleteCustomEndpoint: (cluster, name) => {
      const operation = "DeleteDBClusterEndpoint";
      const command = new DeleteDBClusterEndpointCommand({ DBClusterEndpointIdentifier: name });
      return permit(
        operation,
        cluster,
        ({ client }) => client.send(command),
        () => endpointBeside(lookups, operation, cluster, name),
      );
    },
    removeEndpointTags: (cluster, name, keys) => {
      const operation = "RemoveTagsFromResource";
      return permit(
        operation,
        cluster,
        ({ client, arn }) => {
          const endpoint = arn.replace(/:cluster:.*$/, `:cluster-endpoint:${name}`);
          return client.send(new RemoveTagsFromResourceCommand(untagInput(endpoint, keys)));
        },
        () => endpointBeside(lookups, operation, cluster, name),
      );
    },
  } satisfies Partial<AttachmentCloud>;
}

/** An endpoint of that name may by now be another cluster's. */
async function endpointBeside(
  { findCustomEndpoint }: Lookups,
  operation: string,
  cluster: Ref,
  name: string,
): Promise<Beside> {
  const found = await findCustomEndpoint(name);
  if (!found) throw gone(operation, `custom endpoint ${name}`);
  if (found.clusterName !== cluster.name) {
    const message = `${name} is an endpoint of ${found.clusterName}, and ${cluster.name}'s was meant.`;
    throw new CloudFault("mismatch", "OtherResource", operation, message);
  }
  const { arn, tags } = found;
  return { changes: [{ arn, tags }] };
}

async function proxyBeside({ findProxy }: Lookups, operation: string, name: string): Promise<Beside> {
  const found = await findProxy(name);
  if (!found) throw gone(operation, `proxy ${name}`);
  const { arn, tags, targetGroupArn } = found;
  return { changes: [{ arn, tags }], untagged: [targetGroupArn] };
}

function gone(operation: string, what: string): CloudFault {
  return new CloudFault("busy", "NotFound", operation, `There is no ${what}.`);
}
