import type { GetFunctionConfigurationRequest, InvocationRequest } from "@aws-sdk/client-lambda";
import { fault } from "./fault.ts";
import type { Turn } from "./turn.ts";

/** A deployed function: the payload and the answer are JSON values. */
export type LambdaFunction = (payload: unknown) => Promise<unknown>;

/** Bytes as the SDK gives them. */
function payloadOf(value: unknown) {
  const text = JSON.stringify(value ?? null);
  return Object.assign(new TextEncoder().encode(text), { transformToString: () => text });
}

/** Throws ResourceNotFoundException where nothing was found of that name. */
function existing<T>(found: T | undefined, given: string): T {
  if (found === undefined) throw fault("lambda", "ResourceNotFoundException", `Function not found: ${given}`);
  return found;
}

/** A function may be named by its ARN, and with a qualifier. */
function nameOf(given: string): string {
  return (given.startsWith("arn:") ? given.split(":")[6] : given.split(":")[0]) ?? "";
}

export function getFunctionConfiguration(
  { state }: Turn,
  { FunctionName = "" }: GetFunctionConfigurationRequest,
): object {
  const name = nameOf(FunctionName);
  const settings = existing(state.functions[name], FunctionName);
  const arn = `arn:aws:lambda:${state.region}:${state.accountId}:function:${name}`;
  return { FunctionName: name, FunctionArn: arn, State: "Active", ...settings };
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
  const { FunctionName = "" } = input;
  const run = existing(functions.get(nameOf(FunctionName)), FunctionName);
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
