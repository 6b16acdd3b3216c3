import { createSecureContext } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defaultTimeOuts } from "../../src/database/connect.ts";
import { type Content, differencesOfContent, readContent } from "../../src/transfer/content.ts";
import type { Server } from "../../src/transfer/server.ts";
import { furnish } from "./shop.ts";
import { openSystemServers, type SystemServers, systemTools, without } from "./system-servers.ts";

describe.skipIf(!systemTools)(`The comparison of what two databases hold${without}`, () => {
  let servers: SystemServers;
  let before: Content;
  beforeAll(async () => {
    if (!systemTools) return;
    servers = await openSystemServers(systemTools);
    await furnish(servers.source);
    before = await read();
  });
  afterAll(() => servers?.close());

  function read(passed = () => {}): Promise<Content> {
    const { login, ca, resolve } = servers.options;
    if (!resolve) throw new Error("nothing resolves");
    const access = { ...login, trust: createSecureContext({ ca }), resolve, timeOuts: defaultTimeOuts };
    const source: Server = { side: "source", endpoint: servers.job.source, access, name: "orders-prod" };
    return readContent(source, "orders", { jobs: 3, passed });
  }

  test("finds nothing where nothing changed, whatever the order of the rows", async () => {
    await servers.source.ask(
      "orders",
      "create index by_weight on sales.items (weight);\ncluster sales.items using by_weight",
    );
    await servers.source.ask("orders", "drop index sales.by_weight");
    let passed = 0;
    const after = await read(() => passed++);
    expect(differencesOfContent(before, after)).toEqual([]);
    expect(passed).toBe(6);
    expect([...after.sums.keys()].length).toBeGreaterThan(8);
  });

  test.each([
    ["a number in a row", "update sales.items set weight = weight + 1e-9 where id = 7", "table sales.items"],
    ["a row less", `delete from sales."odd ""name" where ctid = '(0,1)'`, `table sales.odd "name`],
    ["a row more in an unlogged table", "insert into sales.cache values (11)", "table sales.cache"],
    [
      "null in the place of an empty text",
      `update sales."odd ""name" set x = '' where x is null`,
      `table sales.odd "name`,
    ],
    [
      "two values that change places",
      `update sales.items a set body = b.body from sales.items b where (a.id, b.id) in ((11, 12), (12, 11))`,
      "table sales.items",
    ],
    [
      "a row that moves to another partition",
      "update sales.parts set state = 'paid' where id = 1",
      "table sales.parts_open, table sales.parts_paid",
    ],
    ["a number that a sequence gave out", "select nextval('sales.numbers')", "sequence sales.numbers"],
    [
      "a sequence that is used for the first time",
      "select nextval('sales.untouched')",
      "sequence sales.untouched",
    ],
    ["a byte of a large object", "select lo_put(4711, 0, 'A')", "large objects"],
    ["another owner of a large object", "alter large object 4711 owner to owners", "large objects"],
  ])("finds %s", async (_what, change, differences) => {
    const was = await read();
    await servers.source.ask("orders", change);
    expect(differencesOfContent(was, await read()).join(", ")).toBe(differences);
  });

  test("does not look at the bot's own schema, which is another one on each side", async () => {
    const was = await read();
    await servers.source.ask("orders", "insert into encrypt_db.marker (token) values ('t')");
    expect(differencesOfContent(was, await read())).toEqual([]);
  });
});
