import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { plain } from "../../src/core/note.ts";
import { say } from "../../src/core/sentences.ts";
import { type Pack, textOf } from "../../src/evidence/format.ts";
import { verifyFile } from "../../src/evidence/verify-file.ts";
import { fileOf, forged, packOf, rolledBackEarly } from "./lives.ts";

let pack: Pack;
beforeAll(async () => {
  pack = await packOf(await rolledBackEarly());
});

async function typed(args: readonly string[], files: Readonly<Record<string, string | Uint8Array>> = {}) {
  const printed: string[] = [];
  const complained: string[] = [];
  const code = await verifyFile(args, {
    read: async (path) => {
      const file = files[path];
      return typeof file === "string" ? new TextEncoder().encode(file) : file;
    },
    print: (line) => printed.push(line),
    complain: (line) => complained.push(line),
    say: (of) => say(of, plain),
  });
  return { code, printed, complained };
}

describe("npm run verify-evidence", () => {
  test("says of a whole file what it proves and what it does not", async () => {
    const { code, printed, complained } = await typed(["p.json", pack.seal], { "p.json": fileOf(pack) });
    expect({ code, complained }).toEqual({ code: 0, complained: [] });
    const text = printed.join("\n");
    expect(text).toContain(`Its seal is ${pack.seal}.`);
    expect(text).toContain("It was not changed since that seal was given");
    expect(text).toContain("The plan: approved by bob (UBOB) at 2026-11-24");
    expect(text).toContain("What it does not prove:");
    expect(text).toContain("look them up in CloudTrail of account 123456789012");
    expect(text).not.toContain("No seal was given");
  });

  test("without a seal says that anybody can seal a file anew", async () => {
    const { code, printed } = await typed(["p.json"], { "p.json": fileOf(pack) });
    expect(code).toBe(0);
    expect(printed.join("\n")).toContain("No seal was given to compare.");
  });

  test("of a changed file says what is wrong, and nothing that it would prove", async () => {
    const changed = textOf(pack).replace('"name": "bob"', '"name": "bop"');
    const { code, printed, complained } = await typed(["p.json"], { "p.json": changed });
    expect({ code, printed }).toEqual({ code: 1, printed: [] });
    expect(complained.join("\n")).toContain("The section “people” was changed after it was sealed.");
  });

  test("of one that was sealed anew with a time that there is not says what is wrong all the same", async () => {
    const beyond = forged(pack, ({ migration }) => {
      migration.endedAt = 1e20;
    });
    const { code, complained } = await typed(["p.json"], { "p.json": fileOf(beyond) });
    expect(code).toBe(1);
    expect(complained.join("\n")).toContain("The journal knows nothing of an end at 100000000000000000000.");
  });

  test("of one that nests without end says what is wrong all the same", async () => {
    const nested = "[".repeat(20_000) + "]".repeat(20_000);
    const text = textOf(pack).replace('"learned": {}', `"learned": {"nested": ${nested}}`);
    const { code, complained } = await typed(["p.json"], { "p.json": text });
    expect(code).toBe(1);
    expect(complained.join("\n")).toContain("the file: nested more than 100 deep");
  });

  test("with another seal does not accept the file", async () => {
    const { code, complained } = await typed(["p.json", "0".repeat(64)], { "p.json": fileOf(pack) });
    expect(code).toBe(1);
    expect(complained.join("\n")).toContain(`The seal of the file is ${pack.seal}`);
  });

  test.each([
    [[], /^npm run verify-evidence -- FILE \[SEAL\]/],
    [["--help"], /^npm run verify-evidence -- FILE \[SEAL\]/],
    [["p.json", "0".repeat(64), "q.json"], /^npm run verify-evidence -- FILE \[SEAL\]/],
    [["p.json", "24492d7b5080"], /^A seal is 64 hexadecimal digits/],
    [["none.json"], /^There is no file none\.json/],
  ])("typed as %j cannot be meant so", async (args, says) => {
    const { code, printed, complained } = await typed(args, { "p.json": fileOf(pack) });
    expect({ code, printed }).toEqual({ code: 2, printed: [] });
    expect(complained.join("\n")).toMatch(says);
  });

  test.each([
    ["# Evidence\n", /The file is no JSON/],
    ["{}\n", /The file is no evidence pack of this product/],
    ['{"sections":{"format":{"id":"encrypt-db evidence pack","version":9}}}', /format version 9, .* knows 1/],
  ])("of %j says what it is not", async (file, says) => {
    const { code, complained } = await typed(["p.json"], { "p.json": file });
    expect(code).toBe(1);
    expect(complained.join("\n")).toMatch(says);
    expect(complained.join("\n")).not.toMatch(/\n\s+at /);
  });
});

describe("as a process", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "encrypt-db-evidence-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const run = (...args: string[]) =>
    promisify(execFile)("node", ["--import", "tsx", "src/verify-evidence.ts", ...args]).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
        code,
        stdout,
        stderr,
      }),
    );

  test("it reads the file, and its exit code tells the verdict", async () => {
    const file = join(folder, "pack.json");
    await writeFile(file, fileOf(pack));
    expect(await run(file, pack.seal)).toMatchObject({ code: 0, stderr: "" });
    await writeFile(file, textOf(pack).replaceAll("bob", "eve"));
    expect(await run(file)).toMatchObject({ code: 1, stdout: "" });
    expect(await run(join(folder, "none.json"))).toMatchObject({ code: 2, stdout: "" });
    expect(await run(folder)).toMatchObject({ code: 2, stdout: "" });
  });

  test("what a hostile file holds cannot command the terminal", async () => {
    const file = join(folder, "hostile.json");
    const text = textOf(pack).replaceAll(pack.sections.migration.target.name, "orders\\u001b[2J");
    await writeFile(file, text);
    const { code, stdout, stderr } = await run(file);
    expect(code).toBe(1);
    expect(stdout + stderr).not.toContain("\u001b");
  });
});
