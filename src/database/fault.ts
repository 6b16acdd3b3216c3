import { DatabaseFault } from "../core/database.ts";

/**
 * What may be said of a failure, by SQLSTATE or system error code. The texts of PostgreSQL, node and OpenSSL hold
 * addresses, user names and SQL, and what is said here ends in a Slack channel.
 */
const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: "the name does not resolve",
  ENODATA: "the name does not resolve",
  EAI_AGAIN: "the name servers do not answer",
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was lost",
  EPIPE: "the connection was lost",
  EHOSTUNREACH: "there is no route to the server",
  ENETUNREACH: "there is no route to the server",
  ERR_TLS_CERT_ALTNAME_INVALID: "the certificate is not for this name",
  CERT_HAS_EXPIRED: "the certificate has expired",
  CERT_NOT_YET_VALID: "the certificate is not valid yet",
  DEPTH_ZERO_SELF_SIGNED_CERT: "the certificate is not from the trusted authority",
  SELF_SIGNED_CERT_IN_CHAIN: "the certificate is not from the trusted authority",
  UNABLE_TO_GET_ISSUER_CERT: "the certificate is not from the trusted authority",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "the certificate is not from the trusted authority",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the certificate is not from the trusted authority",
  CERT_SIGNATURE_FAILURE: "the certificate is not from the trusted authority",
  "no-tls": "the server does not offer TLS",
  "not-postgres": "what answers does not speak PostgreSQL's protocol",
  "password-unavailable": "the password could not be fetched",
  "28P01": "the password was refused",
  "28000": "the login was refused",
  "3D000": "there is no such database",
  "53300": "the server takes no more connections",
  "55000": "the server is not in a state to do this",
  "57P01": "the server ended the session",
  "57P02": "the server ended the session",
  "57P03": "the server does not accept connections now",
  "57014": "the statement took too long",
  "25006": "the server takes no writes",
  "42501": "the login may not do this",
  "3F000": "the bot's own schema is absent",
};

const timeOuts: Readonly<Record<DatabaseFault["layer"], string>> = {
  dns: "the name servers did not answer in time",
  tcp: "the connection timed out",
  tls: "the TLS handshake timed out",
  login: "the login timed out",
  query: "the server did not answer in time",
};

const failures: Readonly<Record<DatabaseFault["layer"], string>> = {
  dns: "the name could not be looked up",
  tcp: "the connection failed",
  tls: "the TLS handshake failed",
  login: "the login failed",
  query: "the server would not do it",
};

/** A `DatabaseFault` of what a layer threw, in words that hold no host, password or SQL. */
export function faultOf(layer: DatabaseFault["layer"], error: unknown): DatabaseFault {
  // pg reports a connection that breaks without any code.
  const code = codeOf(error) ?? (layer === "login" || layer === "query" ? "ECONNRESET" : "unknown");
  const reason = code === "ETIMEDOUT" ? timeOuts[layer] : reasons[code];
  return new DatabaseFault(layer, code, reason ?? `${failures[layer]} (${code})`);
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  // Codes are short words; anything else could be a text.
  return typeof error.code === "string" && /^\w[\w-]{0,63}$/.test(error.code) ? error.code : undefined;
}

/** An error that `faultOf` will know by its code. */
export function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}
