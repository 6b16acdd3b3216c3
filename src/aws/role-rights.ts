import {
  type ContextEntry,
  GetRoleCommand,
  type IAMClient,
  paginateSimulatePrincipalPolicy,
} from "@aws-sdk/client-iam";
import { calling, finding, incomplete } from "./faults.ts";
import { everyPage } from "./pages.ts";
import { type PolicyStatement, readPolicy } from "./policy-document.ts";

/** @public for whoever may look over a deployment */
export const actions = ["iam:GetRole", "iam:SimulatePrincipalPolicy"] as const;

export interface RoleFacts {
  /** With the path that a session's ARN leaves out. */
  readonly arn: string;
  /** Who may assume it. */
  readonly trust: readonly PolicyStatement[];
}

/** A role by its name. Throws a `CloudFault`. */
export async function findRole(client: IAMClient, name: string): Promise<RoleFacts | undefined> {
  const operation = "GetRole";
  const found = await finding(operation, "NoSuchEntityException", () =>
    client.send(new GetRoleCommand({ RoleName: name })),
  );
  if (!found) return undefined;
  const { Arn, AssumeRolePolicyDocument: trust } = found.Role ?? {};
  if (!Arn || !trust) throw incomplete(operation, Arn ? "AssumeRolePolicyDocument" : "Arn");
  return { arn: Arn, trust: readPolicy(operation, decodeURIComponent(trust)) };
}

/** What is asked for: every action on every resource, in one context. */
export interface Ask {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly context: readonly (ContextEntry & { readonly ContextKeyName: string })[];
}

/**
 * Which of the actions that are asked for the policies of a role or a user allow on all the resources. Neither a resource's own
 * policy nor a trust policy is asked. Throws a `CloudFault`. Source: IAM API, SimulatePrincipalPolicy.
 */
export async function allowedActions(
  client: IAMClient,
  principalArn: string,
  { actions: asked, resources, context }: Ask,
): Promise<readonly string[]> {
  const operation = "SimulatePrincipalPolicy";
  const input = {
    PolicySourceArn: principalArn,
    ActionNames: [...asked],
    ResourceArns: [...resources],
    ContextEntries: [...context],
  };
  const results = await calling(operation, () =>
    everyPage(
      paginateSimulatePrincipalPolicy({ client }, input),
      ({ EvaluationResults }) => EvaluationResults,
    ),
  );
  return asked.filter((action) => {
    const of = results.filter(({ EvalActionName }) => EvalActionName === action);
    if (of.length === 0) throw incomplete(operation, action);
    return of.every(
      ({ EvalDecision, ResourceSpecificResults: each = [] }) =>
        EvalDecision === "allowed" &&
        each.every(({ EvalResourceDecision }) => EvalResourceDecision === "allowed"),
    );
  });
}
