import { actions as storing } from "../aws/dynamo-table.ts";
import { actions as invoking } from "../aws/functions.ts";
import {
  assumeStatements,
  changeStatements,
  destroyStatements,
  lookElsewhereStatements,
  lookStatements,
  type Scope,
} from "../aws/permissions.ts";
import type { Account } from "./aws/account.ts";
import { addRole, giveKey, roleArn, trust } from "./aws/iam/identities.ts";

/** The access key of the worker, which may look and assume its two roles. */
export const workerKey = "AKIAWORKER";

/** Gives an account the roles as they are deployed. */
export function giveRoles(account: Account, keyArns: readonly string[]): { change: string; destroy: string } {
  const { accountId, region } = account.state;
  const scope: Scope = {
    partition: "aws",
    account: accountId,
    region,
    keyArns,
    monitoringRoleArns: [`arn:aws:iam::${accountId}:role/*`],
    clusterRoleArns: [`arn:aws:iam::${accountId}:role/*`],
    backup: { vault: "encrypt-db", roleArn: `arn:aws:iam::${accountId}:role/*` },
  };
  const roles = { change: roleArn({ accountId }, changeRole), destroy: roleArn({ accountId }, destroyRole) };
  const table = `arn:aws:dynamodb:${region}:${accountId}:table/encrypt-db`;
  const own = [
    ...lookStatements(),
    ...assumeStatements(Object.values(roles)),
    ...lookElsewhereStatements("arn:aws:iam::*:role/encrypt-db-verify"),
    allow(invoking, [`arn:aws:lambda:${region}:${accountId}:function:*`]),
    allow(storing, [table, `${table}/index/*`]),
  ];
  const onlyWorker = {
    Effect: "Allow",
    Principal: { AWS: roleArn({ accountId }, workerRole) },
    Action: ["sts:AssumeRole", "sts:SetSourceIdentity"],
  } as const;
  const onlyLambda = {
    Effect: "Allow",
    Principal: { Service: "lambda.amazonaws.com" },
    Action: "sts:AssumeRole",
  } as const;
  account.alter((turn) => {
    turn.state = addRole(turn.state, changeRole, changeStatements(scope));
    turn.state = addRole(turn.state, destroyRole, destroyStatements(scope));
    turn.state = addRole(turn.state, workerRole, own);
    turn.state = trust(turn.state, changeRole, [onlyWorker]);
    turn.state = trust(turn.state, destroyRole, [onlyWorker]);
    turn.state = trust(turn.state, workerRole, [onlyLambda]);
    turn.state = giveKey(turn.state, workerKey, workerRole, own);
  });
  return roles;
}

const allow = (actions: readonly string[], resources: readonly string[]) => ({
  Effect: "Allow" as const,
  Action: actions,
  Resource: resources,
});

export const workerRole = "encrypt-db-worker";
const changeRole = "encrypt-db-change";
const destroyRole = "encrypt-db-destroy";
