import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { CloudFault } from "../core/cloud.ts";
import { calling } from "./faults.ts";

/** @public for whoever writes the policies */
export const actions = ["lambda:InvokeFunction"] as const;

/**
 * Calls a function with JSON and returns its JSON. Throws a `CloudFault`; a function that failed or ran out of
 * time is `unanswered`: it may have done what it was asked.
 */
export async function call(client: LambdaClient, name: string, payload: unknown): Promise<unknown> {
  const command = new InvokeCommand({
    FunctionName: name,
    InvocationType: "RequestResponse",
    Payload: JSON.stringify(payload),
  });
  const answer = await calling("Invoke", () => client.send(command));
  const text = new TextDecoder().decode(answer.Payload);
  if (answer.FunctionError) throw new CloudFault("unanswered", answer.FunctionError, "Invoke", text);
  return text === "" ? undefined : JSON.parse(text);
}

/** Tells a function to look now, and says nothing more. Throws a `CloudFault`. */
export async function wake(client: LambdaClient, name: string): Promise<void> {
  const command = new InvokeCommand({ FunctionName: name, InvocationType: "Event" });
  await calling("Invoke", () => client.send(command));
}
