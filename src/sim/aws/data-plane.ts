export interface EmptyDatabase {
  readonly database: string | undefined;
  readonly user: string;
  /** Undefined where Secrets Manager keeps it, which is not simulated: one that the data plane knows. */
  readonly password: string | undefined;
}

/**
 * What a simulated account does to the databases behind it. One implementation runs real PostgreSQL
 * servers, another keeps rows as values for tests that need thousands of lives in a minute.
 *
 * A volume is named by the resource id of its cluster (or of its instance, outside Aurora) and an instance
 * by its DbiResourceId: names move between databases, these never do. Every operation is safe to repeat: a
 * killed demo repeats the last one when it starts again.
 */
export interface DataPlane {
  /** An empty volume with one login, which is no superuser, and one database of it beside `postgres`. */
  createEmptyVolume(volume: string, made: EmptyDatabase): Promise<void>;
  /** `to` becomes what `from` held at `at` (world time), as a point-in-time restore does. */
  restoreToTime(from: string, to: string, at: number): Promise<void>;
  /** `snapshot` becomes what `volume` holds now. */
  takeSnapshot(volume: string, snapshot: string): Promise<void>;
  restoreSnapshot(snapshot: string, to: string): Promise<void>;
  deleteVolume(volume: string): Promise<void>;
  deleteSnapshot(snapshot: string): Promise<void>;
  /** The instance serves `volume`; as a reader it refuses writes and follows the writer. */
  startInstance(instance: { id: string; volume: string; writer: boolean }): Promise<void>;
  /** Ends every session of the instance. */
  stopInstance(id: string): Promise<void>;
  /** Ends every session of the instance; it serves again afterwards. */
  rebootInstance(id: string): Promise<void>;
  /** A failover: the reader becomes the volume's writer. */
  promoteInstance(id: string): Promise<void>;
  /** World time of the last transaction committed on `volume`, or undefined where there is none yet. */
  lastCommit(volume: string): Promise<number | undefined>;
}
