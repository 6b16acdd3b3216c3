import { createHash, createHmac } from "node:crypto";
import { unmodelled } from "../fault.ts";
import type { WireRequest } from "./message.ts";

/**
 * Throws as AWS does where a request was not signed with this secret, or is not what was signed.
 * Source: IAM User Guide, Create a signed AWS API request (canonical request, string to sign, signature).
 */
export function checkSignature(request: WireRequest, secret: string): void {
  const { authorization = "", "x-amz-date": date = "" } = request.headers;
  const parts = /^AWS4-HMAC-SHA256 Credential=[^/]+\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=(\w+)$/.exec(
    authorization,
  );
  const [, scope = "", signedHeaders = "", given = ""] = parts ?? [];
  const [day = "", region = "", service = ""] = scope.split("/");
  const text = ["AWS4-HMAC-SHA256", date, scope, sha256(canonical(request, signedHeaders))].join("\n");
  const key = [day, region, service, "aws4_request"].reduce<string | Buffer>(hmac, `AWS4${secret}`);
  if (!date.startsWith(day) || hmac(key, text).toString("hex") !== given) throw mismatch();
  // Whatever AWS's own headers say must have been said by whoever signed.
  const names = signedHeaders.split(";");
  const unsigned = Object.keys(request.headers).filter(
    (name) => name.startsWith("x-amz-") && !names.includes(name),
  );
  if (!names.includes("host") || unsigned.length > 0) throw mismatch();
}

function canonical({ method, path, query, headers, body }: WireRequest, signedHeaders: string): string {
  const pairs = [...query].map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  return [
    method,
    path.split("/").map(encodeURIComponent).join("/"),
    pairs.sort().join("&"),
    ...signedHeaders.split(";").map((name) => `${name}:${(headers[name] ?? "").trim().replace(/ +/g, " ")}`),
    "",
    signedHeaders,
    sha256(body),
  ].join("\n");
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();

const mismatch = () =>
  unmodelled(
    "SignatureDoesNotMatch",
    "The request signature we calculated does not match the signature you provided.",
    403,
  );
