import { GetCallerIdentityCommand, type STSClientConfig } from "@aws-sdk/client-sts";
import { SignatureV4 } from "@smithy/signature-v4";
import * as z from "zod";
import { CloudFault } from "../core/cloud.ts";
import { type Problem, problem } from "../core/problem.ts";
import { type Instant, minutes } from "../core/time.ts";
import { type ClientOptions, createStsClient } from "./clients.ts";
import { calling, incomplete } from "./faults.ts";

/**
 * Who calls, from AWS and not from the caller. They sign the question "who am I?" and hand the signature over instead of
 * sending it; whoever wants to know puts the very same question to STS with that signature. STS alone can check it, and it
 * names whom the key belongs to. Nothing of the question itself is taken from the caller, so a signature over anything else
 * proves nothing; and one header of it says what it was signed for.
 * Source: IAM User Guide, Create a signed AWS API request; STS API, GetCallerIdentity.
 */

/** The caller's signature: what has to be added to the question before STS answers it. */
export const signature = z.object({
  authorization: z.string().max(2_000),
  /** As in the header X-Amz-Date. */
  date: z.string().max(16),
  /** Of temporary credentials; null of a user's own. */
  token: z.string().max(10_000).nullable(),
});
export type Signature = z.infer<typeof signature>;

/** Whom STS knows the caller to be. */
export interface Caller {
  readonly account: string;
  readonly arn: string;
}

type Address = Pick<ClientOptions, "region" | "endpoint">;

const body = "Action=GetCallerIdentity&Version=2011-06-15";
const purposeHeader = "x-encrypt-db-request";
/** Either way: the two clocks need not agree to the second. */
const longestAge = minutes(5);

/** Who these credentials belong to. Nobody can be denied this. Throws a `CloudFault`. */
export function whoAmI(options: ClientOptions): Promise<Caller> {
  return answered(createStsClient(options));
}

/** Signs, with the credentials of this process, that they are used for `purpose` and nothing else, now. */
export async function signFor(purpose: string, options: ClientOptions, now: Instant): Promise<Signature> {
  const { config } = createStsClient(options);
  const signer = new SignatureV4({
    service: "sts",
    region: options.region,
    credentials: config.credentials,
    sha256: config.sha256,
    applyChecksum: false,
  });
  const url = addressOf(options);
  const signed = await calling("GetCallerIdentity", () =>
    signer.sign(
      {
        protocol: url.protocol,
        hostname: url.hostname,
        method: "POST",
        path: "/",
        query: {},
        headers: headersFor(purpose, url),
        body,
      },
      { signingDate: new Date(now) },
    ),
  );
  const {
    authorization = "",
    "x-amz-date": date = "",
    "x-amz-security-token": token = null,
  } = signed.headers;
  return { authorization, date, token };
}

/**
 * Asks STS whose signature this is; a problem where it is nobody's, was made for something else, or is not from now. Throws a
 * `CloudFault` where STS does not say.
 */
export async function identify(
  purpose: string,
  given: Signature,
  options: ClientOptions,
  now: Instant,
): Promise<Caller | Problem> {
  if (!isWholeSignature(given, options))
    return problem("operator.not-proven", { code: "IncompleteSignature" });
  const age = now - instantOf(given.date);
  if (!(Math.abs(age) <= longestAge)) return problem("operator.stale", { age: Math.abs(age) });
  const unsigned = { ...options, endpoint: addressOf(options).origin, credentials: nobody };
  try {
    return await answered(createStsClient(unsigned, inTheirName(purpose, given, options)));
  } catch (fault) {
    if (!(fault instanceof CloudFault) || fault.kind !== "refused") throw fault;
    return problem("operator.not-proven", { code: fault.code });
  }
}

/** The client looks for credentials before it lets anybody sign; those of this process are none of the question's. */
const nobody = { accessKeyId: "nobody", secretAccessKey: "nothing" };

/** Sends the question as the caller must have signed it. */
function inTheirName(
  purpose: string,
  given: Signature,
  options: Address,
): NonNullable<STSClientConfig["signer"]> {
  return {
    sign: async (request) =>
      Object.assign(request, {
        method: "POST",
        path: "/",
        query: {},
        body,
        headers: {
          ...headersFor(purpose, addressOf(options)),
          "content-length": String(body.length),
          "x-amz-date": given.date,
          ...(given.token !== null && { "x-amz-security-token": given.token }),
          authorization: given.authorization,
        },
      }),
  };
}

function headersFor(purpose: string, { host }: URL): Record<string, string> {
  return {
    "content-type": "application/x-www-form-urlencoded; charset=utf-8",
    host,
    [purposeHeader]: purpose,
  };
}

/**
 * True if everything that is to be proved is signed: a header that STS is sent beside the signed ones proves nothing, and STS
 * would not say so.
 */
function isWholeSignature({ authorization, date, token }: Signature, { region }: Address): boolean {
  const names = [
    "content-type",
    "host",
    "x-amz-date",
    token === null ? [] : "x-amz-security-token",
    purposeHeader,
  ];
  const scope = `${date.slice(0, 8)}/${region}/sts/aws4_request`;
  const [, rest = ""] = /^AWS4-HMAC-SHA256 Credential=\w{4,128}\/(.*)$/.exec(authorization) ?? [];
  const expected = `${scope}, SignedHeaders=${names.flat().join(";")}, Signature=`;
  return rest.startsWith(expected) && /^[0-9a-f]{64}$/.test(rest.slice(expected.length));
}

/** `20261126T012345Z`; not a number where it is anything else. */
function instantOf(date: string): Instant {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** The Region's own STS, whatever the process is configured to ask otherwise: both sides must mean the same. */
function addressOf({ region, endpoint }: Address): URL {
  const suffix = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  return new URL(endpoint ?? `https://sts.${region}.${suffix}`);
}

async function answered(client: ReturnType<typeof createStsClient>): Promise<Caller> {
  const operation = "GetCallerIdentity";
  try {
    const { Account, Arn } = await calling(operation, () => client.send(new GetCallerIdentityCommand()));
    if (!Account || !Arn) throw incomplete(operation, Account ? "Arn" : "Account");
    return { account: Account, arn: Arn };
  } finally {
    // One question needs no connection that is kept.
    client.destroy();
  }
}
