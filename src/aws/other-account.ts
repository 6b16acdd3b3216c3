import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import type { BackupTarget } from "../core/backup.ts";
import { CloudFault } from "../core/cloud.ts";
import { type Instant, minutes } from "../core/time.ts";
import type { AccountClients, ElsewhereClients } from "./clients.ts";
import { isDenied } from "./faults.ts";
import { begin, shortestSession } from "./session.ts";

/** @public beside every call stands what it needs; the worker takes on one role for it, as it does for acts */
export const actions = ["sts:AssumeRole"] as const;

/**
 * What is looked at in the other account, by the role there.
 * @public for whoever writes that role's policy
 */
export const lookingThere = [
  "backup:DescribeBackupVault",
  "backup:GetBackupVaultAccessPolicy",
  "backup:DescribeRecoveryPoint",
  "backup:ListRecoveryPointsByBackupVault",
  "kms:DescribeKey",
] as const;

type There = Pick<BackupTarget, "destinationVaultArn" | "verificationRoleArn">;

/** Clients that look at the other account's vault, in its Region. Throws a `CloudFault`, also where the role cannot be assumed. */
export type LookInto = (there: There) => Promise<ElsewhereClients>;

/** Its sessions may only look, whatever else the role is allowed. One lasts until shortly before it ends. */
export function createOtherAccount({ sts, elsewhere }: AccountClients, now: () => Instant): LookInto {
  const sessions = new Map<string, Promise<Session>>();

  async function open({ destinationVaultArn, verificationRoleArn }: There): Promise<Session> {
    const command = new AssumeRoleCommand({
      RoleArn: verificationRoleArn,
      RoleSessionName: "encrypt-db",
      DurationSeconds: shortestSession,
      Policy: JSON.stringify(onlyLooks),
    });
    const { credentials, endsAt } = await begin(sts, command).catch((fault: unknown) => {
      throw isDenied(fault) ? notLetIn(verificationRoleArn, fault) : fault;
    });
    const [, , , region = ""] = destinationVaultArn.split(":");
    return { clients: elsewhere(region, credentials), until: (endsAt ?? now()) - minutes(2) };
  }

  return async (there) => {
    const key = `${there.verificationRoleArn} ${there.destinationVaultArn}`;
    const known = await sessions.get(key);
    if (known && now() < known.until) return known.clients;
    const session = open(there);
    sessions.set(key, session);
    // What could not be opened is tried anew by whoever comes next.
    session.catch(() => sessions.delete(key));
    return (await session).clients;
  };
}

interface Session {
  readonly clients: ElsewhereClients;
  readonly until: Instant;
}

const onlyLooks = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: lookingThere, Resource: "*" }],
};

function notLetIn(role: string, cause: unknown): CloudFault {
  const message = `The role ${role} of the other account cannot be assumed.`;
  return new CloudFault("refused", "AccessDenied", "AssumeRole", message, cause);
}
