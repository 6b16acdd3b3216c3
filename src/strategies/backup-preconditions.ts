import type { BackupReadiness, BackupTarget, BackupVault } from "../core/backup.ts";
import type { Severity } from "../core/finding.ts";
import type { Note } from "../core/note.ts";
import { placeOf } from "../core/other-account.ts";
import { type Problem, problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { Precondition, SurveyContext } from "../core/strategy.ts";
import type { BackedUpPinned } from "./backup-steps.ts";

type Condition = Precondition<BackedUpPinned, { readonly backup: BackupReadiness | null }>;

/** What is known of a target that is configured. */
interface Looked {
  readonly target: BackupTarget;
  readonly found: BackupReadiness;
  readonly pinned: {
    readonly source: Pick<BackedUpPinned["source"], "name" | "kind">;
    readonly keyArn: string;
  };
  readonly account: string;
  readonly region: string;
}

interface Claim {
  readonly claim: Note;
  readonly severity: Extract<Severity, "blocks" | "warns">;
  readonly check: (looked: Looked) => Problem | undefined;
}

/** What would let the copy fail is found before the move. Of a rehearsal, which makes none, it is only told. */
function condition({ claim, severity, check }: Claim): Condition {
  return {
    claim,
    concerns: ({ pinned, observed }) => pinned.backup !== null && observed.backup !== null,
    weighs: ({ names }: SurveyContext) => (names.snapshotsAre === "copy" ? "warns" : severity),
    check: ({ pinned, observed: { backup: found } }, { target: { account, region } }) => {
      const { backup: target } = pinned;
      return target && found ? check({ target, found, pinned, account, region }) : undefined;
    },
  };
}

const blocks = (claim: Note, check: Claim["check"]): Claim => ({ claim, severity: "blocks", check });
const warns = (claim: Note, check: Claim["check"]): Claim => ({ claim, severity: "warns", check });

/** The vault of the other account, where it could be looked at. */
function destinationOf({ found: { destination } }: Looked): BackupVault | undefined {
  return destination === null || destination === "unreachable" ? undefined : destination;
}

/** How the vault of the other account is called, and where it is. */
function thereOf({ target }: Looked) {
  return placeOf(target.destinationVaultArn);
}

const organization: readonly Claim[] = [
  blocks(note("check.organization", {}), ({ found, account }) =>
    found.crossAccount === "no-organization" ? problem("backup.no-organization", { account }) : undefined,
  ),
  blocks(note("check.cross-account", {}), ({ found }) =>
    found.crossAccount === "disabled" ? problem("backup.cross-account-off", {}) : undefined,
  ),
  warns(note("check.cross-account-read", {}), ({ found }) =>
    found.crossAccount === "unread" ? problem("backup.cross-account-unread", {}) : undefined,
  ),
];

const ownVault: readonly Claim[] = [
  blocks(note("check.opted-in", {}), ({ found, pinned: { source }, region }) => {
    if (found.optedIn) return undefined;
    const kind = source.kind === "cluster" ? "Aurora" : "RDS";
    return problem("backup.not-opted-in", { name: source.name, region, kind });
  }),
  blocks(note("check.vault", {}), ({ found, target: { vault }, region }) =>
    found.vault === null ? problem("backup.no-vault", { vault, region }) : undefined,
  ),
  blocks(note("check.vault-standard", {}), ({ found, target: { vault } }) =>
    found.vault?.kind === "air-gapped" ? problem("backup.vault-air-gapped", { vault }) : undefined,
  ),
  blocks(note("check.keep-days", {}), ({ found, target }) => lifetimeOutside(found.vault, target)),
];

const otherVault: readonly Claim[] = [
  blocks(note("check.destination", {}), (looked) =>
    looked.found.destination === null ? problem("backup.no-destination", thereOf(looked)) : undefined,
  ),
  blocks(note("check.destination-reachable", {}), (looked) => {
    if (looked.found.destination !== "unreachable") return undefined;
    const { vault, account } = thereOf(looked);
    const { verificationRoleArn: role, destinationVaultArn: arn } = looked.target;
    return problem("backup.destination-unreachable", { vault, account, role, arn, source: looked.account });
  }),
  blocks(note("check.destination-own", {}), (looked) => {
    const there = thereOf(looked);
    return there.vault === "Default" ? problem("backup.destination-default", there) : undefined;
  }),
  blocks(note("check.destination-standard", {}), (looked) => {
    if (destinationOf(looked)?.kind !== "air-gapped") return undefined;
    const { vault, account } = thereOf(looked);
    return problem("backup.destination-air-gapped", { vault, account });
  }),
  blocks(note("check.destination-key", {}), (looked) =>
    destinationOf(looked)?.keyManager === "AWS"
      ? problem("backup.destination-aws-key", thereOf(looked))
      : undefined,
  ),
  warns(note("check.destination-key-read", {}), (looked) =>
    destinationOf(looked)?.keyManager === "unread"
      ? problem("backup.destination-key-unread", {
          ...thereOf(looked),
          role: looked.target.verificationRoleArn,
        })
      : undefined,
  ),
  blocks(note("check.destination-keep-days", {}), (looked) =>
    lifetimeOutside(destinationOf(looked), looked.target),
  ),
];

/** Source: AWS Backup API, BackupVaultListMember, MinRetentionDays and MaxRetentionDays. */
function lifetimeOutside(
  vault: BackupVault | null | undefined,
  { keepDays: days }: BackupTarget,
): Problem | undefined {
  if (!vault) return undefined;
  const { name, minDays, maxDays } = vault;
  if (days >= (minDays ?? 0) && days <= (maxDays ?? Number.POSITIVE_INFINITY)) return undefined;
  const limits = [
    ...(minDays === null ? [] : [`${minDays} days or more`]),
    ...(maxDays === null ? [] : [`${maxDays} days or less`]),
  ];
  return problem("backup.keep-days", { days, vault: name, limits: limits.join(" and ") });
}

/** One claim for each thing that a policy may turn out to say. */
const policies: readonly Claim[] = [
  blocks(note("check.backup.vault-shut", {}), (looked) =>
    looked.found.copyIntoVault === "refused" ? problem("backup.vault-shut", forVault(looked)) : undefined,
  ),
  warns(note("check.backup.vault-unclear", {}), (looked) =>
    looked.found.copyIntoVault === "unclear" ? problem("backup.vault-unclear", forVault(looked)) : undefined,
  ),
  warns(note("check.backup.vault-unread", {}), (looked) => {
    // Where the vault cannot be looked at at all, that is what is said.
    if (looked.found.copyIntoVault !== "unread" || !destinationOf(looked)) return undefined;
    const { vault, account, source, statement } = forVault(looked);
    const { verificationRoleArn: role } = looked.target;
    return problem("backup.vault-unread", { vault, account, source, statement, role });
  }),
  blocks(note("check.backup.key-shut", {}), (looked) =>
    looked.found.keyForDestination === "refused" ? problem("backup.key-shut", forKey(looked)) : undefined,
  ),
  warns(note("check.backup.key-unclear", {}), (looked) =>
    looked.found.keyForDestination === "unclear" ? problem("backup.key-unclear", forKey(looked)) : undefined,
  ),
  warns(note("check.backup.key-unread", {}), (looked) => {
    const { key, account, statements } = forKey(looked);
    return looked.found.keyForDestination === "unread"
      ? problem("backup.key-unread", { key, account, statements })
      : undefined;
  }),
];

/** Only this action lets anything be copied into a vault. Source: AWS Backup Developer Guide, Creating backup copies across accounts. */
function forVault(looked: Looked) {
  const statement = {
    Sid: "CopiesFromOtherAccount",
    Effect: "Allow",
    Principal: { AWS: rootOf(looked, looked.account) },
    Action: "backup:CopyIntoBackupVault",
    Resource: "*",
  };
  return { ...thereOf(looked), source: looked.account, statement: JSON.stringify(statement) };
}

/** Source: AWS Backup Developer Guide, Encryption of copies: what the other account must be allowed on the database's own key. */
function forKey(looked: Looked) {
  const { account } = thereOf(looked);
  const shared = { Effect: "Allow", Principal: { AWS: rootOf(looked, account) }, Resource: "*" };
  const statements = [
    {
      Sid: "CopiesIntoOtherAccount",
      ...shared,
      Action: ["kms:DescribeKey", "kms:Decrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
    },
    {
      Sid: "GrantsForCopiesIntoOtherAccount",
      ...shared,
      Action: "kms:CreateGrant",
      Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
    },
  ];
  return {
    key: looked.pinned.keyArn,
    account,
    region: looked.region,
    statements: statements.map((one) => JSON.stringify(one)).join(", "),
  };
}

function rootOf({ target }: Looked, account: string): string {
  const [, partition] = target.destinationVaultArn.split(":");
  return `arn:${partition}:iam::${account}:root`;
}

/** In the order in which people would mend them. */
const claims: readonly Claim[] = [...organization, ...ownVault, ...otherVault, ...policies];

export const canBeBackedUp: readonly Condition[] = claims.map(condition);

/** What would let copies fail, whichever database they are of, for whoever looks over a deployment. */
export function standsAgainstCopies(
  looked: Looked,
): readonly { readonly severity: Claim["severity"]; readonly problem: Problem }[] {
  return claims.flatMap(({ severity, check }) => {
    const found = check(looked);
    return found ? [{ severity, problem: found }] : [];
  });
}

/** What an approver should know of where it will be backed up. */
export function backupRemark({ source: { name }, backup }: BackedUpPinned): Note {
  if (!backup) return note("remark.no-other-account", { name });
  const { vault, account } = placeOf(backup.destinationVaultArn);
  return note("remark.other-account", { name, vault, account, days: backup.keepDays });
}
