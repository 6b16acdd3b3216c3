import type { Stack } from "aws-cdk-lib";
import { ArnPrincipal, PolicyDocument, PolicyStatement, Role } from "aws-cdk-lib/aws-iam";
import {
  assumeStatements,
  changeStatements,
  destroyStatements,
  lookElsewhereStatements,
  lookStatements,
  type Scope,
  type Statement,
} from "../src/aws/permissions.ts";
import { accepted } from "./accepted.ts";
import type { Backups } from "./backup.ts";
import type { Settings } from "./settings.ts";

/** The two roles that the worker takes on, for one act at a time and narrowed to it. */
interface ActRoles {
  readonly change: Role;
  readonly destroy: Role;
}

/**
 * Lets the worker look at databases by itself, and change and delete them only by taking on a role, which nobody else may take on.
 */
export function letWorkerAct(
  stack: Stack,
  worker: Role,
  settings: Settings,
  backup: Backups | undefined,
): ActRoles {
  const scope = scopeOf(stack, settings, backup);
  const roles: ActRoles = {
    change: createActRole(stack, "ChangeRole", worker, changeStatements(scope)),
    destroy: createActRole(stack, "DestroyRole", worker, destroyStatements(scope)),
  };
  const own = [
    ...lookStatements(),
    ...assumeStatements([roles.change.roleArn, roles.destroy.roleArn]),
    ...(backup ? lookElsewhereStatements(backup.verificationRoleArn) : []),
  ];
  for (const statement of own) worker.addToPolicy(PolicyStatement.fromJson(statement));
  accepted(
    worker,
    "AwsSolutions-IAM5[Resource::*]",
    "Looking: that there is no such database is an answer, too.",
  );
  return roles;
}

function scopeOf(
  stack: Stack,
  { account, region, keys, monitoringRoles, clusterRoles }: Settings,
  backup: Backups | undefined,
): Scope {
  return {
    partition: stack.partition,
    account,
    region,
    keyArns: [keys.default, ...keys.others],
    monitoringRoleArns: monitoringRoles,
    clusterRoleArns: clusterRoles,
    backup: backup ?? null,
  };
}

function createActRole(stack: Stack, id: string, worker: Role, statements: readonly Statement[]): Role {
  const role = new Role(stack, id, {
    assumedBy: new ArnPrincipal(worker.roleArn),
    inlinePolicies: { act: PolicyDocument.fromJson({ Version: "2012-10-17", Statement: statements }) },
  });
  // Each session carries its approver's name into CloudTrail; without this no session can be had.
  role.assumeRolePolicy?.addStatements(
    new PolicyStatement({
      actions: ["sts:SetSourceIdentity"],
      principals: [new ArnPrincipal(worker.roleArn)],
    }),
  );
  const patterns = statements.flatMap(({ Resource }) => Resource.filter((one) => one.includes("*")));
  for (const resource of new Set(patterns))
    accepted(
      role,
      `AwsSolutions-IAM5[Resource::${resource}]`,
      "Which databases it will be is not known at deployment: conditions on tags say which, and each session names its own.",
    );
  return role;
}
