import type { ClusterFacts } from "../core/cloud.ts";
import { DatabaseFault, type Sight } from "../core/database.ts";
import { enrolledTag, isEnrolled } from "../core/names.ts";
import type { Check, Finding } from "./check.ts";
import type { Deployment } from "./deployment.ts";
import { enrolledClusters } from "./enrolled.ts";

export const databaseChecks: readonly Check[] = [
  {
    claim: "A cluster is enrolled, with all its members",
    look: async (of) => {
      const enrolled = await enrolledClusters(of);
      if (enrolled.length === 0) return [noneEnrolled];
      const members = await Promise.all(enrolled.map(({ cluster }) => of.cloud.membersOf(cluster.name)));
      return members
        .flat()
        .filter(({ settings }) => !isEnrolled(settings.tags))
        .map(({ name, arn, clusterName }) => ({
          severity: "warning",
          what: `${name} is not enrolled, and its cluster ${clusterName} is.`,
          why: "Members are renamed and tagged as well: the cluster is refused until all of them are enrolled.",
          remedy: `aws rds add-tags-to-resource --resource-name ${arn} --tags Key=${enrolledTag},Value=true`,
        }));
    },
  },
  {
    claim: "The probe gets into a database of each VPC",
    look: async (of) => {
      const enrolled = await enrolledClusters(of);
      const found = await Promise.all(
        Object.keys(of.config.FENCE_SECURITY_GROUPS).map((vpc) => {
          const there = enrolled.filter((one) => one.vpc === vpc && one.cluster.status === "available");
          return tryVpc(
            of,
            vpc,
            there.map(({ cluster }) => cluster),
          );
        }),
      );
      return found.flat();
    },
  },
];

const noneEnrolled: Finding = {
  severity: "note",
  what: "No Aurora PostgreSQL cluster is enrolled.",
  why: "The bot changes only what its owner has enrolled; where nothing is, it can be tried out, and does nothing.",
  remedy: `aws rds add-tags-to-resource --resource-name ARN --tags Key=${enrolledTag},Value=true, for the cluster and each of its members.`,
};

/** Enough to tell a mistake in the network from one of a single database. */
const mostTried = 8;

async function tryVpc(
  { probe }: Deployment,
  vpc: string,
  clusters: readonly ClusterFacts[],
): Promise<readonly Finding[]> {
  if (clusters.length === 0) return [nothingToTry(vpc)];
  try {
    const looks = await Promise.all(
      clusters.slice(0, mostTried).map(async (cluster) => {
        const { endpoint, name, databaseName, settings } = cluster;
        const at = { host: endpoint ?? "", port: settings.port, database: databaseName ?? "postgres" };
        return { name, sight: (await probe.look(at)).sight };
      }),
    );
    const severity = looks.some(({ sight }) => sight.state === "answers") ? "note" : "error";
    return looks.flatMap(({ name, sight }) =>
      sight.state === "answers" ? [] : [unreached(severity, name, vpc, sight)],
    );
  } catch (fault) {
    if (!(fault instanceof DatabaseFault)) throw fault;
    return [silent(fault)];
  }
}

function silent({ code }: DatabaseFault): Finding {
  return {
    severity: "error",
    what: `The probe itself does not answer (${code}).`,
    why: "No database can be asked, and so none is moved.",
    remedy:
      "Its log says why: aws logs tail /aws/lambda/encrypt-db-probe --since 10m. Where it has no line, you may not lambda:InvokeFunction.",
  };
}

function nothingToTry(vpc: string): Finding {
  return {
    severity: "note",
    what: `In ${vpc} no enrolled cluster is available to try the probe on.`,
    why: "Whether the probe gets into the databases there shows at the first plan.",
    remedy: `Enrol one: ${noneEnrolled.remedy}`,
  };
}

type Unreachable = Extract<Sight, { state: "unreachable" }>;

function unreached(
  severity: Finding["severity"],
  name: string,
  vpc: string,
  { layer, reason }: Unreachable,
): Finding {
  return {
    severity,
    what: `The probe does not get into ${name} in ${vpc}: ${layer}, ${reason}.`,
    why: "Writers are ended, and what they wrote is counted, only by SQL: no plan is made without it.",
    remedy: remedies[layer],
  };
}

/** By how far the probe got. */
const remedies = {
  dns: "See that the VPC has DNS support, and that the probe's subnets are in it.",
  tcp: "Let the probe in: aws ec2 authorize-security-group-ingress --group-id GROUP-OF-THE-DATABASE --protocol tcp --port PORT --source-group GROUP-OF-THE-PROBE (npm run deploy prints it as ProbeSecurityGroup).",
  tls: "See that DATABASE_CA_FILE holds the certificate authorities of RDS (global-bundle.pem).",
  login: "Make the login of README.md, Deploy it, in this database, with the password in DATABASE_PASSWORD.",
} as const satisfies Record<Unreachable["layer"], string>;
