import type { CloudFault } from "../../core/cloud.ts";
import { harmless } from "./terminal.ts";

/** Why AWS did not do what it was asked with the operator's own credentials, and what to do about it. */
export function faultText({ kind, code, operation, message }: CloudFault): string {
  return `AWS did not answer ${operation} (${code}): ${harmless(message)}\nWhat to do: ${remedy(kind, code, operation)}`;
}

function remedy(kind: CloudFault["kind"], code: string, operation: string): string {
  if (
    code === "CredentialsProviderError" ||
    /ExpiredToken|InvalidClientTokenId|UnrecognizedClient/.test(code)
  ) {
    return "log in (`aws sso login`), name a profile (AWS_PROFILE), and see that `aws sts get-caller-identity` works here.";
  }
  if (/^AccessDenied/.test(code)) return denied(operation);
  if (code === "ResourceNotFoundException") {
    return "check AWS_REGION, AWS_PROFILE and the name (WORKER_FUNCTION, encrypt-db-worker by default; --table).";
  }
  if (kind === "unanswered" && operation === "Invoke") {
    return "the bot may have done it or may be dead. Look with `npm run operate -- status`; where that does not answer either, `npm run operate -- sheet NAME --table encrypt-db` needs no bot.";
  }
  return "try again in a moment.";
}

function denied(operation: string): string {
  return operation === "Invoke"
    ? "use an identity that may call lambda:InvokeFunction on the worker."
    : "use an identity that may read the table (for halt: also update it) and use its KMS key.";
}
