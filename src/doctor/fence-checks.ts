import type { RuleFacts, SecurityGroupFacts } from "../aws/security-groups.ts";
import type { Check, Finding } from "./check.ts";
import type { Deployment } from "./deployment.ts";
import { enrolledClusters } from "./enrolled.ts";
import { probeFunction } from "./function-checks.ts";

export const fenceChecks: readonly Check[] = [
  {
    claim: "The fence of each VPC admits the probe and nobody else, and lets nothing out",
    look: async (of) => {
      const found = await Promise.all(
        Object.entries(of.config.FENCE_SECURITY_GROUPS).map(([vpc, group]) => lookAtFence(of, vpc, group)),
      );
      return found.flat();
    },
  },
  {
    claim: "Every VPC with an enrolled cluster has a fence",
    look: async (of) => {
      const enrolled = await enrolledClusters(of);
      return enrolled
        .filter(({ vpc }) => vpc === undefined || !Object.hasOwn(of.config.FENCE_SECURITY_GROUPS, vpc))
        .map(({ cluster, vpc }) => ({
          severity: "warning",
          what: `${cluster.name} is in ${vpc ?? "no VPC that can be seen"}, for which there is no fence.`,
          why: "It cannot be moved: no plan is made for it.",
          remedy:
            "Make a security group there that admits only the probe, and add VPC=GROUP to FENCE_SECURITY_GROUPS. One deployment of infra serves one VPC.",
        }));
    },
  },
];

async function lookAtFence(of: Deployment, vpc: string, group: string): Promise<readonly Finding[]> {
  const fence = await of.account.findSecurityGroup(group);
  if (!fence) return [absent(vpc, group)];
  if (fence.vpc !== vpc) return [misplaced(vpc, group, fence.vpc)];
  const probes = await probeGroups(of, vpc);
  return [
    ...(probes === null ? strangersWithoutProbe(group, fence) : ingressFindings(group, fence, probes)),
    ...(probes === null ? [] : await unadmitted(of, vpc, group, fence, probes)),
    ...egressFindings(group, fence),
  ];
}

/** The groups of the probe; null where it is not known where the probe comes from. */
async function probeGroups(of: Deployment, vpc: string): Promise<readonly string[] | null> {
  const name = probeFunction(of);
  const probe = name === null ? undefined : await of.account.findFunction(name);
  return probe?.network?.vpc === vpc ? probe.network.groups : null;
}

function ingressFindings(
  group: string,
  { ingress }: SecurityGroupFacts,
  probes: readonly string[],
): readonly Finding[] {
  const strangers = ingress.flatMap(({ peers }) => peers).filter((peer) => !probes.includes(peer));
  return strangers.length === 0 ? [] : [admitsOthers(group, strangers)];
}

/** Whoever asks from another network comes by its addresses; the whole Internet is nobody's network. */
function strangersWithoutProbe(group: string, { ingress }: SecurityGroupFacts): readonly Finding[] {
  const peers = ingress.flatMap((rule) => rule.peers);
  const open = peers.filter((peer) => peer.endsWith("/0"));
  if (open.length > 0) return [admitsOthers(group, open)];
  if (peers.length === 0) return [admitsNobody(group)];
  return [
    {
      severity: "note",
      what: `${group} admits ${peers.join(", ")}.`,
      why: "Where the databases are asked from is not known here: anybody else in there could write to a fenced database.",
      remedy: "See that it is only what asks the databases.",
    },
  ];
}

/** PostgreSQL's, where no cluster says another. */
const usualPort = 5432;

async function unadmitted(
  of: Deployment,
  vpc: string,
  group: string,
  { ingress }: SecurityGroupFacts,
  probes: readonly string[],
): Promise<readonly Finding[]> {
  const enrolled = (await enrolledClusters(of)).filter((one) => one.vpc === vpc);
  const ports = new Set(enrolled.map(({ cluster }) => cluster.settings.port));
  const needed = ports.size === 0 ? [usualPort] : [...ports];
  const shut = needed.filter(
    (port) => !ingress.some((rule) => covers(rule, port) && rule.peers.some((peer) => probes.includes(peer))),
  );
  if (shut.length === 0) return [];
  return [
    {
      severity: "error",
      what: `${group} does not admit the probe (${probes.join(", ")}) to port ${shut.join(", ")}.`,
      why: "Behind the fence the bot itself would be shut out: it could neither end sessions nor see that nothing is lost.",
      remedy: `aws ec2 authorize-security-group-ingress --group-id ${group} --protocol tcp --port ${shut[0]} --source-group ${probes[0]}`,
    },
  ];
}

function covers({ protocol, ports }: RuleFacts, port: number): boolean {
  const isTcp = protocol === "tcp" || protocol === "-1" || protocol === "6";
  return isTcp && (ports === null || (ports.from <= port && port <= ports.to));
}

/** What stands for "none" where a group must have a rule: addresses that nobody has, over ICMP. */
const nowhere = "255.255.255.255/32";

function egressFindings(group: string, { egress }: SecurityGroupFacts): readonly Finding[] {
  const peers = egress.flatMap((rule) => rule.peers).filter((peer) => peer !== nowhere);
  if (peers.length === 0) return [];
  return [
    {
      severity: "warning",
      what: `${group} lets a fenced database out to ${peers.join(", ")}.`,
      why: "A function or a foreign table in it could still have effects elsewhere, which the copy knows nothing of.",
      remedy: `aws ec2 describe-security-groups --group-ids ${group}, and revoke-security-group-egress for each rule.`,
    },
  ];
}

function absent(vpc: string, group: string): Finding {
  return {
    severity: "error",
    what: `There is no security group ${group}, which FENCE_SECURITY_GROUPS names for ${vpc}.`,
    why: "Without a fence nothing keeps writers out: no migration begins its downtime.",
    remedy: "npm run deploy makes it and prints it as FenceSecurityGroup.",
  };
}

function misplaced(vpc: string, group: string, actual: string): Finding {
  return {
    severity: "error",
    what: `${group} is in ${actual}, not in ${vpc}.`,
    why: "RDS refuses a group of another VPC, at the moment at which the fence should go up.",
    remedy: "Mend FENCE_SECURITY_GROUPS: VPC=GROUP, with a group of that VPC.",
  };
}

function admitsOthers(group: string, strangers: readonly string[]): Finding {
  return {
    severity: "error",
    what: `${group} admits ${strangers.join(", ")} as well.`,
    why: "A client that comes in through the fence writes what the copy will not hold: acknowledged writes are lost.",
    remedy: `aws ec2 describe-security-groups --group-ids ${group}, and revoke-security-group-ingress for each rule but the probe's.`,
  };
}

function admitsNobody(group: string): Finding {
  return {
    severity: "error",
    what: `${group} admits nobody.`,
    why: "Behind the fence the bot itself would be shut out: it could neither end sessions nor see that nothing is lost.",
    remedy: `aws ec2 authorize-security-group-ingress --group-id ${group} --protocol tcp --port ${usualPort} and from where the databases are asked.`,
  };
}
