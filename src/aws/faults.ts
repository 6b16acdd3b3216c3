import { CloudFault } from "../core/cloud.ts";

/** The codes that SDKs and services use for "too fast". `LimitExceeded` looks like one and is a quota. */
const throttling = new Set([
  "BandwidthLimitExceeded",
  "EC2Throttled",
  "PriorRequestNotComplete",
  "ProvisionedThroughputExceeded",
  "RequestLimitExceeded",
  "RequestThrottled",
  "SlowDown",
  "Throttled",
  "Throttling",
  "TooManyRequests",
  "TransactionInProgress",
]);

/** "Not in this state", as the API models of RDS and AWS Backup list it for the operations that are called here. */
const state = new Set([
  "Conflict",
  "InvalidDBClusterSnapshotState",
  "InvalidDBClusterState",
  "InvalidDBInstanceState",
  "InvalidDBSnapshotState",
  "InvalidGlobalClusterState",
  "InvalidResourceState",
]);

/** The name that was meant is nobody's any more, between the gateway's look at it and the call. */
const gone = new Set([
  "DBClusterNotFound",
  "DBClusterSnapshotNotFound",
  "DBInstanceNotFound",
  "DBSnapshotNotFound",
]);

const network = new Set([
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
]);

/** What the SDK throws, as far as it can be relied on. */
interface Thrown extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $fault?: string;
  readonly code?: string;
}

/** Runs a call and sorts what goes wrong. Anything that is not the service's or the network's doing passes as it is. */
export async function calling<T>(operation: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (thrown) {
    throw asFault(operation, thrown);
  }
}

/** Like `calling`, with the service's exact `code` for "there is none" as `undefined`, and no other. */
export async function finding<T>(
  operation: string,
  code: string,
  call: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await call();
  } catch (thrown) {
    if (thrown instanceof Error && bare(thrown.name) === bare(code)) return undefined;
    throw asFault(operation, thrown);
  }
}

/** An answer that lacks what it must hold: nothing may be concluded from it. */
export function incomplete(operation: string, member: string): CloudFault {
  return new CloudFault("unanswered", "IncompleteAnswer", operation, `The answer holds no ${member}.`);
}

/** True if the caller may not do that, which says nothing of whether there is what it asked for. */
export function isDenied(fault: unknown): boolean {
  return fault instanceof CloudFault && fault.kind === "refused" && /^AccessDenied/.test(fault.code);
}

function asFault(operation: string, thrown: unknown): unknown {
  if (!(thrown instanceof Error) || thrown instanceof CloudFault) return thrown;
  const error: Thrown = thrown;
  const kind = kindOf(error);
  return kind ? new CloudFault(kind, codeOf(error), operation, error.message, error) : error;
}

function kindOf(error: Thrown): CloudFault["kind"] | undefined {
  const name = bare(error.name);
  if (throttling.has(name)) return "throttled";
  if (state.has(name)) return "busy";
  if (gone.has(name)) return "busy";
  if (error.name === "TimeoutError" || network.has(error.code ?? "")) return "unanswered";
  // A proxy's page in place of an answer has a status and no `$fault`.
  const status = error.$metadata?.httpStatusCode;
  if (error.$fault === "server" || (status !== undefined && status >= 500)) return "unanswered";
  if (error.$fault === "client" || (status !== undefined && status >= 400)) return "refused";
  if (error.name === "CredentialsProviderError") return "refused";
  return status === undefined ? undefined : "unanswered";
}

function codeOf(error: Thrown): string {
  return network.has(error.code ?? "") && error.code ? error.code : error.name;
}

/**
 * The SDK names a modelled fault by its shape (`DBInstanceNotFoundFault`) and any other by the code on the wire
 * (`DBInstanceNotFound`). They differ by these endings.
 */
function bare(code: string): string {
  return code.replace(/(Fault|Exception)$/, "");
}
