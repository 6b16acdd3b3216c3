import { AssumeRoleCommand, type STSClient } from "@aws-sdk/client-sts";
import type { Tags } from "../core/cloud.ts";
import type { ActMandate } from "../core/mandate.ts";
import { enrolledTag, migrationTag, roleTag } from "../core/names.ts";
import type { Instant } from "../core/time.ts";
import { calling, incomplete } from "./faults.ts";
import type { Conditions, Statement } from "./permissions.ts";

export const actions = ["sts:AssumeRole"] as const;

/** The one act that a session is for: what it changes as it is tagged now, and what it makes. */
export interface Act {
  /** The IAM actions that the call needs on the resources. */
  readonly actions: readonly string[];
  readonly changes: readonly { readonly arn: string; readonly tags: Tags }[];
  /** What AWS keeps no tags of, by ARN. */
  readonly untagged: readonly string[];
  readonly makes: readonly string[];
  /** Keys and roles that RDS is given the use of. */
  readonly passes: readonly string[];
  /** Where RDS puts a master password, in the caller's name. */
  readonly secrets: readonly string[];
}

export interface SessionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/**
 * Credentials for one act. They are good for the resources that are meant, only as long as these carry the tags that they
 * carry now, and only until the mandate ends. So an executor that slept between its look and its call can reach neither the
 * database that has taken the name meanwhile, nor the right one at the wrong time: RDS has no other fence for that, as it
 * knows no conditional change. The session gets what both the role and this policy allow.
 * Source: IAM User Guide, Session policies.
 */
export async function assume(
  sts: STSClient,
  role: string,
  mandate: ActMandate,
  act: Act,
): Promise<SessionCredentials> {
  const { approver } = mandate;
  const command = new AssumeRoleCommand({
    RoleArn: role,
    RoleSessionName: speakable(mandate.actor),
    // The policy ends it earlier.
    DurationSeconds: shortestSession,
    Policy: JSON.stringify({ Version: "2012-10-17", Statement: statementsFor(act, mandate.until) }),
    ...(approver !== null && { SourceIdentity: speakable(approver) }),
  });
  return (await begin(sts, command)).credentials;
}

/** A session of a role. Throws a `CloudFault`. */
export async function begin(
  sts: STSClient,
  command: AssumeRoleCommand,
): Promise<{ readonly credentials: SessionCredentials; readonly endsAt: Instant | null }> {
  const operation = "AssumeRole";
  const { Credentials: given } = await calling(operation, () => sts.send(command));
  if (!given?.AccessKeyId || !given.SecretAccessKey || !given.SessionToken) {
    throw incomplete(operation, "credentials");
  }
  const credentials = {
    accessKeyId: given.AccessKeyId,
    secretAccessKey: given.SecretAccessKey,
    sessionToken: given.SessionToken,
  };
  return { credentials, endsAt: given.Expiration?.getTime() ?? null };
}

/** The key that AWS keeps for an account's secrets. */
export const ofSecretsManager: Conditions = {
  "ForAnyValue:StringEquals": { "kms:ResourceAliases": "alias/aws/secretsmanager" },
};

/** Seconds. STS makes none shorter. */
export const shortestSession = 900;

/** STS takes 2 to 64 of these characters. */
function speakable(text: string): string {
  return text.replace(/[^\w+=,.@-]/g, "-").slice(0, 64);
}

function statementsFor(act: Act, until: Instant): readonly Omit<Statement, "Sid">[] {
  const inTime = { DateLessThan: { "aws:CurrentTime": new Date(until).toISOString() } };
  const allow = (actions: readonly string[], resources: readonly string[], conditions: Conditions = {}) =>
    resources.length === 0
      ? []
      : [
          {
            Effect: "Allow" as const,
            Action: actions,
            Resource: resources,
            Condition: { ...inTime, ...conditions },
          },
        ];
  return [
    ...act.changes.flatMap(({ arn, tags }) => allow(act.actions, [arn], stillTagged(tags))),
    ...allow(act.actions, act.untagged),
    ...allow([...act.actions, "rds:AddTagsToResource"], act.makes),
    ...allow(["kms:CreateGrant", "kms:DescribeKey", "iam:PassRole"], act.passes),
    ...allow(["kms:Decrypt", "kms:GenerateDataKey"], act.secrets.length > 0 ? act.passes : []),
    ...allow(["secretsmanager:CreateSecret", "secretsmanager:TagResource"], act.secrets),
    // They are under a key of Secrets Manager's own. Its policy lets whoever may make them use it, but not past a session.
    ...allow(
      ["kms:DescribeKey", "kms:GenerateDataKey", "kms:Decrypt"],
      act.secrets.map(() => "*"),
      ofSecretsManager,
    ),
  ];
}

/** Whoever takes the name later has another role or none, and after the migration its tags are gone. */
function stillTagged(tags: Tags): Conditions {
  const telling = [enrolledTag, migrationTag, roleTag];
  const present = telling.filter((key) => tags[key] !== undefined);
  const absent = telling.filter((key) => tags[key] === undefined);
  const named = (keys: readonly string[], value: (key: string) => string) =>
    Object.fromEntries(keys.map((key) => [`aws:ResourceTag/${key}`, value(key)]));
  return {
    ...(present.length > 0 && { StringEquals: named(present, (key) => tags[key] ?? "") }),
    ...(absent.length > 0 && { Null: named(absent, () => "true") }),
  };
}
