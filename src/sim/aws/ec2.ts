import { unmodelled } from "./fault.ts";
import { databasesGroup } from "./seeds/furniture.ts";
import type { IpPermission, Origin, SecurityGroup } from "./surroundings.ts";
import type { Turn } from "./turn.ts";

/** The groups that callers are in, and from which a database's group admits them. */
export const groupOf: Readonly<Record<Origin, string>> = {
  application: "sg-0a99000000000001",
  probe: "sg-09b0be0000000001",
};

/** Throws InvalidGroup.NotFound where one of the named groups is not there (EC2 API, error codes). */
export function describeSecurityGroups({ state }: Turn, { GroupIds = [] }: { GroupIds?: string[] }) {
  const groups = GroupIds.map((id) => {
    const group = state.securityGroups[id];
    if (group === undefined) {
      throw unmodelled("InvalidGroup.NotFound", `The security group '${id}' does not exist`);
    }
    return group;
  });
  return { SecurityGroups: groups.map(described) };
}

function described({ id, vpcId, admits, moreIngress = [], egress }: SecurityGroup) {
  return {
    GroupId: id,
    GroupName: id,
    VpcId: vpcId,
    IpPermissions: [...admits.map(admitting), ...moreIngress],
    IpPermissionsEgress: egress ?? (id === databasesGroup ? [everywhere] : [nowhere]),
  };
}

const admitting = (origin: Origin): IpPermission => ({
  IpProtocol: "tcp",
  FromPort: 5432,
  ToPort: 5432,
  UserIdGroupPairs: [{ GroupId: groupOf[origin] }],
});

/** Every group gets it unless it is told otherwise. */
const everywhere: IpPermission = { IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] };

/** What the CDK puts into a group without any, which CloudFormation would otherwise open. */
const nowhere: IpPermission = {
  IpProtocol: "icmp",
  FromPort: 252,
  ToPort: 86,
  IpRanges: [{ CidrIp: "255.255.255.255/32" }],
};
