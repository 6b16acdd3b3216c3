import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

/** A value in a file that is always whole: a kill finds the old one or the new one, never half of either. */
export function saved<T>(path: string): { read(): T | undefined; write(value: T): void } {
  return {
    read: () => (existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as T) : undefined),
    write: (value) => {
      writeFileSync(`${path}.new`, JSON.stringify(value));
      renameSync(`${path}.new`, path);
    },
  };
}

/** Values that are only ever added, one a line. The last line of a process that was killed may be half a one. */
export function savedLines<T>(path: string): { read(): T[]; add(value: T): void } {
  return {
    read: () => {
      if (!existsSync(path)) return [];
      const lines = readFileSync(path, "utf8").split("\n");
      return lines.slice(0, -1).map((line) => JSON.parse(line) as T);
    },
    add: (value) => appendFileSync(path, `${JSON.stringify(value)}\n`),
  };
}
