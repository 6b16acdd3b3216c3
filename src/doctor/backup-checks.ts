import { isAbout } from "../aws/policy-document.ts";
import type { RoleFacts } from "../aws/role-rights.ts";
import type { BackupTarget } from "../core/backup.ts";
import { explain } from "../core/problem.ts";
import { terminal } from "../operate/text/terminal.ts";
import { standsAgainstCopies } from "../strategies/backup-preconditions.ts";
import type { Check, Finding } from "./check.ts";
import type { Deployment } from "./deployment.ts";

const copies = ({ backup }: Deployment) => backup !== null;

export const backupChecks: readonly Check[] = [
  {
    claim: "Another account is configured, into which databases are copied",
    look: async (of) => (copies(of) ? [] : [off]),
  },
  {
    claim: "Nothing stands in the way of copies, of clusters or of instances, as far as both accounts tell",
    concerns: (of) => copies(of) && of.config.KMS_KEY !== undefined,
    look: async (of) => {
      const { backup: target, cloud, config } = of;
      const key = await cloud.findKey(config.KMS_KEY ?? "");
      // That there is no such key is said elsewhere.
      if (!target || !key) return [];
      const found = await Promise.all(kinds.map((kind) => standingInTheWay(of, target, kind, key.arn)));
      return [...new Map(found.flat().map((finding) => [finding.what, finding])).values()];
    },
  },
  {
    claim: "The role under which AWS Backup works is there, and AWS Backup may take it on",
    concerns: copies,
    look: async ({ backup, account }) => {
      const arn = backup?.roleArn ?? "";
      const role = await account.findRole(arn.split("/").at(-1) ?? "");
      if (role?.arn !== arn) return [noRole(arn)];
      return letsInBackup(role) ? [] : [untrusting(arn)];
    },
  },
];

const kinds = ["cluster", "instance"] as const;
const called = { cluster: "Aurora PostgreSQL", instance: "RDS for PostgreSQL" } as const;

async function standingInTheWay(
  { config, backupReadiness }: Deployment,
  target: BackupTarget,
  kind: (typeof kinds)[number],
  keyArn: string,
): Promise<readonly Finding[]> {
  const { AWS_ACCOUNT_ID: account, AWS_REGION: region } = config;
  const found = await backupReadiness({ kind, keyArn });
  const pinned = { source: { name: called[kind], kind }, keyArn };
  return standsAgainstCopies({ target, found, pinned, account, region }).map(({ severity, problem }) => {
    const { why, fix } = explain(problem, terminal);
    return {
      severity: severity === "blocks" ? "error" : "warning",
      what: why,
      why:
        severity === "blocks"
          ? "Every plan is refused until it is mended: a move would end without the copy that it is for."
          : "If it is not as it must be, the copy at the end of a move fails.",
      remedy: fix,
    };
  });
}

function letsInBackup({ trust }: RoleFacts): boolean {
  return trust.some((statement) => {
    const named: Readonly<Record<string, readonly string[]>> = statement.Principal ?? {};
    return (
      statement.Effect === "Allow" &&
      isAbout(statement, "sts:AssumeRole") &&
      named.Service?.includes("backup.amazonaws.com")
    );
  });
}

const off: Finding = {
  severity: "note",
  what: "BACKUP_DESTINATION_VAULT_ARN is not set.",
  why: "A move ends without a copy of the database in another account, and no old database can be decommissioned.",
  remedy:
    "npm run deploy:destination makes what the other account needs; infra/settings.json takes what it prints.",
};

function noRole(arn: string): Finding {
  return {
    severity: "error",
    what: `There is no role ${arn}.`,
    why: "AWS Backup works under it: every backup would fail, and only its job would say so.",
    remedy: "npm run deploy makes it. Or mend BACKUP_ROLE_ARN.",
  };
}

function untrusting(arn: string): Finding {
  return {
    severity: "error",
    what: `${arn} does not let backup.amazonaws.com sts:AssumeRole.`,
    why: "AWS Backup works under it: every backup would fail, and only its job would say so.",
    remedy: `aws iam update-assume-role-policy --role-name ${arn.split("/").at(-1)} with a statement that allows sts:AssumeRole to the service backup.amazonaws.com (npm run deploy does it).`,
  };
}
