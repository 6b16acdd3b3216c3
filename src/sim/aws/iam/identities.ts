import type { GetRoleRequest } from "@aws-sdk/client-iam";
import type { AssumeRoleCommandInput, AssumeRoleCommandOutput } from "@aws-sdk/client-sts";
import { accountIn, inAccount } from "../accounts.ts";
import { AwsFault, fault, type Service, speaksQuery, unmodelled } from "../fault.ts";
import type { AccountState, Instant } from "../state.ts";
import type { Turn } from "../turn.ts";
import { asksOf } from "./asks.ts";
import { isAllowed, type Statement } from "./evaluate.ts";

/** Whoever calls: their policies must all allow a call. Without any they own the account. */
export interface Identity {
  readonly arn: string;
  readonly policies: readonly (readonly Statement[])[];
  readonly expiresAt: Instant | null;
  /** Where it is known, signatures are checked with it: the wire asks for no other. */
  readonly secret?: string;
}

/** The caller of an access key. One that the account never gave out is its owner's. */
export function identityOf(
  { identities, accountId }: AccountState,
  accessKeyId: string | undefined,
): Identity {
  const known = accessKeyId === undefined ? undefined : identities[accessKeyId];
  return known ?? { arn: `arn:aws:iam::${accountId}:root`, policies: [], expiresAt: null };
}

/** Throws as the services do where the caller may not make this call now. */
export function authorize(turn: Turn, service: Service, operation: string, input: object): void {
  const { arn, policies, expiresAt } = turn.caller;
  if (policies.length === 0) return;
  if (expiresAt !== null && turn.now >= expiresAt) {
    throw unmodelled("ExpiredToken", "The security token included in the request is expired", 403);
  }
  for (const ask of asksOf(turn, service, operation, input)) {
    if (isAllowed(policies, ask)) continue;
    const message = `User: ${arn} is not authorized to perform: ${ask.action} on resource: ${ask.resource} because no identity-based or session policy allows the ${ask.action} action`;
    throw new AwsFault({
      code: deniedAs(service),
      status: 403,
      message,
    });
  }
}

function deniedAs(service: Service): string {
  if (service === "ec2") return "UnauthorizedOperation";
  return speaksQuery(service) ? "AccessDenied" : "AccessDeniedException";
}

/** Lets an access key be a role's, from the start. */
export function giveKey(
  state: AccountState,
  accessKeyId: string,
  role: string,
  statements: readonly Statement[],
): AccountState {
  const { accountId, identities } = state;
  const arn = `arn:aws:sts::${accountId}:assumed-role/${role}/${role}`;
  return {
    ...state,
    identities: { ...identities, [accessKeyId]: { arn, policies: [statements], expiresAt: null } },
  };
}

/** Lets an access key be a person's, who alone knows its secret. */
export function givePersonKey(
  state: AccountState,
  key: { readonly accessKeyId: string; readonly secretAccessKey: string },
  { arn, statements }: { readonly arn: string; readonly statements: readonly Statement[] },
): AccountState {
  const identity = { arn, policies: [statements], expiresAt: null, secret: key.secretAccessKey };
  return { ...state, identities: { ...state.identities, [key.accessKeyId]: identity } };
}

/** A role that whoever is allowed to may assume. */
export function addRole(state: AccountState, role: string, statements: readonly Statement[]): AccountState {
  return { ...state, roles: { ...state.roles, [roleArn(state, role)]: statements } };
}

export function roleArn({ accountId }: Pick<AccountState, "accountId">, role: string): string {
  return `arn:aws:iam::${accountId}:role/${role}`;
}

/** A statement of a role's trust policy. */
export interface TrustStatement {
  readonly Effect: "Allow";
  readonly Principal: Readonly<Record<string, string>>;
  readonly Action: string | readonly string[];
}

/** Says who may assume a role. */
export function trust(
  state: AccountState,
  role: string,
  statements: readonly TrustStatement[],
): AccountState {
  return { ...state, trusts: { ...state.trusts, [roleArn(state, role)]: statements } };
}

/** The trust policy is told as JSON in a URL's encoding (IAM API, Role). */
export function getRole({ state }: Turn, { RoleName = "" }: GetRoleRequest): object {
  const Arn = roleArn(state, RoleName);
  if (state.roles[Arn] === undefined) {
    throw fault("iam", "NoSuchEntityException", `The role with name ${RoleName} cannot be found.`);
  }
  const policy = { Version: "2012-10-17", Statement: trustOf(state, Arn) };
  return {
    Role: {
      Path: "/",
      RoleName,
      RoleId: "AROASIMULATED",
      Arn,
      CreateDate: new Date(0),
      AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(policy)),
    },
  };
}

function trustOf({ trusts, accountId }: AccountState, role: string): readonly TrustStatement[] {
  const Principal = { AWS: `arn:aws:iam::${accountId}:root` };
  return (
    trusts[role] ?? [{ Effect: "Allow", Principal, Action: ["sts:AssumeRole", "sts:SetSourceIdentity"] }]
  );
}

/** The role or person whose policies decide for a caller. */
function principalOf({ arn }: Identity): string {
  const [, account, role] = /^arn:aws:sts::(\d+):assumed-role\/([^/]+)\//.exec(arn) ?? [];
  return role === undefined ? arn : `arn:aws:iam::${account}:role/${role}`;
}

function isTrusted({ state, caller }: Turn, role: string, action: string): boolean {
  const trusted = [principalOf(caller), `arn:aws:iam::${accountIn(caller.arn)}:root`, "*"];
  return trustOf(state, role).some(
    ({ Principal, Action }) => [Action].flat().includes(action) && trusted.includes(Principal.AWS ?? ""),
  );
}

/** Of this account, or of another one: there its trust decides, and there the session is known (STS API, AssumeRole). */
export function assumeRole(turn: Turn, input: AssumeRoleCommandInput): AssumeRoleCommandOutput {
  const assumed = inAccount(turn, accountIn(input.RoleArn ?? ""), (there) => assumeRoleHere(there, input));
  return assumed ?? refuseRole(turn, input.RoleArn);
}

function refuseRole({ caller }: Turn, role: string | undefined): never {
  throw unmodelled("AccessDenied", `${caller.arn} is not authorized to assume ${role}`, 403);
}

/** The session may do what both the role and the given policy allow. */
function assumeRoleHere(turn: Turn, input: AssumeRoleCommandInput): AssumeRoleCommandOutput {
  const { RoleArn = "", RoleSessionName = "", Policy, DurationSeconds = 3600 } = input;
  const statements = turn.state.roles[RoleArn];
  const needed = ["sts:AssumeRole", ...(input.SourceIdentity === undefined ? [] : ["sts:SetSourceIdentity"])];
  if (statements === undefined || !needed.every((action) => isTrusted(turn, RoleArn, action))) {
    return refuseRole(turn, RoleArn);
  }
  if (DurationSeconds < 900) {
    throw unmodelled("ValidationError", "durationSeconds must be at least 900", 400);
  }
  if ((Policy?.length ?? 0) > 2_048) {
    throw unmodelled("PackedPolicyTooLarge", "The session policy is longer than 2048 characters.", 400);
  }
  if (!/^[\w+=,.@-]{2,64}$/.test(RoleSessionName)) {
    throw unmodelled("ValidationError", `${RoleSessionName} is no valid session name`, 400);
  }
  const serial = turn.state.serial + 1;
  // Whoever asks with it is answered by the account that it holds.
  const accessKeyId = `ASIA${turn.state.accountId}${String(serial).padStart(4, "0")}`;
  const expiresAt = turn.now + DurationSeconds * 1_000;
  const session = Policy === undefined ? [] : [(JSON.parse(Policy) as { Statement: Statement[] }).Statement];
  const role = RoleArn.split("/").at(-1) ?? "";
  const arn = `arn:aws:sts::${turn.state.accountId}:assumed-role/${role}/${RoleSessionName}`;
  // An hour after its end nobody asks with it any more.
  const kept = Object.entries(turn.state.identities).filter(
    ([, { expiresAt: end }]) => end === null || end > turn.now - 3_600_000,
  );
  turn.state = {
    ...turn.state,
    serial,
    identities: {
      ...Object.fromEntries(kept),
      [accessKeyId]: { arn, policies: [statements, ...session], expiresAt },
    },
  };
  return {
    $metadata: {},
    Credentials: {
      AccessKeyId: accessKeyId,
      SecretAccessKey: `secret-of-${accessKeyId}`,
      SessionToken: `token-of-${accessKeyId}`,
      Expiration: new Date(expiresAt),
    },
    AssumedRoleUser: { AssumedRoleId: `AROASIMULATED:${RoleSessionName}`, Arn: arn },
    ...(input.SourceIdentity !== undefined && { SourceIdentity: input.SourceIdentity }),
  };
}
