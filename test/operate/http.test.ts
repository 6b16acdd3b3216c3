import { afterAll, beforeAll, expect, test } from "vitest";
import { type HttpServer, serveHttp } from "../../src/server/http.ts";
import { aLife, ask, newest, settle } from "../engine/life.ts";
import { type Office, openOffice, sessionOf } from "./office.ts";

/** A process of `npm run serve` answers operators, too. */
const name = "orders-prod";
let office: Office;
let http: HttpServer;

beforeAll(async () => {
  const life = aLife({ hurry: 15_000 });
  await ask(life, "UALICE", "start");
  await settle(life);
  office = openOffice(life);
  http = await serveHttp({
    address: "127.0.0.1",
    port: 0,
    front: async () => ({ statusCode: 401, body: "" }),
    desk: office.desk,
    health: () => ({ status: "ok", polledAt: null, storeAnsweredAt: null }),
    log: { info: () => {}, error: () => {} },
  });
});

afterAll(() => http.close());

test("a person approves by --url, under the same rules", async () => {
  const own = await office.type("alice", `approve ${name} --url ${http.url}`, name);
  expect(own).toMatchObject({
    code: 1,
    text: expect.stringContaining("You asked for this migration yourself"),
  });
  expect((await office.type("eve", `rollback ${name} --url ${http.url}`)).text).toContain(sessionOf("eve"));
  expect(await office.type("bob", `approve ${name} --url ${http.url}`, name)).toMatchObject({ code: 0 });
  expect((await newest(office.life))?.approvals).toHaveLength(1);
  // Nobody came through the function.
  expect(office.calls).toEqual([]);
});

test.each([
  ["no JSON", "{", 200],
  ["a whole megabyte and more", " ".repeat(1_000_001), 413],
])("%s is refused", async (_what, body, status) => {
  const response = await fetch(`${http.url}/operate`, { method: "POST", body });
  expect(response.status).toBe(status);
  if (status === 200)
    expect(await response.json()).toMatchObject({ problems: [{ code: "operator.unreadable" }] });
});

test("only POST is served", async () => {
  expect((await fetch(`${http.url}/operate`)).status).toBe(405);
});

test("a process that is not there, or is something else, is said to be, with what to do", async () => {
  const told = await office.type("bob", `status --url ${http.url.replace(/:\d+$/, ":1")}`);
  expect(told).toMatchObject({ code: 1, text: expect.stringMatching(/did not answer[\s\S]*use --table/) });
});
