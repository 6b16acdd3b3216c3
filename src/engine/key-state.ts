import type { ListedDatabase } from "./request.ts";

/** How a database is encrypted, in words; `show` makes an ARN what it looks like where they are read. */
export function sayKeyState(of: ListedDatabase, show: (arn: string) => string): string {
  const key = of.keyArn === null ? "a key" : show(of.keyArn);
  switch (of.encryption) {
    case "none":
      return "not encrypted";
    case "sse-rds":
      return "under a key that AWS owns";
    case "unknown":
      return "AWS does not say how it is encrypted";
    case "sse-kms":
      if (of.keyManager === "CUSTOMER") return `under ${key}`;
      return of.keyManager === "AWS"
        ? "under the AWS-managed key"
        : `under ${key}, which KMS does not describe`;
  }
}
