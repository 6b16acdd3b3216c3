import type { Stack } from "aws-cdk-lib";
import {
  type ISubnet,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  Subnet,
  type SubnetSelection,
  Vpc,
} from "aws-cdk-lib/aws-ec2";
import { accepted } from "./accepted.ts";
import type { Settings } from "./settings.ts";

/** Where the probe is, and what it may reach. */
export interface Network {
  readonly vpc: IVpc;
  readonly subnets: SubnetSelection;
  /** The probe's: out to the ports of the databases, and in from nobody. */
  readonly probe: SecurityGroup;
  /** What a fenced database has in the place of its own groups: in from the probe, and out to nobody. */
  readonly fence: SecurityGroup;
}

/**
 * The VPC is the databases' own: nothing is looked up, so that the template can be made without an account. DNS needs no rule, as
 * security groups do not hold for the VPC's resolver.
 */
export function createNetwork(
  stack: Stack,
  { id, subnets, databaseCidrs, databasePorts }: Settings["vpc"],
): Network {
  // Zones are asked for, and used for nothing, since the subnets are named.
  const vpc = Vpc.fromVpcAttributes(stack, "Vpc", { vpcId: id, availabilityZones: ["any"] });
  const probe = new SecurityGroup(stack, "ProbeGroup", {
    vpc,
    description: "The probe of encrypt-db: out to the databases only",
    allowAllOutbound: false,
  });
  const fence = new SecurityGroup(stack, "FenceGroup", {
    vpc,
    description: "A database fenced by encrypt-db: in from the probe only",
    allowAllOutbound: false,
  });
  for (const port of databasePorts) {
    fence.addIngressRule(probe, Port.tcp(port), "The probe");
    for (const block of databaseCidrs) probe.addEgressRule(Peer.ipv4(block), Port.tcp(port), "The databases");
  }
  const chosen = subnets.map((subnet, index) => subnetNamed(stack, `Subnet${index + 1}`, subnet));
  return { vpc, subnets: { subnets: chosen }, probe, fence };
}

function subnetNamed(stack: Stack, id: string, subnetId: string): ISubnet {
  const subnet = Subnet.fromSubnetId(stack, id, subnetId);
  accepted(subnet, "Annotation::@aws-cdk/aws-ec2:noSubnetRouteTableId", "Nothing here routes.");
  return subnet;
}
