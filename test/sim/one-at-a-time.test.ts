import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { oneAtATime } from "../../src/sim/one-at-a-time.ts";

async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(oneAtATime(listener)).listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const soon = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

test("requests that come at once are answered one after another, bodies and all", async () => {
  let [now, most] = [0, 0];
  const url = await serving(async (request, response) => {
    most = Math.max(most, ++now);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    await soon(5);
    now -= 1;
    response.end(Buffer.concat(chunks));
  });
  const sent = Array.from({ length: 12 }, (_, index) => `body ${index}`);
  const answers = await Promise.all(
    sent.map(async (body) => (await fetch(url, { method: "POST", body })).text()),
  );
  expect(answers).toEqual(sent);
  expect(most).toBe(1);
});

test("whoever leaves before or during its turn keeps nobody waiting", async () => {
  const url = await serving(async (_request, response) => {
    await soon(60);
    response.end("answered");
  });
  const impatient = [1, 2, 3].map(() => fetch(url, { signal: AbortSignal.timeout(20) }).catch(() => "left"));
  expect(await Promise.all(impatient)).toEqual(["left", "left", "left"]);
  expect(await (await fetch(url)).text()).toBe("answered");
});
