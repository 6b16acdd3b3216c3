import { chmod, mkdir, mkdtemp, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Tools } from "../../src/transfer/tools.ts";

type Which = "pgDump" | "pgRestore";

/** The real client tools, one of them behind a script of `lines`, in which `$real` is the tool. */
async function wrapped(
  tools: Tools,
  folder: string,
  which: Which,
  lines: readonly string[],
): Promise<{ tools: Tools; place: string }> {
  await mkdir(folder, { recursive: true });
  const place = await mkdtemp(join(folder, "wrapped-"));
  const path = join(place, which);
  const script = ["#!/bin/sh", `real="${tools[which]}"`, `place="${place}"`, ...lines, 'exec "$real" "$@"'];
  await writeFile(path, `${script.join("\n")}\n`);
  await chmod(path, 0o755);
  return { tools: { ...tools, [which]: path }, place };
}

/** Only what copies a whole database is meddled with: lists and schemas for comparison are not. */
const onlyCopies = 'case "$*" in *--jobs=*) ;; *) exec "$real" "$@" ;; esac';

/** The tool, and then whoever called it, dies as it says its `line`th line. */
export function killedAt(tools: Tools, folder: string, which: Which, line: number) {
  return wrapped(tools, folder, which, [
    onlyCopies,
    'mkfifo "$place/said.$$"',
    '"$real" "$@" 2>"$place/said.$$" & tool=$!',
    "n=0",
    "while read -r said; do",
    '  printf "%s\\n" "$said" >&2',
    "  n=$((n+1))",
    `  if [ $n = ${line} ]; then touch "$place/killed"; kill -9 $tool $$; fi`,
    'done <"$place/said.$$"',
    "wait $tool",
    "exit $?",
  ]);
}

/** No file that the tool writes can have more than some kilobytes. */
export function withoutRoom(tools: Tools, folder: string) {
  // What is ignored stays so in the tool, which then hears of it as it would of a full disk.
  return wrapped(tools, folder, "pgDump", [onlyCopies, "trap '' XFSZ", "ulimit -f 8"]);
}

/** The tool waits at one database, before it does anything there, until `goOn` is called. */
export async function heldBack(tools: Tools, folder: string, which: Which, database: string) {
  const isThere = {
    pgDump: `[ "$PGDATABASE" = "${database}" ]`,
    pgRestore: `for last; do :; done; "$real" --list "$last" | grep -q "dbname: ${database}$"`,
  };
  const { tools: held, place } = await wrapped(tools, folder, which, [
    onlyCopies,
    `if ${isThere[which]}; then`,
    '  touch "$place/waits"',
    '  while [ ! -e "$place/go" ]; do sleep 0.02; done',
    "fi",
  ]);
  return {
    tools: held,
    async waits() {
      while (!(await exists(join(place, "waits")))) await sleep(10);
    },
    goOn: () => writeFile(join(place, "go"), ""),
  };
}

export function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
