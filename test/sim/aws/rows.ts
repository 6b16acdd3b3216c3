import type { DataPlane } from "../../../src/sim/aws/data-plane.ts";

/** One committed write: at world time `at`, row `id` became `value`. */
export interface Write {
  readonly at: number;
  readonly id: string;
  readonly value: string;
}

/** A data plane whose volumes are lists of writes, for lives that take no time. */
export class Rows implements DataPlane {
  readonly volumes = new Map<string, readonly Write[]>();
  readonly snapshots = new Map<string, readonly Write[]>();
  readonly instances = new Map<string, { readonly volume: string; readonly writer: boolean }>();
  /** What happened to sessions, in order. */
  readonly sessions: string[] = [];
  failing = false;

  write(volume: string, write: Write): void {
    this.volumes.set(volume, [...(this.volumes.get(volume) ?? []), write]);
  }

  async createEmptyVolume(volume: string): Promise<void> {
    this.volumes.set(volume, []);
  }

  async restoreToTime(from: string, to: string, at: number): Promise<void> {
    if (this.failing) throw new Error("the data plane fails");
    this.volumes.set(
      to,
      (this.volumes.get(from) ?? []).filter((write) => write.at <= at),
    );
  }

  async takeSnapshot(volume: string, snapshot: string): Promise<void> {
    this.snapshots.set(snapshot, this.volumes.get(volume) ?? []);
  }

  async restoreSnapshot(snapshot: string, to: string): Promise<void> {
    this.volumes.set(to, this.snapshots.get(snapshot) ?? []);
  }

  async deleteVolume(volume: string): Promise<void> {
    this.volumes.delete(volume);
  }

  async deleteSnapshot(snapshot: string): Promise<void> {
    this.snapshots.delete(snapshot);
  }

  async startInstance({
    id,
    volume,
    writer,
  }: {
    id: string;
    volume: string;
    writer: boolean;
  }): Promise<void> {
    this.instances.set(id, { volume, writer });
    this.sessions.push(`start ${id}`);
  }

  async stopInstance(id: string): Promise<void> {
    this.instances.delete(id);
    this.sessions.push(`stop ${id}`);
  }

  async rebootInstance(id: string): Promise<void> {
    this.sessions.push(`reboot ${id}`);
  }

  async promoteInstance(id: string): Promise<void> {
    this.sessions.push(`promote ${id}`);
  }

  async lastCommit(volume: string): Promise<number | undefined> {
    return this.volumes.get(volume)?.at(-1)?.at;
  }
}
