import { afterEach, expect, test } from "vitest";
import { createAccountClients } from "../../src/aws/clients.ts";
import { sharesOf } from "../../src/aws/shares.ts";
import { sharedCluster } from "../../src/sim/aws/seeds/topologies.ts";
import { type AccountServer, listen } from "../../src/sim/aws/wire/server.ts";
import { laboratory, region } from "../sim/aws/laboratory.ts";

const servers: AccountServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** A shared cluster and one that is not, in an account on a port. */
async function account() {
  const lab = laboratory();
  lab.account.alter((turn) => sharedCluster(turn, "partner"));
  lab.seed({ id: "orders" });
  const server = await listen(lab.account);
  servers.push(server);
  const clients = createAccountClients({
    region,
    endpoint: server.url,
    credentials: { accessKeyId: "AKIAOWNER", secretAccessKey: "secret" },
  });
  const ask = (name: string) =>
    sharesOf(clients, () => lab.clock.now(), `arn:aws:rds:${region}:123456789012:cluster:${name}`);
  return { ...lab, ask };
}

test("the shares that a cluster is in are told by their ARNs, and there may be none", async () => {
  const { ask } = await account();
  expect(await ask("partner")).toEqual([expect.stringMatching(/^arn:aws:ram:/)]);
  expect(await ask("orders")).toEqual([]);
});

test.each([
  ["throttled", { code: "ThrottlingException", status: 400 }],
  ["refused", { code: "AccessDeniedException", status: 403 }],
  ["unanswered", { code: "ServiceUnavailableException", status: 503 }],
] as const)("an answer that says otherwise is %s", async (kind, fault) => {
  const { ask, account: asked } = await account();
  asked.faults = () => fault;
  await expect(ask("partner")).rejects.toMatchObject({ kind, operation: "ListResources" });
});

test("every page is asked for", async () => {
  const pages = [
    { resources: [{ resourceShareArn: "arn:1" }], nextToken: "more" },
    { resources: [{ resourceShareArn: "arn:2" }], nextToken: "last" },
    {},
  ];
  const asked: unknown[] = [];
  const clients = {
    origin: createAccountClients({ region }).origin,
    answer: async (_service: string, _operation: string, input: object) => {
      asked.push(input);
      return pages[asked.length - 1];
    },
  };
  expect(await sharesOf(clients, Date.now, "arn:x")).toEqual(["arn:1", "arn:2"]);
  const first = { resourceOwner: "SELF", resourceArns: ["arn:x"] };
  expect(asked).toEqual([first, { ...first, nextToken: "more" }, { ...first, nextToken: "last" }]);
});
