import type { InvocationRequest } from "@aws-sdk/client-lambda";
import { fault } from "./fault.ts";

/** A deployed function: the payload and the answer are JSON values. */
export type LambdaFunction = (payload: unknown) => Promise<unknown>;

/** Bytes as the SDK gives them. */
function payloadOf(value: unknown) {
  const text = JSON.stringify(value ?? null);
  return Object.assign(new TextEncoder().encode(text), { transformToString: () => text });
}

/** A function by name or ARN, with or without a qualifier. Throws ResourceNotFoundException. */
function functionNamed(functions: ReadonlyMap<string, LambdaFunction>, given: string): LambdaFunction {
  const name = given.startsWith("arn:") ? given.split(":")[6] : given.split(":")[0];
  const found = functions.get(name ?? "");
  if (found === undefined) throw fault("lambda", "ResourceNotFoundException", `Function not found: ${given}`);
  return found;
}

function read(payload: InvocationRequest["Payload"]): unknown {
  if (payload === undefined || payload.length === 0) return null;
  const text = typeof payload === "string" ? payload : new TextDecoder().decode(payload);
  try {
    return JSON.parse(text);
  } catch {
    throw fault("lambda", "InvalidRequestContentException", "Could not parse request body into json.");
  }
}

/**
 * Runs a function. An `Event` is answered before it has run, as on AWS; `failed` then hears of its error,
 * which a caller of the real service would only find in the function's logs.
 */
export async function invoke(
  functions: ReadonlyMap<string, LambdaFunction>,
  input: InvocationRequest,
  failed: (error: unknown) => void,
): Promise<object> {
  const run = functionNamed(functions, input.FunctionName ?? "");
  const payload = read(input.Payload);
  if (input.InvocationType === "Event") {
    setImmediate(() => run(payload).catch(failed));
    return { StatusCode: 202 };
  }
  try {
    return { StatusCode: 200, ExecutedVersion: "$LATEST", Payload: payloadOf(await run(payload)) };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return {
      StatusCode: 200,
      ExecutedVersion: "$LATEST",
      FunctionError: "Unhandled",
      Payload: payloadOf({ errorType: name, errorMessage: message }),
    };
  }
}
