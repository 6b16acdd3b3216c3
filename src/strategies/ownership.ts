import type { Ref, Tags } from "../core/cloud.ts";
import { terraformTag } from "../core/names.ts";
import type { Note } from "../core/note.ts";
import { type Ownership, ownershipIn } from "../core/ownership.ts";
import { problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { Precondition, SurveyContext } from "../core/strategy.ts";
import type { Observed, Pinned } from "./facts.ts";

/** A database or an instance of a cluster, with all of its tags. */
interface Tagged {
  readonly kind: Ref["kind"];
  readonly name: string;
  readonly tags: Tags;
}

/** Source: CloudFormation User Guide, Resource tag. AWS sets them, and nobody else may. */
const stackTag = "aws:cloudformation:stack-name";
const logicalIdTag = "aws:cloudformation:logical-id";

/** By which code a database was made, as far as its tags tell; the database itself comes first. */
export function ownershipOf(database: Tagged, instances: readonly Tagged[]): Ownership {
  const all = [database, ...instances];
  const parts = all.map(({ kind, name, tags }) => ({
    kind,
    name,
    logicalId: tags[stackTag] === undefined ? null : (tags[logicalIdTag] ?? null),
    address: addressIn(tags[terraformTag]),
  }));
  const stack = firstTag(all, stackTag);
  const terraform = terraformIn(all, parts);
  return { stack, terraform, parts: stack === null && terraform === null ? [] : parts };
}

function firstTag(all: readonly Tagged[], key: string): string | null {
  return all.find(({ tags }) => tags[key] !== undefined)?.tags[key] ?? null;
}

function terraformIn(all: readonly Tagged[], parts: Ownership["parts"]): Ownership["terraform"] {
  if (parts.some(({ address }) => address !== null)) return "said";
  return all.some(({ tags }) => suggesting(tags).length > 0) ? "guessed" : null;
}

/**
 * It goes into commands that people paste into a shell: whatever else is in the tag is none. A part after a slash is an
 * index, which a tag cannot hold in brackets.
 */
function addressIn(tag: string | undefined): string | null {
  if (tag === undefined || !/^[a-z_][\w-]*(\/[\w-]+)?(\.[a-z_][\w-]*(\/[\w-]+)?)+$/i.test(tag)) return null;
  return tag.replace(/\/([\w-]+)/g, (_, index: string) =>
    /^\d+$/.test(index) ? `[${index}]` : `["${index}"]`,
  );
}

/** Tags that people set on what Terraform or OpenTofu makes; one for our own purpose that could not be read is among them. */
function suggesting(tags: Tags): readonly string[] {
  return Object.entries(tags)
    .filter(
      ([key, value]) =>
        key === terraformTag ||
        (/^(terraform|opentofu)$/i.test(key) && !/^(false|no|0)$/i.test(value)) ||
        (/^(managed|provisioned|created)[-_ ]?(by|with)$|^(provisioner|iac)$/i.test(key) &&
          /terraform|opentofu/i.test(value)),
    )
    .map(([key, value]) => `${key}=${value}`);
}

/** Such as an approver must have read: the next apply of what is not prepared for it deletes what has just been made. */
export const ownedByCode: readonly Precondition<Pinned, Observed>[] = [
  {
    claim: note("check.no-stack", {}),
    weighs,
    check: ({ pinned: { ownership, source } }) =>
      ownership.stack === null
        ? undefined
        : problem("ownership.stack", { name: source.name, stack: ownership.stack }),
  },
  {
    claim: note("check.no-terraform", {}),
    weighs,
    check: ({ pinned: { ownership, source, settings, members } }) => {
      const { name } = source;
      if (ownership.terraform === null) return undefined;
      const address = ownership.parts.find((part) => part.address !== null)?.address;
      if (address != null) return problem("ownership.terraform", { name, address });
      const all = [settings, ...members.map((member) => member.settings)];
      const tags = [...new Set(all.flatMap((one) => suggesting(one.tags)))].join(", ");
      return problem("ownership.terraform-guessed", { name, tags, tag: terraformTag });
    },
  },
];

/** What is due once the replacement has the name; undefined where no code means it. */
export function takeOverDue(pinned: Pinned): Note | undefined {
  const owned = ownershipIn({ pinned });
  if (!owned) return undefined;
  const owners = [
    ...(owned.terraform ? ["Terraform"] : []),
    ...(owned.stack === null ? [] : [`CloudFormation: ${owned.stack}`]),
  ];
  return note("event.take-over", { name: pinned.source.name, owners: owners.join(", ") });
}

/** A rehearsal gives nobody's name away. */
function weighs({ names, target: { name } }: SurveyContext) {
  return names.retired(name) === name ? "notes" : "warns";
}
