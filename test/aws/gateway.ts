import { ownAuthority } from "../../src/aws/authority.ts";
import { createAccountClients, createChangeClients } from "../../src/aws/clients.ts";
import { createGateway } from "../../src/aws/cloud.ts";
import type { Cloud, ClusterFacts, Ref } from "../../src/core/cloud.ts";
import { accountPlugin } from "../../src/sim/aws/middleware.ts";
import { laboratory } from "../sim/aws/laboratory.ts";

export const anyAct = {
  effect: "destroys",
  migration: "m00001",
  actor: "m00001.any",
  approver: null,
  until: Number.POSITIVE_INFINITY,
} as const;

/** The gateway in front of a simulated account. */
export function gateway() {
  const lab = laboratory();
  const options = { region: "eu-central-1", plugin: accountPlugin(lab.account) };
  const clients = createAccountClients(options);
  const authority = ownAuthority(createChangeClients(options), () => 0);
  const cloudFor = createGateway(clients, authority);
  const calls = (operation?: string) =>
    lab.account.ledger.filter((call) => operation === undefined || call.operation === operation);
  return { ...lab, clients, cloudFor, cloud: cloudFor(anyAct), calls };
}

export async function existing(cloud: Cloud, name: string): Promise<ClusterFacts> {
  const found = await cloud.findCluster(name);
  if (!found) throw new Error(`there is no cluster ${name}`);
  return found;
}

export async function clusterRef(cloud: Cloud, name: string): Promise<Ref> {
  const { resourceId } = await existing(cloud, name);
  return { kind: "cluster", name, resourceId };
}

export async function instanceRef(cloud: Cloud, name: string): Promise<Ref> {
  const found = await cloud.findInstance(name);
  if (!found) throw new Error(`there is no instance ${name}`);
  return { kind: "instance", name, resourceId: found.resourceId };
}
