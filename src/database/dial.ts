import { once } from "node:events";
import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls, type SecureContext, type TLSSocket } from "node:tls";
import { failure } from "./fault.ts";
import { within } from "./within.ts";

export interface Address {
  readonly address: string;
  readonly port: number;
}

/** Opens a TCP connection within `limit` ms. */
export async function dial({ address, port }: Address, limit: number): Promise<Socket> {
  const socket = connect({ host: address, port, noDelay: true });
  // A connection that breaks between two layers, when nobody listens, would otherwise end the process.
  socket.on("error", () => {});
  await orDestroy(socket, within(limit, once(socket, "connect")));
  return socket;
}

/**
 * Turns the connection into TLS as PostgreSQL does, within `limit` ms. The certificate must come from `trust` and
 * carry the name `host`, as with sslmode=verify-full.
 */
export async function secure(
  socket: Socket,
  host: string,
  trust: SecureContext,
  limit: number,
): Promise<TLSSocket> {
  return orDestroy(socket, within(limit, handshake(socket, host, trust)));
}

async function orDestroy<T>(socket: Socket, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** PostgreSQL's SSLRequest: its length and the number that stands where a version would. */
const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

async function handshake(socket: Socket, host: string, trust: SecureContext): Promise<TLSSocket> {
  socket.write(sslRequest);
  // "readable" comes with the answer and also with the end, where there is nothing to read.
  await once(socket, "readable");
  const answer: Buffer | null = socket.read();
  if (answer === null) throw failure("ECONNRESET");
  if (answer.equals(Buffer.from("N"))) throw failure("no-tls");
  // More than the one byte would be plain text smuggled in before the encryption (CVE-2021-23222).
  if (!answer.equals(Buffer.from("S"))) throw failure("not-postgres");
  // An address must not be sent as the server name (RFC 6066); it is checked against the certificate all the same.
  const name = isIP(host) === 0 ? { servername: host } : {};
  const encrypted = connectTls({ socket, host, ...name, secureContext: trust });
  encrypted.on("error", () => {});
  await once(encrypted, "secureConnect");
  return encrypted;
}
