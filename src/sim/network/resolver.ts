import { createServer } from "node:http";
import * as z from "zod";
import type { Network } from "./network.ts";

const question = z.object({
  origin: z.enum(["application", "probe"]),
  host: z.string(),
  port: z.coerce.number(),
});

export interface Resolver {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Answers `GET /resolve?origin=&host=&port=` on loopback for other processes: `{ address, port }`, or 404 with
 * `{ code: "ENOTFOUND" }`.
 */
export function startResolver(network: Pick<Network, "resolve">): Promise<Resolver> {
  const server = createServer(async (request, response) => {
    const answer = await answerTo(network, new URL(request.url ?? "/", "http://resolver"));
    response
      .writeHead(answer.status, { "content-type": "application/json" })
      .end(JSON.stringify(answer.body));
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", () => {
      const bound = server.address();
      const port = typeof bound === "object" ? bound?.port : bound;
      resolve({
        url: `http://127.0.0.1:${port}`,
        close: () => new Promise((closed) => server.close(() => closed()).closeAllConnections()),
      });
    });
  });
}

async function answerTo(
  network: Pick<Network, "resolve">,
  url: URL,
): Promise<{ status: number; body: object }> {
  const asked = question.safeParse(Object.fromEntries(url.searchParams));
  if (url.pathname !== "/resolve" || !asked.success) return { status: 400, body: { code: "BAD_QUESTION" } };
  const { origin, host, port } = asked.data;
  return network.resolve(origin, host, port).then(
    (address) => ({ status: 200, body: address }),
    (error: NodeJS.ErrnoException) => ({ status: 404, body: { code: error.code ?? error.message } }),
  );
}
