import pg from "pg";
import type { Endpoint, WriterSettings } from "./settings.ts";

interface Address {
  readonly address: string;
  readonly port: number;
}

const addressKeptMs = 30_000;
const connectTimeoutMs = 2_000;
const answerTimeoutMs = 5_000;
const usesOfFreshSession = 50;

/** The one session of a writer with an endpoint. */
export interface SessionHolder {
  /** A session to use once, new where the habit or an earlier failure asks for it. Throws where none is to be had. */
  use(): Promise<pg.Client>;
  /** Gives the session up, without waiting for a server that may not answer. */
  drop(): Promise<void>;
}

export function holdSession(settings: WriterSettings, endpoint: Endpoint): SessionHolder {
  const lookUp = addressBook(settings, endpoint);
  let session: pg.Client | undefined;
  let uses = 0;
  const holder: SessionHolder = {
    async use() {
      if (settings.habit !== "pooled" && uses++ % usesOfFreshSession === 0) await holder.drop();
      session ??= await openSession(settings, endpoint, await lookUp());
      return session;
    },
    async drop() {
      const dropped = session;
      session = undefined;
      if (dropped) await end(dropped);
    },
  };
  return holder;
}

function addressBook(settings: WriterSettings, { host, port }: Endpoint): () => Promise<Address> {
  let kept: { address: Address; until: number } | undefined;
  return async () => {
    if (kept && Date.now() < kept.until) return kept.address;
    const address = await resolve(settings.resolverUrl, host, port);
    if (settings.habit === "pinned") kept = { address, until: Date.now() + addressKeptMs };
    return address;
  };
}

async function resolve(resolverUrl: string, host: string, port: number): Promise<Address> {
  const question = new URLSearchParams({ origin: "application", host, port: String(port) });
  const response = await fetch(`${resolverUrl}/resolve?${question}`);
  const answer = (await response.json()) as Address & { code?: string };
  if (!response.ok) throw Object.assign(new Error(`cannot resolve ${host}`), { code: answer.code });
  return answer;
}

async function openSession(
  settings: WriterSettings,
  endpoint: Endpoint,
  address: Address,
): Promise<pg.Client> {
  const client = new pg.Client({
    host: address.address,
    port: address.port,
    database: endpoint.database,
    user: settings.user,
    password: settings.password,
    // verify-full: it is the name that is verified, although the connection goes to an address.
    ssl: { ca: settings.ca, servername: endpoint.host },
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: answerTimeoutMs,
    application_name: `writer ${settings.number}, ${settings.habit}`,
  });
  // A session that dies while nobody uses it is noticed at its next use.
  client.on("error", () => {});
  try {
    await client.connect();
  } catch (error) {
    await end(client);
    throw error;
  }
  return client;
}

function end(client: pg.Client): Promise<unknown> {
  const patience = new Promise((resolve) => setTimeout(resolve, 100));
  return Promise.race([client.end().catch(() => {}), patience]);
}
