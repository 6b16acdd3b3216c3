import { CloudFault } from "../core/cloud.ts";
import { type Duration, minutes } from "../core/time.ts";
import { type Origin, type SignedCall, signedCall } from "./signed-call.ts";

/** The same as functions.ts, for a function that does without the SDK's client. Source: Lambda API, Invoke. */

/**
 * Calls a function with JSON and returns its JSON. Throws a `CloudFault`; a function that failed or ran out of time is
 * `unanswered`: it may have done what it was asked.
 */
export async function call(origin: Origin, name: string, payload: unknown): Promise<unknown> {
  const invocation = invoking(name, "RequestResponse", JSON.stringify(payload), minutes(5));
  const { headers, body } = await signedCall(origin, invocation);
  const failed = headers.get("x-amz-function-error");
  if (failed !== null) throw new CloudFault("unanswered", failed, "Invoke", body);
  return body === "" ? undefined : JSON.parse(body);
}

/** Milliseconds that the front has for it. */
const wakePatience: Duration = 600;

/** Tells a function to look now, and says nothing more. Throws a `CloudFault`. */
export async function wake(origin: Origin, name: string): Promise<void> {
  await signedCall(origin, invoking(name, "Event", "", wakePatience));
}

function invoking(
  name: string,
  type: "RequestResponse" | "Event",
  body: string,
  patience: Duration,
): SignedCall {
  return {
    service: "lambda",
    operation: "Invoke",
    path: `/2015-03-31/functions/${encodeURIComponent(name)}/invocations`,
    headers: { "content-type": "application/json", "x-amz-invocation-type": type },
    body,
    patience,
  };
}
