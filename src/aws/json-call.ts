import { seconds } from "../core/time.ts";
import { type Origin, type SignedCall, signedCall } from "./signed-call.ts";

/** The services of which a few calls are made without a client of the SDK, and how they call themselves in a request. */
const targets = {
  ecs: "AmazonEC2ContainerServiceV20141113",
  logs: "Logs_20140328",
  secretsmanager: "secretsmanager",
} as const satisfies Partial<Record<SignedCall["service"], string>>;

/**
 * One call of a service that speaks JSON. Throws a `CloudFault`.
 * Source: the protocol AWS JSON 1.1; the API references of ECS, CloudWatch Logs and Secrets Manager.
 */
export async function jsonCall(
  origin: Origin,
  service: keyof typeof targets,
  operation: string,
  input: unknown,
): Promise<unknown> {
  const { body } = await signedCall(origin, {
    service,
    operation,
    path: "/",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `${targets[service]}.${operation}`,
    },
    body: JSON.stringify(input),
    patience: seconds(10),
  });
  return JSON.parse(body);
}
