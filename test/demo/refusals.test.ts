import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dumped } from "../../src/sim/demo-databases.ts";
import { refusal } from "../../src/sim/refusal.ts";
import { otherExitCodes, refusedDatabases } from "../../src/sim/refused-databases.ts";
import { openWorld, type World } from "../../src/sim/world.ts";

const directory = mkdtempSync(join(tmpdir(), "encrypt-db-refusals-"));
let world: World;

beforeAll(async () => {
  chmodSync(directory, 0o755);
  const served = [...refusedDatabases.filter((one) => one.served).map(({ name }) => name), dumped.name];
  world = await openWorld({ directory, served, log: { info: () => {}, error: console.error } });
}, 120_000);

afterAll(async () => {
  await world.close();
  rmSync(directory, { recursive: true, force: true });
});

async function told(database: string, strategy: string | null = null) {
  const printed: string[] = [];
  const exitCode = await refusal(
    world,
    { database, strategy, rehearses: false, decommissions: false },
    (line) => printed.push(line),
  );
  return { exitCode, printed: printed.join("\n") };
}

describe("the headless demo refuses", () => {
  test.each(refusedDatabases.map((one) => [one.name, one.code, one] as const))(
    "%s, and says why, what to do and %s",
    async (name, code, { exitCode }) => {
      const refused = await told(name);
      expect(refused.exitCode).toBe(exitCode);
      expect(refused.printed).toContain(`refused (${code}):`);
      expect(refused.printed).toMatch(/remedy: \S/);
    },
    60_000,
  );

  test("a strategy that is none, and one that does not suit", async () => {
    expect((await told("orders-prod-1", null)).exitCode).not.toBe(otherExitCodes["strategy.unknown"]);
    expect((await told("fresh-prod", "by-magic")).exitCode).toBe(otherExitCodes["strategy.unknown"]);
    expect((await told("fresh-prod", "rds-snapshot-copy")).exitCode).toBe(
      otherExitCodes["strategy.unsuitable"],
    );
  }, 60_000);

  test("to dump where PostgreSQL's own tools are missing, and says which", async () => {
    const { exitCode, printed } = await told(dumped.name, "rds-dump-restore");
    expect(exitCode).toBe(otherExitCodes["transfer.no-tools"]);
    expect(printed).toContain("postgresql-client-15");
  }, 60_000);

  test("each with a code of its own", () => {
    const codes = [...refusedDatabases.map(({ exitCode }) => exitCode), ...Object.values(otherExitCodes)];
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.every((code) => code > 9)).toBe(true);
  });
});
