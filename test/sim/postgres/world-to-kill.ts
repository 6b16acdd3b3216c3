// Opens the world in the directory that is named, says so, and waits to be killed.
import { openWorld, orders } from "./embedded-world.ts";

const world = await openWorld(process.argv[2]);
await world.servers.createVolume("cluster-A", orders);
await world.servers.data.startInstance({ id: "db-W", volume: "cluster-A", writer: true });
await world.servers.data.startInstance({ id: "db-R", volume: "cluster-A", writer: false });
process.send?.("open");
// Whoever listens does not end by itself.
process.on("message", () => {});
