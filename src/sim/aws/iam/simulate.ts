import type { SimulatePrincipalPolicyRequest } from "@aws-sdk/client-iam";
import { fault } from "../fault.ts";
import type { Turn } from "../turn.ts";
import { type Ask, isAllowed } from "./evaluate.ts";

/**
 * Asks the policies of a role or of a caller, and nobody's trust and no resource's policy (IAM API, SimulatePrincipalPolicy). One
 * answer for each action on each resource.
 */
export function simulatePrincipalPolicy({ state }: Turn, input: SimulatePrincipalPolicyRequest) {
  const { PolicySourceArn = "", ActionNames = [], ResourceArns = ["*"], ContextEntries = [] } = input;
  const role = state.roles[PolicySourceArn];
  const person = Object.values(state.identities).find(({ arn }) => arn === PolicySourceArn);
  const policies = role === undefined ? person?.policies : [role];
  if (policies === undefined) {
    throw fault("iam", "NoSuchEntityException", `Entity ${PolicySourceArn} cannot be found.`);
  }
  const context: Record<string, string | readonly string[]> = Object.fromEntries(
    ContextEntries.map(
      ({ ContextKeyName = "", ContextKeyValues: values = [], ContextKeyType: type = "" }) => [
        ContextKeyName,
        type.endsWith("List") ? values : (values[0] ?? ""),
      ],
    ),
  );
  const decide = (ask: Ask) => (isAllowed(policies, ask) ? ("allowed" as const) : ("implicitDeny" as const));
  return {
    IsTruncated: false,
    EvaluationResults: ActionNames.flatMap((action) =>
      ResourceArns.map((resource) => ({
        EvalActionName: action,
        EvalResourceName: resource,
        EvalDecision: decide({ action, resource, context }),
      })),
    ),
  };
}
