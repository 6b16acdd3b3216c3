import type { Statement } from "../aws/permissions.ts";
import type { Ask } from "../aws/role-rights.ts";
import { enrolledTag, migrationTag, type Role, roleTag } from "../core/names.ts";

/** What IAM is asked in the place of a database. No such one exists: that is nothing to IAM. */
const example = "encrypt-db-doctor";

/** The calls that a statement is there to allow, on an example of its resources, in a context in which its conditions hold. */
export function askOf({ Action, Resource, Condition = {} }: Statement): Ask {
  return {
    actions: Action,
    resources: Resource.map((pattern) => (pattern === "*" ? pattern : pattern.replaceAll("*", example))),
    context: Object.entries(Condition).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, wanted]) => entry(operator, key, [wanted].flat())),
    ),
  };
}

function entry(operator: string, key: string, wanted: readonly string[]): Ask["context"][number] {
  const holding = (type: "string" | "stringList" | "boolean", values: readonly string[]) => ({
    ContextKeyName: key,
    ContextKeyType: type,
    ContextKeyValues: [...values],
  });
  switch (operator) {
    case "StringEquals":
      return holding("string", wanted.slice(0, 1));
    case "ForAllValues:StringEquals":
    case "ForAnyValue:StringEquals":
      return holding("stringList", wanted);
    case "ForAllValues:StringNotLike":
      return holding("stringList", [example.replaceAll("-", " ")]);
    case "Bool":
      return holding("boolean", wanted);
    case "Null":
      // "false" means that it is there.
      return holding("string", [example]);
    default:
      throw new Error(`no example is known in which ${operator} holds`);
  }
}

/** A call that must be refused, by whose role, and what could happen otherwise. */
export interface Forbidden {
  readonly by: "worker" | "change" | "destroy";
  readonly ask: Ask;
  readonly otherwise: string;
}

/** The calls by which a role would be more than it is for. */
export function forbiddenAsks(arnOf: (resource: string) => string): readonly Forbidden[] {
  const cluster = [arnOf(`cluster:${example}`)];
  const member = [arnOf(`db:${example}`)];
  const both = [...cluster, ...member];
  const deletions = ["rds:DeleteDBCluster", "rds:DeleteDBInstance"];
  const changes = ["rds:ModifyDBCluster", "rds:ModifyDBInstance"];
  return [
    {
      by: "worker",
      ask: { actions: [...deletions, ...changes], resources: both, context: tagged("source", true) },
      otherwise: "An act need not be narrowed to what it is meant for: the worker can do it by itself.",
    },
    {
      by: "change",
      ask: { actions: changes, resources: both, context: tagged("source", false) },
      otherwise: "Databases can be changed that nobody enrolled.",
    },
    {
      by: "change",
      ask: { actions: deletions, resources: both, context: tagged("failed", true) },
      otherwise: "What may only change can delete.",
    },
    {
      by: "change",
      ask: {
        actions: ["rds:AddTagsToResource"],
        resources: both,
        context: [
          ...tagged("source", true),
          { ContextKeyName: "aws:TagKeys", ContextKeyType: "stringList", ContextKeyValues: [enrolledTag] },
          {
            ContextKeyName: `aws:RequestTag/${enrolledTag}`,
            ContextKeyType: "string",
            ContextKeyValues: ["true"],
          },
        ],
      },
      otherwise: "The product can enrol databases itself, which only their owners may.",
    },
    {
      by: "destroy",
      ask: { actions: deletions, resources: both, context: tagged("source", true) },
      otherwise: "A source can be deleted.",
    },
    {
      by: "destroy",
      ask: { actions: deletions, resources: both, context: tagged("retired", true) },
      otherwise: "An old database can be deleted without anybody having approved that.",
    },
    ...(["worker", "change", "destroy"] as const).map((by) => ({
      by,
      ask: {
        actions: ["backup:DeleteRecoveryPoint", "backup:DeleteBackupVault"],
        resources: ["*"],
        context: [],
      },
      otherwise: "Backups can be deleted, which only their own lifetime is to end.",
    })),
    {
      by: "destroy",
      ask: {
        actions: ["rds:DeleteDBClusterSnapshot", "rds:DeleteDBSnapshot"],
        resources: [arnOf(`cluster-snapshot:${example}`), arnOf(`snapshot:${example}`)],
        context: tagged("safety-copy", true),
      },
      otherwise: "What was copied for safety can be deleted.",
    },
    {
      by: "destroy",
      ask: { actions: changes, resources: both, context: tagged("source", true) },
      otherwise: "What may only delete can change.",
    },
  ];
}

function tagged(role: Role, enrolled: boolean): Ask["context"] {
  const tags = { [roleTag]: role, [migrationTag]: example, ...(enrolled && { [enrolledTag]: "true" }) };
  return Object.entries(tags).map(([key, value]) => ({
    ContextKeyName: `aws:ResourceTag/${key}`,
    ContextKeyType: "string",
    ContextKeyValues: [value],
  }));
}
