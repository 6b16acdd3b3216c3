import { DescribeSecurityGroupsCommand, type EC2Client, type IpPermission } from "@aws-sdk/client-ec2";
import { finding } from "./faults.ts";

/** @public for whoever may look over a deployment */
export const actions = ["ec2:DescribeSecurityGroups"] as const;

export interface SecurityGroupFacts {
  readonly vpc: string;
  readonly ingress: readonly RuleFacts[];
  readonly egress: readonly RuleFacts[];
}

export interface RuleFacts {
  /** `-1` for every one. */
  readonly protocol: string;
  /** Null for every port. */
  readonly ports: { readonly from: number; readonly to: number } | null;
  /** The groups, blocks of addresses and prefix lists at the other end. */
  readonly peers: readonly string[];
}

/** The rules of a security group. Throws a `CloudFault`. */
export async function findSecurityGroup(
  client: EC2Client,
  id: string,
): Promise<SecurityGroupFacts | undefined> {
  const found = await finding("DescribeSecurityGroups", "InvalidGroup.NotFound", () =>
    client.send(new DescribeSecurityGroupsCommand({ GroupIds: [id] })),
  );
  const group = found?.SecurityGroups?.[0];
  return (
    group && {
      vpc: group.VpcId ?? "",
      ingress: (group.IpPermissions ?? []).map(ruleFacts),
      egress: (group.IpPermissionsEgress ?? []).map(ruleFacts),
    }
  );
}

function ruleFacts(rule: IpPermission): RuleFacts {
  const { IpProtocol: protocol = "-1", FromPort: from, ToPort: to } = rule;
  const peers = [
    ...(rule.UserIdGroupPairs ?? []).map(({ GroupId }) => GroupId),
    ...(rule.IpRanges ?? []).map(({ CidrIp }) => CidrIp),
    ...(rule.Ipv6Ranges ?? []).map(({ CidrIpv6 }) => CidrIpv6),
    ...(rule.PrefixListIds ?? []).map(({ PrefixListId }) => PrefixListId),
  ];
  const isEvery = protocol === "-1" || from === undefined || to === undefined || from === -1;
  return { protocol, ports: isEvery ? null : { from, to }, peers: peers.map(String) };
}
