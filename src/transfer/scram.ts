import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";

/**
 * What a server keeps of a password, so that the password itself is in no statement, and so in no log of statements.
 * Source: RFC 5803; PostgreSQL, pg_authid.rolpassword. Of a password with characters beyond ASCII the preparation by RFC 4013 would
 * be needed first: undefined of these.
 */
export function scramVerifier(password: string, salt = randomBytes(16)): string | undefined {
  if (!/^[ -~]+$/.test(password)) return undefined;
  const iterations = 4_096;
  const salted = pbkdf2Sync(password, salt, iterations, 32, "sha256");
  const hmac = (text: string) => createHmac("sha256", salted).update(text).digest();
  const storedKey = createHash("sha256").update(hmac("Client Key")).digest("base64");
  const serverKey = hmac("Server Key").toString("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}
