import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";
import { generate } from "selfsigned";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Endpoint, Look } from "../../src/core/database.ts";
import { createDatabase, type DatabaseOptions } from "../../src/database/database.ts";
import { failure } from "../../src/database/fault.ts";

const host = "orders.cluster-secretive.example.test";
const at: Endpoint = { host, port: 5432, database: "orders" };
const password = "correct horse battery staple";

/** What the client says first: that it would like TLS. */
const sslRequest = 8;

let key: string;
let cert: string;
const cleanups: (() => void)[] = [];

beforeAll(async () => {
  const made = await generate([{ name: "commonName", value: "somebody else" }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: host }] }],
  });
  ({ private: key, cert } = made);
});

afterEach(() => {
  for (const clean of cleanups.splice(0)) clean();
});

/** A server that does what it is told with every connection. */
async function listen(treat: (socket: Socket) => void): Promise<{ address: string; port: number }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on("error", () => {}));
    treat(socket);
  }).listen(0, "127.0.0.1");
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server, "listening");
  const bound = server.address();
  return { address: "127.0.0.1", port: typeof bound === "object" && bound ? bound.port : 0 };
}

async function look(options: Partial<DatabaseOptions>): Promise<Look> {
  const found = await createDatabase({
    login: { user: "secretive_user", password: async () => password },
    ca: cert,
    clock: { now: Date.now, sleep: async () => {} },
    timeOuts: { dns: 150, tcp: 150, tls: 150, login: 150 },
    ...options,
  }).look(at);
  const said = JSON.stringify(found);
  for (const secret of [host, password, "secretive", "127.0.0.1"]) expect(said).not.toContain(secret);
  return found;
}

/** Speaks TLS as PostgreSQL does, and then whatever `next` says. */
function offerTls(next: (socket: TLSSocket) => void, before = "S") {
  return (socket: Socket) => {
    socket.once("data", () => {
      socket.write(before);
      const secureContext = createSecureContext({ key, cert });
      next(new TLSSocket(socket, { isServer: true, secureContext }).on("error", () => {}));
    });
  };
}

async function lookAtServer(treat: (socket: Socket) => void, options: Partial<DatabaseOptions> = {}) {
  const address = await listen(treat);
  return look({ resolve: async () => address, ...options });
}

describe("A connection that fails names its layer", () => {
  it("dns, when the name server says no", async () => {
    const { sight } = await look({ resolve: () => Promise.reject(failure("ENOTFOUND")) });
    expect(sight).toEqual({ state: "unreachable", layer: "dns", reason: "the name does not resolve" });
  });

  it("dns, when the name server says nothing", async () => {
    const { sight, timings } = await look({ resolve: () => new Promise(() => {}) });
    expect(sight).toMatchObject({ layer: "dns", reason: "the name servers did not answer in time" });
    expect(timings.dns).toBeGreaterThanOrEqual(140);
    expect(timings.tcp).toBeNull();
  });

  it("dns, by the system's own resolver, for a name that cannot exist", async () => {
    const database = createDatabase({
      login: { user: "user", password: async () => password },
      ca: cert,
      clock: { now: Date.now, sleep: async () => {} },
    });
    const { sight } = await database.look({ ...at, host: "no-such-host.invalid" });
    expect(sight).toMatchObject({ state: "unreachable", layer: "dns" });
  });

  it("tcp, when nobody listens", async () => {
    const { sight } = await look({ resolve: async () => ({ address: "127.0.0.1", port: 1 }) });
    expect(sight).toEqual({ state: "unreachable", layer: "tcp", reason: "the connection was refused" });
  });

  it("tls, when what accepted the connection stays silent, as behind a closed door", async () => {
    const { sight, timings } = await lookAtServer(() => {});
    expect(sight).toMatchObject({ layer: "tls", reason: "the TLS handshake timed out" });
    expect(timings.tcp).not.toBeNull();
    expect(timings.login).toBeNull();
  });

  it("tls, when the server hangs up", async () => {
    const { sight } = await lookAtServer((socket) => socket.end());
    expect(sight).toMatchObject({ layer: "tls", reason: "the connection was lost" });
  });

  it("tls, when the server offers none: nothing is ever sent in the clear", async () => {
    const heard: Buffer[] = [];
    const { sight } = await lookAtServer((socket) => {
      socket.on("data", (data) => {
        heard.push(data);
        socket.write("N");
      });
    });
    expect(sight).toMatchObject({ layer: "tls", reason: "the server does not offer TLS" });
    expect(Buffer.concat(heard)).toHaveLength(sslRequest);
  });

  it("tls, when plain text is smuggled in before the encryption", async () => {
    const { sight } = await lookAtServer(offerTls(() => {}, "Sextra"));
    expect(sight).toMatchObject({
      layer: "tls",
      reason: "what answers does not speak PostgreSQL's protocol",
    });
  });

  it("tls, when the server refuses in its own words before that", async () => {
    const { sight } = await lookAtServer((socket) =>
      socket.once("data", () => socket.write("EFATAL secretive")),
    );
    expect(sight).toMatchObject({
      layer: "tls",
      reason: "what answers does not speak PostgreSQL's protocol",
    });
  });

  it("tls, when the certificate is from an authority that is not trusted", async () => {
    const other = await generate([{ name: "commonName", value: "another" }], { keyType: "ec" });
    const { sight } = await lookAtServer(
      offerTls(() => {}),
      { ca: other.cert },
    );
    expect(sight).toMatchObject({
      layer: "tls",
      reason: "the certificate is not from the trusted authority",
    });
  });

  it("login, when the server stays silent after TLS", async () => {
    const { sight, timings } = await lookAtServer(offerTls(() => {}));
    expect(sight).toMatchObject({ layer: "login", reason: "the login timed out" });
    expect(timings.tls).not.toBeNull();
  });

  it("login, when the server hangs up after TLS", async () => {
    const { sight } = await lookAtServer(offerTls((socket) => socket.once("data", () => socket.destroy())));
    expect(sight).toMatchObject({ layer: "login", reason: "the connection was lost" });
  });

  it("login, when the server does not take connections now", async () => {
    const { sight } = await lookAtServer(
      offerTls((socket) =>
        socket.once("data", () => socket.write(refusal("57P03", `${host} is starting up`))),
      ),
    );
    expect(sight).toMatchObject({ layer: "login", reason: "the server does not accept connections now" });
  });

  it("login, with the code alone where there are no words for it", async () => {
    const { sight } = await lookAtServer(
      offerTls((socket) => socket.once("data", () => socket.write(refusal("XX000", `${host} is broken`)))),
    );
    expect(sight).toMatchObject({ layer: "login", reason: "the login failed (XX000)" });
  });

  it("login, when the password cannot be fetched", async () => {
    const askForPassword = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]);
    const { sight } = await lookAtServer(
      offerTls((socket) => socket.once("data", () => socket.write(askForPassword))),
      { login: { user: "secretive_user", password: () => Promise.reject(new Error(`no ${password}`)) } },
    );
    expect(sight).toMatchObject({ layer: "login", reason: "the password could not be fetched" });
  });
});

/** An ErrorResponse of PostgreSQL's protocol. */
function refusal(code: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write("E");
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}
