import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { verbs } from "../src/core/command.ts";
import { otherExitCodes, refusedDatabases } from "../src/sim/refused-databases.ts";
import { strategies } from "../src/strategies/index.ts";

const root = join(import.meta.dirname, "..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const map = readFileSync(join(root, "src", "README.md"), "utf8");
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

test("the README's table of commands is the one that the bot understands", () => {
  const rows = [...readme.matchAll(/^\| `\/encrypt-db ([^`]+)` \| (.+) \|$/gm)].map(([, usage, says]) => ({
    usage,
    says,
  }));
  expect(rows).toEqual(Object.values(verbs).map(({ usage, says }) => ({ usage, says })));
});

test("the README lists every strategy, and every database that the demo refuses with its exit code", () => {
  for (const { id } of strategies) expect(readme).toContain(`| \`${id}\` |`);
  const rows = [...readme.matchAll(/^\| `([a-z0-9-]+)` \| .+ \| (\d+) \|$/gm)].map(([, name, code]) => [
    name,
    Number(code),
  ]);
  expect(rows).toEqual(refusedDatabases.map(({ name, exitCode }) => [name, exitCode]));
  for (const exitCode of Object.values(otherExitCodes)) expect(readme).toContain(` ${exitCode}`);
});

test("every npm command in the README exists", () => {
  const named = [...readme.matchAll(/npm (?:run )?([a-z-]+)/g)].map(([, script]) => script ?? "");
  const wanted = [...new Set(named)].filter((script) => script !== "ci");
  expect(wanted.length).toBeGreaterThan(1);
  expect(wanted.filter((script) => !(script in scripts))).toEqual([]);
});

test("every test and file that the documents name exists", () => {
  const named = [...`${readme}\n${map}`.matchAll(/`((?:src|test)\/[\w./*-]+)`/g)].map(
    ([, path]) => path ?? "",
  );
  expect(named.length).toBeGreaterThan(8);
  const missing = named.filter((path) => !path.includes("*")).filter((path) => !exists(path));
  expect(missing).toEqual([]);
});

function exists(path: string): boolean {
  try {
    readFileSync(join(root, path));
    return true;
  } catch (fault) {
    return fault instanceof Error && "code" in fault && fault.code === "EISDIR";
  }
}
