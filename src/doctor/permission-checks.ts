import { tableDefinition } from "../aws/dynamo-items.ts";
import { actions as storing } from "../aws/dynamo-table.ts";
import { actions as invoking } from "../aws/functions.ts";
import {
  assumeStatements,
  changeStatements,
  destroyStatements,
  lookElsewhereStatements,
  lookStatements,
  type Statement,
} from "../aws/permissions.ts";
import { isAbout } from "../aws/policy-document.ts";
import { CloudFault } from "../core/cloud.ts";
import { askOf, forbiddenAsks } from "./asks.ts";
import { type Check, type Finding, isDenied } from "./check.ts";
import type { Deployment } from "./deployment.ts";
import { probeFunction } from "./function-checks.ts";

const roleNames = ["change", "destroy"] as const;
type ActRole = (typeof roleNames)[number];

function roleArn({ config }: Deployment, role: ActRole): string | undefined {
  return role === "change" ? config.CHANGE_ROLE_ARN : config.DESTROY_ROLE_ARN;
}

const narrowed = (of: Deployment) => roleArn(of, "change") !== undefined;

export const permissionChecks: readonly Check[] = [
  {
    claim: "Every act is made under a role that is assumed for it alone",
    look: async (of) => (narrowed(of) ? [] : [unnarrowed]),
  },
  simulated({
    claim: "The worker may look, keep its store, ask the probe and take its roles on",
    look: async (of) => {
      const principal = await workerPrincipal(of);
      return principal === null ? [ownersCredentials] : lacking(of, principal, workerStatements(of));
    },
  }),
  ...roleNames.map((role) =>
    simulated({
      claim: `The role to ${role} may do what it is for`,
      concerns: narrowed,
      look: async (of) => lacking(of, roleArn(of, role) ?? "", await actStatements(of, role)),
    }),
  ),
  simulated({
    claim: "No role may do what it is not for",
    // Where a person is the worker, that person may do more.
    concerns: (of) => narrowed(of) && of.config.WORKER_FUNCTION !== null,
    look: excesses,
  }),
  {
    claim: "The worker is who may take the roles on, under its approver's name",
    concerns: narrowed,
    look: (of) => (of.config.WORKER_FUNCTION === null ? tryRoles(of) : trustFindings(of)),
  },
];

const unnarrowed: Finding = {
  severity: "warning",
  what: "CHANGE_ROLE_ARN and DESTROY_ROLE_ARN are not set.",
  why: "Every act runs under the worker's own credentials: a run that was frozen and wakes late is held back by nothing.",
  remedy:
    "npm run deploy makes the two roles; elsewhere make them from changeStatements and destroyStatements in src/aws/permissions.ts.",
};

const ownersCredentials: Finding = {
  severity: "warning",
  what: "These credentials are the account owner's, whose rights IAM does not simulate.",
  why: "They may do everything, and so may whoever gets hold of them.",
  remedy: "Run encrypt-db under a role of its own.",
};

const ownerTakesNone: Finding = {
  severity: "error",
  what: "The account's owner can take no role on.",
  why: "STS refuses it, whatever a role trusts: no act can be made.",
  remedy: ownersCredentials.remedy,
};

const ownCalls: readonly string[] = ["SimulatePrincipalPolicy", "GetRole"];

/** Whoever may not simulate is told that nothing was checked, and how it could be. */
function simulated(check: Check): Check {
  return {
    ...check,
    look: async (of) => {
      try {
        return await check.look(of);
      } catch (fault) {
        const isAsked = fault instanceof CloudFault && ownCalls.includes(fault.operation);
        if (!(isAsked && isDenied(fault))) throw fault;
        return [notSimulated(check.claim, fault)];
      }
    },
  };
}

function notSimulated(claim: string, { operation, code }: CloudFault): Finding {
  return {
    severity: "warning",
    what: `Not checked, as ${operation} was refused (${code}): "${claim}".`,
    why: "Whether it is so then shows only in a migration.",
    remedy: "Run the doctor with credentials that may iam:SimulatePrincipalPolicy and iam:GetRole.",
  };
}

/** Whose policies decide about the worker: its function's role, or whoever runs this. Null for the account's owner. */
async function workerPrincipal({ config, account }: Deployment): Promise<string | null> {
  if (config.WORKER_FUNCTION !== null) {
    const worker = await account.findFunction(config.WORKER_FUNCTION);
    if (!worker) throw new Error(`there is no function ${config.WORKER_FUNCTION}`);
    return worker.roleArn;
  }
  const { arn } = await account.caller();
  if (isOwner(arn)) return null;
  const [, name] = /:assumed-role\/([^/]+)\//.exec(arn) ?? [];
  if (name === undefined) return arn;
  const role = await account.findRole(name);
  if (!role) throw new Error(`there is no role ${name}`);
  return role.arn;
}

function isOwner(arn: string): boolean {
  return arn.endsWith(":root");
}

function workerStatements(of: Deployment): readonly Statement[] {
  const { config, backup } = of;
  const { GlobalSecondaryIndexes: global, LocalSecondaryIndexes: local } = tableDefinition;
  const table = arnIn(of, "dynamodb", `table/${config.TABLE_NAME}`);
  const indexes = [...global, ...local].map(({ IndexName }) => `${table}/index/${IndexName}`);
  const probe = probeFunction(of);
  const roles = roleNames.flatMap((role) => roleArn(of, role) ?? []);
  const allow = (Sid: string, Action: readonly string[], Resource: readonly string[]): Statement => ({
    Sid,
    Effect: "Allow",
    Action,
    Resource,
  });
  return [
    ...lookStatements(),
    allow("Store", storing, [table]),
    allow("Find", ["dynamodb:Query"], indexes),
    ...(probe === null ? [] : [allow("Ask", invoking, [arnIn(of, "lambda", `function:${probe}`)])]),
    ...(roles.length === 0 ? [] : assumeStatements(roles)),
    ...(backup ? lookElsewhereStatements(backup.verificationRoleArn) : []),
  ];
}

function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

function arnIn({ config }: Deployment, service: string, resource: string): string {
  const { AWS_REGION: region, AWS_ACCOUNT_ID: account } = config;
  return `arn:${partitionOf(region)}:${service}:${region}:${account}:${resource}`;
}

async function actStatements(of: Deployment, role: ActRole): Promise<readonly Statement[]> {
  const { config, cloud } = of;
  const key = config.KMS_KEY === undefined ? undefined : await cloud.findKey(config.KMS_KEY);
  const scope = {
    partition: partitionOf(config.AWS_REGION),
    account: config.AWS_ACCOUNT_ID,
    region: config.AWS_REGION,
    keyArns: key ? [key.arn] : [],
    // Which roles of Enhanced Monitoring and of clusters there are shows only in the databases.
    monitoringRoleArns: [],
    clusterRoleArns: [],
    backup: of.backup,
  };
  const statements = role === "change" ? changeStatements(scope) : destroyStatements(scope);
  return statements.filter(({ Effect, Resource }) => Effect === "Allow" && Resource.length > 0);
}

/** What the statements are there to allow and the principal may not. */
async function lacking(
  { account }: Deployment,
  principal: string,
  statements: readonly Statement[],
): Promise<readonly Finding[]> {
  const missing = await Promise.all(
    statements.map(async (statement) => {
      const allowed = await account.allowedActions(principal, askOf(statement));
      return statement.Action.filter((action) => !allowed.includes(action));
    }),
  );
  const names = [...new Set(missing.flat())];
  if (names.length === 0) return [];
  return [
    {
      severity: "error",
      what: `${principal} may not ${names.join(", ")}.`,
      why: "A migration would stop at the step that needs it, at the worst inside the downtime.",
      remedy:
        "npm run deploy gives the roles what they need; elsewhere copy the statements of src/aws/permissions.ts. A permissions boundary or a service control policy may be what denies it.",
    },
  ];
}

async function excesses(of: Deployment): Promise<readonly Finding[]> {
  const arns = {
    worker: await workerPrincipal(of),
    change: roleArn(of, "change"),
    destroy: roleArn(of, "destroy"),
  };
  const found = await Promise.all(
    forbiddenAsks((resource) => arnIn(of, "rds", resource)).map(async ({ by, ask, otherwise }) => {
      const principal = arns[by] ?? "";
      const allowed = await of.account.allowedActions(principal, ask);
      return allowed.length === 0 ? [] : [excess(principal, allowed, otherwise)];
    }),
  );
  return found.flat();
}

function excess(principal: string, allowed: readonly string[], otherwise: string): Finding {
  return {
    severity: "error",
    what: `${principal} may ${allowed.join(", ")} where it must not.`,
    why: otherwise,
    remedy: `aws iam list-attached-role-policies --role-name ${principal.split("/").at(-1)} and list-role-policies show what allows it: leave only the statements of src/aws/permissions.ts.`,
  };
}

const taking = ["sts:AssumeRole", "sts:SetSourceIdentity"] as const;

async function trustFindings(of: Deployment): Promise<readonly Finding[]> {
  const worker = (await workerPrincipal(of)) ?? "";
  const found = await Promise.all(
    roleNames.map(async (name) => {
      const arn = roleArn(of, name) ?? "";
      const role = await of.account.findRole(arn.split("/").at(-1) ?? "");
      if (!role) return [noRole(arn)];
      const trusted = (action: string) =>
        role.trust
          .filter((statement) => statement.Effect === "Allow" && isAbout(statement, action))
          .flatMap(({ Principal = {} }) => Principal.AWS ?? []);
      const untrusting = taking.filter(
        (action) => !trusted(action).some((principal) => admits(principal, worker)),
      );
      const others = trusted("sts:AssumeRole").filter((principal) => principal !== worker);
      return [
        ...(untrusting.length > 0 ? [untrusted(arn, worker, untrusting)] : []),
        ...(others.length > 0 ? [trustsOthers(arn, others)] : []),
      ];
    }),
  );
  return found.flat();
}

/** The account as a whole trusts whoever it gives the right to. */
function admits(principal: string, worker: string): boolean {
  const account = worker.split(":")[4] ?? "";
  return (
    principal === "*" ||
    principal === worker ||
    principal === account ||
    principal.endsWith(`::${account}:root`)
  );
}

function noRole(arn: string): Finding {
  return {
    severity: "error",
    what: `There is no role ${arn}.`,
    why: "Every act is made under it: nothing could be changed.",
    remedy: "npm run deploy makes it. Or mend CHANGE_ROLE_ARN and DESTROY_ROLE_ARN.",
  };
}

function untrusted(arn: string, worker: string, actions: readonly string[]): Finding {
  return {
    severity: "error",
    what: `${arn} does not let ${worker} ${actions.join(" and ")}.`,
    why: "No act can be made: the role cannot be taken on, or not in the name of whoever approved.",
    remedy: `aws iam update-assume-role-policy --role-name ${arn.split("/").at(-1)} with a statement that allows ${taking.join(" and ")} to ${worker} (npm run deploy does it).`,
  };
}

function trustsOthers(arn: string, others: readonly string[]): Finding {
  return {
    severity: "warning",
    what: `${arn} can be taken on by ${others.join(", ")} as well.`,
    why: "Whoever takes it on without a narrowed session can change or delete what the product may.",
    remedy: `aws iam update-assume-role-policy --role-name ${arn.split("/").at(-1)}: leave the worker's role alone in it.`,
  };
}

/** Where whoever runs this is the worker, nothing proves it better than doing it. */
async function tryRoles(of: Deployment): Promise<readonly Finding[]> {
  const { arn: caller } = await of.account.caller();
  if (isOwner(caller)) return [ownerTakesNone];
  const found = await Promise.all(
    roleNames.map(async (name) => {
      const arn = roleArn(of, name) ?? "";
      try {
        await of.account.tryRole(arn);
        return [];
      } catch (fault) {
        if (!(fault instanceof CloudFault && isDenied(fault))) throw fault;
        return [untrusted(arn, caller, taking)];
      }
    }),
  );
  return found.flat();
}
