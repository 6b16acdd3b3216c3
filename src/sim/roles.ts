import { actions as invoking } from "../aws/functions.ts";
import {
  assumeStatements,
  changeStatements,
  destroyStatements,
  lookStatements,
  type Scope,
} from "../aws/permissions.ts";
import type { Account } from "./aws/account.ts";
import { addRole, giveKey, roleArn } from "./aws/iam/identities.ts";

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
  };
  const roles = { change: roleArn({ accountId }, changeRole), destroy: roleArn({ accountId }, destroyRole) };
  account.alter((turn) => {
    turn.state = addRole(turn.state, changeRole, changeStatements(scope));
    turn.state = addRole(turn.state, destroyRole, destroyStatements(scope));
    turn.state = giveKey(turn.state, workerKey, "encrypt-db-worker", [
      ...lookStatements(),
      ...assumeStatements(Object.values(roles)),
      {
        Effect: "Allow",
        Action: [...invoking],
        Resource: [`arn:aws:lambda:${region}:${accountId}:function:*`],
      },
    ]);
  });
  return roles;
}

const changeRole = "encrypt-db-change";
const destroyRole = "encrypt-db-destroy";
