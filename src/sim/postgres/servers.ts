import { chmod, mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { DataPlane } from "../aws/data-plane.ts";
import type { WorldClock } from "../clock.ts";
import { openAuthority } from "./certificates.ts";
import { type Installation, preparePostgres } from "./installation.ts";
import { Instances } from "./instances.ts";
import { type Seed, Volumes } from "./volumes.ts";
import { showOffset, worldOf } from "./world-time.ts";

/** The databases of an embedded world, each a real PostgreSQL server. */
export interface PostgresServers {
  readonly data: DataPlane;
  /** The world's certificate authority in PEM, which clients have to trust. */
  readonly ca: string;
  /** Makes a volume with these databases, owned by the master user; repeating it changes nothing. */
  createVolume(volume: string, ...seeds: readonly Seed[]): Promise<void>;
  /** The loopback port of a running instance, past the network. */
  portOf(instanceId: string): number | undefined;
  /** Stops every server; opening the world again starts the same ones. */
  close(): Promise<void>;
  /** Lets go of the servers, which run on, as after a kill; opening the world again adopts them. */
  detach(): Promise<void>;
}

/**
 * Opens the databases of the world in `directory`: starts or adopts whatever ran when it was last open.
 *
 * `certificateNames` is asked whenever an instance starts, reboots or fails over for the endpoint names that its
 * certificate is to carry, and not while the world opens: to the account that is no reboot. `clock`'s hook for jumps has to call `showOffset`, or the servers' clocks fall behind the world's.
 */
export async function openPostgresServers(world: {
  directory: string;
  clock: WorldClock;
  certificateNames: (instanceId: string) => readonly string[];
  /** In the place of the embedded servers, which come without client tools. */
  installation?: Installation | undefined;
}): Promise<PostgresServers> {
  const { clock, certificateNames } = world;
  const directory = resolve(world.directory);
  const installation = world.installation ?? (await preparePostgres());
  await mkdir(directory, { recursive: true });
  await makeReachable(directory, installation);
  showOffset(directory, clock.offset);
  const volumes = new Volumes(installation, directory);
  await volumes.open();
  const authority = await openAuthority(directory);
  const instances = new Instances({ installation, directory, volumes, authority, certificateNames });
  await instances.open();
  return {
    data: dataPlane(volumes, instances, clock),
    ca: authority.cert,
    createVolume: (volume, ...seeds) => volumes.create(volume, seeds),
    portOf: (id) => instances.portOf(id),
    close: () => instances.close(),
    detach: () => instances.detach(),
  };
}

function dataPlane(volumes: Volumes, instances: Instances, clock: WorldClock): DataPlane {
  return {
    createEmptyVolume: (volume, made) => volumes.createEmpty(volume, made),
    restoreToTime: (from, to, at) => volumes.restoreToTime(from, to, clock.wallOf(at)),
    takeSnapshot: (volume, snapshot) => volumes.takeSnapshot(volume, snapshot),
    restoreSnapshot: (snapshot, to) => volumes.restoreSnapshot(snapshot, to),
    deleteVolume: async (volume) => {
      await instances.stopAllOf(volume);
      await volumes.delete(volume);
    },
    deleteSnapshot: (snapshot) => volumes.deleteSnapshot(snapshot),
    startInstance: (instance) => instances.start(instance),
    stopInstance: (id) => instances.stop(id),
    rebootInstance: (id) => instances.reboot(id),
    promoteInstance: (id) => instances.promote(id),
    lastCommit: async (volume) => {
      const wall = await instances.lastCommit(volume);
      return wall === undefined ? undefined : worldOf(clock, wall);
    },
  };
}

/** Started by root, PostgreSQL runs as somebody who may not enter every directory that root can. */
async function makeReachable(directory: string, { user }: Installation): Promise<void> {
  if (!user) return;
  await chmod(directory, 0o755);
  for (let path = dirname(directory); path !== dirname(path); path = dirname(path)) {
    const anybodyMayEnter = ((await stat(path)).mode & 0o001) !== 0;
    if (anybodyMayEnter) continue;
    throw new Error(
      `PostgreSQL does not run as root, and the user that it runs as (${user.uid}) may not enter ${path}. ` +
        "Choose another directory for the embedded world, or start it as an ordinary user.",
    );
  }
}
