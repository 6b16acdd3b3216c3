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

/**
 * Values that are only ever added, one a line. A process that was killed may have left half a line, which says nothing; each
 * value starts on a line of its own, so that it spoils no other.
 */
export function savedLines<T>(path: string): { read(): T[]; add(value: T): void } {
  return {
    read: () => {
      if (!existsSync(path)) return [];
      return readFileSync(path, "utf8")
        .split("\n")
        .flatMap((line) => wholeValue<T>(line));
    },
    add: (value) => appendFileSync(path, `\n${JSON.stringify(value)}`),
  };
}

function wholeValue<T>(line: string): T[] {
  try {
    return [JSON.parse(line) as T];
  } catch {
    return [];
  }
}
