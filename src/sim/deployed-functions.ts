import type { Account } from "./aws/account.ts";
import { groupOf } from "./aws/ec2.ts";
import { roleArn } from "./aws/iam/identities.ts";
import type { FunctionSettings } from "./aws/surroundings.ts";
import { workerRole } from "./roles.ts";

/** What the account tells of the probe: it is inside the VPC, and in the group that a fence admits. */
export function deployProbe(account: Account, name: string, vpc: string): void {
  deploy(account, name, {
    Runtime: "nodejs24.x",
    Timeout: 300,
    Role: roleArn(account.state, "encrypt-db-probe"),
    VpcConfig: { VpcId: vpc, SecurityGroupIds: [groupOf.probe] },
    Environment: {
      Variables: {
        DATABASE_PASSWORD: "password-of-the-databases",
        DATABASE_CA_FILE: "/var/runtime/ca-cert.pem",
      },
    },
  });
}

/** What it tells of the worker, which is given `environment`. */
export function deployWorker(
  account: Account,
  name: string,
  environment: Readonly<Record<string, string>>,
): void {
  deploy(account, name, {
    Runtime: "nodejs24.x",
    Timeout: 420,
    Role: roleArn(account.state, workerRole),
    Environment: { Variables: environment },
  });
}

function deploy(account: Account, name: string, settings: FunctionSettings): void {
  account.alter((turn) => {
    turn.state = { ...turn.state, functions: { ...turn.state.functions, [name]: settings } };
  });
}
