import type {
  DescribeDBClusterParameterGroupsMessage,
  DescribeDBClusterParametersMessage,
  DescribeDBSubnetGroupsMessage,
  VpcSecurityGroupMembership,
} from "@aws-sdk/client-rds";
import { rdsFault, unmodelled } from "../fault.ts";
import { arn } from "../names.ts";
import type { OptionGroup, ParameterGroup, SubnetGroup } from "../surroundings.ts";
import type { Turn } from "../turn.ts";
import { page } from "./paging.ts";

/** Throws DBSubnetGroupNotFoundFault. */
export function subnetGroupNamed(turn: Turn, name: string): SubnetGroup {
  const group = turn.state.subnetGroups[name];
  if (group === undefined) throw rdsFault("DBSubnetGroupNotFoundFault", `DB subnet group ${name} not found`);
  return group;
}

/** Throws DBClusterParameterGroupNotFoundFault. */
export function clusterParameterGroupNamed(turn: Turn, name: string): ParameterGroup {
  const group = turn.state.clusterParameterGroups[name];
  if (group === undefined) {
    throw rdsFault("DBClusterParameterGroupNotFoundFault", `DBClusterParameterGroup not found: ${name}`);
  }
  return group;
}

/** Throws DBParameterGroupNotFoundFault. */
export function instanceParameterGroupNamed(turn: Turn, name: string): ParameterGroup {
  const group = turn.state.instanceParameterGroups[name];
  if (group === undefined) {
    throw rdsFault("DBParameterGroupNotFoundFault", `DBParameterGroup not found: ${name}`);
  }
  return group;
}

/** Throws OptionGroupNotFoundFault. */
export function optionGroupNamed(turn: Turn, name: string): OptionGroup {
  const group = turn.state.optionGroups[name];
  if (group === undefined) {
    throw rdsFault("OptionGroupNotFoundFault", `Specified OptionGroupName: ${name} not found.`);
  }
  return group;
}

/** The groups as memberships of a database in the VPC. Throws where one is unknown or of another VPC. */
export function securityGroupsIn(
  turn: Turn,
  vpcId: string,
  ids: readonly string[],
): VpcSecurityGroupMembership[] {
  if (ids.length === 0) throw unmodelled("InvalidParameterValue", "At least one security group is required.");
  return ids.map((id) => {
    const group = turn.state.securityGroups[id];
    if (group === undefined) {
      throw unmodelled("InvalidParameterValue", `Invalid security group , groupId= ${id}, groupName=.`);
    }
    if (group.vpcId !== vpcId) {
      throw rdsFault(
        "InvalidVPCNetworkStateFault",
        `The DB instance and EC2 security group are in different VPCs. The DB instance is in ${vpcId} and the EC2 security group is in ${group.vpcId}`,
      );
    }
    return { VpcSecurityGroupId: id, Status: "active" };
  });
}

/** The security group that a database gets when none is named. */
export function defaultSecurityGroup(turn: Turn, vpcId: string): VpcSecurityGroupMembership[] {
  return securityGroupsIn(turn, vpcId, [`sg-default-${vpcId}`]);
}

/** While the groups change, the old ones still hold and both are listed. */
export function groupsInChange(
  now: readonly VpcSecurityGroupMembership[],
  next: readonly VpcSecurityGroupMembership[] | undefined,
): VpcSecurityGroupMembership[] {
  if (next === undefined) return [...now];
  const stays = (id: string | undefined) => next.some((group) => group.VpcSecurityGroupId === id);
  const held = now.filter(({ Status }) => Status !== "adding");
  return [
    ...held.map((group) => (stays(group.VpcSecurityGroupId) ? group : { ...group, Status: "removing" })),
    ...next
      .filter(
        (group) => !held.some(({ VpcSecurityGroupId }) => VpcSecurityGroupId === group.VpcSecurityGroupId),
      )
      .map((group) => ({ ...group, Status: "adding" })),
  ];
}

/** Those that held before a change that does not take place. */
export function groupsInForce(now: readonly VpcSecurityGroupMembership[]): VpcSecurityGroupMembership[] {
  return now.filter(({ Status }) => Status !== "adding").map((group) => ({ ...group, Status: "active" }));
}

export const subnetGroupView = (turn: Turn, group: SubnetGroup) => ({
  DBSubnetGroupName: group.name,
  DBSubnetGroupDescription: group.name,
  DBSubnetGroupArn: arn(turn.state, "subgrp", group.name),
  VpcId: group.vpcId,
  SubnetGroupStatus: "Complete",
  Subnets: group.zones.map((zone, index) => ({
    SubnetIdentifier: `subnet-${group.name}-${index}`,
    SubnetAvailabilityZone: { Name: zone },
    SubnetStatus: "Active",
  })),
});

export function describeDBSubnetGroups(turn: Turn, input: DescribeDBSubnetGroupsMessage) {
  const groups =
    input.DBSubnetGroupName === undefined
      ? Object.values(turn.state.subnetGroups)
      : [subnetGroupNamed(turn, input.DBSubnetGroupName)];
  const { records, ...marker } = page(groups, input);
  return { DBSubnetGroups: records.map((group) => subnetGroupView(turn, group)), ...marker };
}

export function describeDBClusterParameterGroups(turn: Turn, input: DescribeDBClusterParameterGroupsMessage) {
  const groups =
    input.DBClusterParameterGroupName === undefined
      ? Object.values(turn.state.clusterParameterGroups)
      : [clusterParameterGroupNamed(turn, input.DBClusterParameterGroupName)];
  const { records, ...marker } = page(groups, input);
  const views = records.map(({ name, family }) => ({
    DBClusterParameterGroupName: name,
    DBParameterGroupFamily: family,
    Description: name,
    DBClusterParameterGroupArn: arn(turn.state, "cluster-pg", name),
  }));
  return { DBClusterParameterGroups: views, ...marker };
}

export function describeDBClusterParameters(turn: Turn, input: DescribeDBClusterParametersMessage) {
  const { parameters } = clusterParameterGroupNamed(turn, input.DBClusterParameterGroupName ?? "");
  const source = input.Source;
  const chosen = parameters.filter((parameter) => source === undefined || parameter.Source === source);
  const { records, ...marker } = page(chosen, input);
  return { Parameters: records, ...marker };
}
