import * as z from "zod";
import type { Ref } from "./cloud.ts";
import type { Plan } from "./plan.ts";

/**
 * Code that made a database and goes on meaning whatever has its name: after a move that is the replacement, which is not what
 * the code says.
 */
export const ownership = z.object({
  /** The stack of CloudFormation or the CDK, by AWS's own tags; null where none made it. */
  stack: z.string().nullable(),
  /** `guessed`: there are tags that people use for it, and none that says where. */
  terraform: z.enum(["said", "guessed"]).nullable(),
  /** The database, and the instances of a cluster; none where nothing owns them. */
  parts: z.array(
    z.object({
      kind: z.enum(["cluster", "instance"]),
      name: z.string(),
      /** In the stack's template. */
      logicalId: z.string().nullable(),
      /** In Terraform's state, as Terraform writes it. */
      address: z.string().nullable(),
    }),
  ),
});
export type Ownership = z.infer<typeof ownership>;
type Part = Ownership["parts"][number];

/** What code a plan's database is made by; undefined where none is known, or the strategy does not ask. */
export function ownershipIn(plan: { readonly pinned: unknown }): Ownership | undefined {
  const read = z.object({ ownership }).safeParse(plan.pinned);
  if (!read.success) return undefined;
  const { stack, terraform } = read.data.ownership;
  return stack === null && terraform === null ? undefined : read.data.ownership;
}

/** `before`: what is to be prepared while the source still serves. `after`: what is due once the replacement does. */
export type When = "before" | "after";

/** What to do about one of those who own a database: lines to copy into a file and a shell. */
export interface TakeOver {
  readonly owner: "Terraform" | "CloudFormation";
  readonly lines: readonly string[];
}

/** As many instances as a message holds; the others go the same way. */
const mostParts = 8;

/** How the code takes the replacement over instead of replacing it. */
export function takeOvers(plan: Pick<Plan, "pinned" | "keyArn" | "target">, when: When): readonly TakeOver[] {
  const owned = ownershipIn(plan);
  if (!owned) return [];
  const { stack, terraform } = owned;
  return [
    ...(terraform ? [{ owner: "Terraform" as const, lines: terraformLines(owned, plan, when) }] : []),
    ...(stack === null
      ? []
      : [{ owner: "CloudFormation" as const, lines: stackLines(stack, owned, plan, when) }]),
  ];
}

/**
 * `kms_key_id`, `storage_encrypted` and `snapshot_identifier` force a replacement. A key given as an alias never equals the ARN that
 * AWS answers. Source: the AWS provider's aws_rds_cluster and aws_db_instance.
 */
function terraformLines(
  { parts }: Ownership,
  { keyArn }: Pick<Plan, "keyArn">,
  when: When,
): readonly string[] {
  const [database, ...instances] = parts;
  if (!database) return [];
  const code = [
    `# in ${database.address ?? addressUnknown(database)}: the key as an ARN, for an alias differs on every plan`,
    "storage_encrypted   = true",
    `kms_key_id          = "${keyArn}"`,
    "deletion_protection = true",
    "lifecycle {",
    "  prevent_destroy = true",
    "  ignore_changes  = [snapshot_identifier, restore_to_point_in_time]",
    "}",
  ];
  if (when === "before") return code;
  return [
    ...code,
    ...shown([database, ...instances]).flatMap((part) => {
      const address = `'${part.address ?? addressUnknown(part)}'`;
      return [`terraform state rm ${address}`, `terraform import ${address} ${part.name}`];
    }),
    ...theRest(parts),
    "terraform plan   # must neither destroy nor replace anything",
  ];
}

function addressUnknown({ name }: Part): string {
  return `ADDRESS-OF-${name}`;
}

/**
 * A stack compares its templates with each other and not with AWS, so that only a changed property replaces; what it made is
 * known to it by name. A policy that is all that changes may be taken for no change; whoever goes on then deletes the replacement.
 * Source: CloudFormation, Update behaviors; Bringing existing resources into a stack; DeletionPolicy; API, ResourceChange.
 */
function stackLines(
  stack: string,
  { parts }: Ownership,
  { keyArn, target }: Pick<Plan, "keyArn" | "target">,
  when: When,
): readonly string[] {
  const ours = parts.filter(({ logicalId }) => logicalId !== null);
  const ids = shown(ours)
    .map(({ logicalId }) => logicalId)
    .join(", ");
  const at = `--region ${target.region} --stack-name '${stack}'`;
  const retain = [
    `# 1. DeletionPolicy: Retain and UpdateReplacePolicy: Retain on ${ids}`,
    "#    with a line of Metadata on each, for policies alone may be taken for no change; update the stack, and look:",
    `aws cloudformation get-template ${at}   # must have both policies on each`,
  ];
  const [database] = ours;
  if (when === "before" || !database) return retain;
  const changeSet = `--change-set-name take-over-${target.name}`;
  const imported = shown(ours).map(
    (part, index, all) => `  ${importedPart(part)}${index < all.length - 1 ? "," : ""}`,
  );
  return [
    `aws cloudformation detect-stack-drift ${at}   # KmsKeyId has drifted`,
    ...retain,
    "# 2. take them out of the template, by a change set that is executed only if it says PolicyAction Retain of each:",
    "#    they are let go of, and nothing is deleted",
    `# 3. put them back with DeletionPolicy: Retain, StorageEncrypted: true, KmsKeyId: ${keyArn}, DeletionProtection: true,`,
    "#    change nothing else, and import them:",
    `aws cloudformation create-change-set ${at} ${changeSet} \\`,
    "  --change-set-type IMPORT --template-body file://template.yaml --resources-to-import file://import.json",
    "# import.json:",
    "[",
    ...imported,
    "]",
    ...theRest(ours),
    "# once describe-change-set shows nothing but imports:",
    `aws cloudformation execute-change-set ${at} ${changeSet}`,
  ];
}

function importedPart({ kind, name, logicalId }: Part): string {
  const [type, identifier] = resource[kind];
  return JSON.stringify({
    ResourceType: type,
    LogicalResourceId: logicalId,
    ResourceIdentifier: { [identifier]: name },
  });
}

const resource: Readonly<Record<Ref["kind"], readonly [type: string, identifier: string]>> = {
  cluster: ["AWS::RDS::DBCluster", "DBClusterIdentifier"],
  instance: ["AWS::RDS::DBInstance", "DBInstanceIdentifier"],
};

function shown(parts: readonly Part[]): readonly Part[] {
  return parts.slice(0, mostParts);
}

function theRest(parts: readonly Part[]): readonly string[] {
  const rest = parts.slice(mostParts).map(({ name }) => name);
  return rest.length === 0 ? [] : [`# and the same for ${rest.join(", ")}`];
}
