import { GetFunctionConfigurationCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { CloudFault } from "../core/cloud.ts";
import { type Duration, seconds } from "../core/time.ts";
import { finding, incomplete } from "./faults.ts";

/** @public for whoever may look over a deployment */
export const actions = ["lambda:GetFunctionConfiguration"] as const;

export interface FunctionFacts {
  readonly runtime: string;
  readonly timeout: Duration;
  readonly roleArn: string;
  /** Null outside of a VPC. */
  readonly network: { readonly vpc: string; readonly groups: readonly string[] } | null;
  /** Holds secrets. */
  readonly variables: Readonly<Record<string, string>>;
}

/** How a function is deployed. Throws a `CloudFault`, also where its environment may not be decrypted. */
export async function findFunction(client: LambdaClient, name: string): Promise<FunctionFacts | undefined> {
  const operation = "GetFunctionConfiguration";
  const found = await finding(operation, "ResourceNotFoundException", () =>
    client.send(new GetFunctionConfigurationCommand({ FunctionName: name })),
  );
  if (!found) return undefined;
  const { Runtime, Timeout, Role, VpcConfig, Environment } = found;
  if (!Role || Timeout === undefined) throw incomplete(operation, Role ? "Timeout" : "Role");
  if (Environment?.Error) {
    const { ErrorCode = "AccessDenied", Message = "The environment cannot be decrypted." } =
      Environment.Error;
    throw new CloudFault("refused", ErrorCode, operation, Message);
  }
  return {
    runtime: Runtime ?? "",
    timeout: seconds(Timeout),
    roleArn: Role,
    network: VpcConfig?.VpcId ? { vpc: VpcConfig.VpcId, groups: VpcConfig.SecurityGroupIds ?? [] } : null,
    variables: Environment?.Variables ?? {},
  };
}
