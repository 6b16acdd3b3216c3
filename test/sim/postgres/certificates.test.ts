import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { logins } from "../../../src/sim/postgres/template.ts";
import { type EmbeddedWorld, openWorld, orders } from "./embedded-world.ts";

let world: EmbeddedWorld;

beforeAll(async () => {
  world = await openWorld();
  world.names.set("db-W", ["orders.cluster-x.rds.amazonaws.com", "db-w.x.rds.amazonaws.com"]);
  await world.servers.createVolume("cluster-A", orders);
  await world.servers.data.startInstance({ id: "db-W", volume: "cluster-A", writer: true });
});
afterAll(() => world.close());

async function connectAs(servername: string, ssl: object | false = { ca: world.servers.ca, servername }) {
  const client = new pg.Client({
    host: "127.0.0.1",
    port: world.servers.portOf("db-W"),
    database: "orders",
    ...logins.application,
    ssl,
  });
  try {
    await client.connect();
  } finally {
    await client.end();
  }
}

test("a client that verifies the name connects by each endpoint name", async () => {
  await connectAs("orders.cluster-x.rds.amazonaws.com");
  await connectAs("db-w.x.rds.amazonaws.com");
});

test("a client that verifies the name refuses another one", async () => {
  await expect(connectAs("other.cluster-x.rds.amazonaws.com")).rejects.toMatchObject({
    code: "ERR_TLS_CERT_ALTNAME_INVALID",
  });
});

test("a client that trusts other authorities refuses the server", async () => {
  const name = "orders.cluster-x.rds.amazonaws.com";
  await expect(connectAs(name, { servername: name })).rejects.toThrow(/certificate/);
});

test("the server refuses a client without TLS", async () => {
  await expect(connectAs("any", false)).rejects.toThrow("no encryption");
});

test("after a rename the certificate carries the old name until the next reboot", async () => {
  world.names.set("db-W", ["orders-old.cluster-x.rds.amazonaws.com"]);
  await connectAs("orders.cluster-x.rds.amazonaws.com");
  await expect(connectAs("orders-old.cluster-x.rds.amazonaws.com")).rejects.toMatchObject({
    code: "ERR_TLS_CERT_ALTNAME_INVALID",
  });
  await world.servers.data.rebootInstance("db-W");
  await connectAs("orders-old.cluster-x.rds.amazonaws.com");
  await expect(connectAs("orders.cluster-x.rds.amazonaws.com")).rejects.toMatchObject({
    code: "ERR_TLS_CERT_ALTNAME_INVALID",
  });
});

test("to open the world again is no reboot: the certificate keeps its names", async () => {
  await world.servers.close();
  world = await openWorld(world.directory);
  await connectAs("orders-old.cluster-x.rds.amazonaws.com");
});
