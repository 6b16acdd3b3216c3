import { expect, test } from "vitest";
import { entriesIn } from "../../src/transfer/entries.ts";
import { ToolFault } from "../../src/transfer/run-tool.ts";
import { differencesOfSchemas } from "../../src/transfer/schema.ts";
import { scramVerifier } from "../../src/transfer/scram.ts";
import { problemOf } from "../../src/transfer/tool-problems.ts";
import { chooseTools, type Tools } from "../../src/transfer/tools.ts";

const tools = (major: number): Tools => ({ major, pgDump: `dump-${major}`, pgRestore: `restore-${major}` });
const choose = (installed: readonly number[], source: number, target: number) =>
  chooseTools(installed.map(tools), { source, target, name: "orders-prod" });

test("the tools are as new as the target, or between source and target", () => {
  expect(choose([13, 15, 16, 18], 15, 15).major).toBe(15);
  expect(choose([13, 15, 16, 18], 14, 17).major).toBe(16);
  expect(choose([13, 15, 18], 13, 18).major).toBe(18);
});

test.each([
  [[], 15, 15, "transfer.no-tools", { wanted: 15 }],
  [[13, 14], 15, 15, "transfer.wrong-tools", { found: "13, 14", wanted: 15 }],
  [[16], 15, 15, "transfer.wrong-tools", { found: "16", source: 15, target: 15 }],
  [[15], 18, 18, "transfer.wrong-tools", { found: "15", source: 18, wanted: 18 }],
] as const)("of versions %j none serves from %d to %d", (installed, source, target, code, params) => {
  expect(() => choose(installed, source, target)).toThrow(
    expect.objectContaining({ problem: { code, params: expect.objectContaining(params) } }),
  );
});

const restoring = (error: string, entry = "TABLE DATA items app") => [
  "pg_restore: while PROCESSING TOC:",
  `pg_restore: from TOC entry 3537; 0 16390 ${entry}`,
  `pg_restore: error: ${error}`,
];

test.each([
  [
    "pg_dump",
    ['pg_dump: error: could not write to file "/spool/1.dat": No space left on device'],
    "transfer.disk-full",
  ],
  ["pg_dump", ["pg_dump: error: could not close data file: Disk quota exceeded"], "transfer.disk-full"],
  [
    "pg_restore",
    restoring(
      'COPY failed for table "items": ERROR:  could not extend file "base/1/2": No space left on device',
    ),
    "transfer.target-full",
  ],
  [
    "pg_restore",
    restoring(
      'could not execute query: ERROR:  could not extend file "base/1/2": No space left on device',
      "INDEX i app",
    ),
    "transfer.target-full",
  ],
  [
    "pg_restore",
    restoring("could not execute query: ERROR:  syntax error", "VIEW v app"),
    "transfer.tool-failed",
  ],
  [
    "pg_dump",
    ["pg_dump: error: query failed: server closed the connection unexpectedly"],
    "transfer.tool-failed",
  ],
] as const)("%s says %j", (tool, said, code) => {
  const found = problemOf(new ToolFault(tool, said, null), "orders", "orders-prod");
  expect(found.code).toBe(code);
  expect(JSON.stringify(found)).not.toMatch(/base\/1|spool|syntax|closed/);
});

test("what ended a tool is told by its signal", () => {
  const killed = problemOf(new ToolFault("pg_dump", [], "SIGKILL"), "orders", "orders-prod");
  expect(killed).toEqual({
    code: "transfer.tool-ended",
    params: { tool: "pg_dump", signal: "SIGKILL", database: "orders", name: "orders-prod" },
  });
});

test("a dump is restored in three parts: schemas, what is in them, and privileges as their owners", () => {
  const list = `;
; Archive created
;
215; 2615 16390 SCHEMA - sales owners
3540; 0 0 ACL - SCHEMA public pg_database_owner
3541; 0 0 ACL sales TABLE items Report's reader
3542; 0 0 DEFAULT ACL sales DEFAULT PRIVILEGES FOR TABLES reader
3543; 0 0 COMMENT - EXTENSION hstore
3544; 0 0 COMMENT sales TABLE items owners
2; 3079 16400 EXTENSION - hstore
220; 1259 16410 TABLE sales items owners`;
  const { schemas, contents, privileges } = entriesIn(list, ["owners", "reader", "Report's reader"]);
  expect(schemas).toEqual(["215; 2615 16390 SCHEMA - sales owners"]);
  expect(contents.filter((line) => !line.startsWith(";"))).toEqual([
    "3544; 0 0 COMMENT sales TABLE items owners",
    "2; 3079 16400 EXTENSION - hstore",
    "220; 1259 16410 TABLE sales items owners",
  ]);
  expect([...privileges]).toEqual([
    [undefined, ["3540; 0 0 ACL - SCHEMA public pg_database_owner"]],
    ["Report's reader", ["3541; 0 0 ACL sales TABLE items Report's reader"]],
    ["reader", ["3542; 0 0 DEFAULT ACL sales DEFAULT PRIVILEGES FOR TABLES reader"]],
  ]);
});

const dump = (...parts: readonly (readonly [string, string])[]) =>
  `--\n-- PostgreSQL database dump\n--\n\n\\restrict ${Math.random()}\n\n-- Dumped from database version 15.18\n\n${parts
    .map(([name, text]) => `--\n-- Name: ${name}; Schema: sales; Owner: app\n--\n\n${text}\n\n`)
    .join("")}--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict ${Math.random()}\n`;

test("schemas are the same whatever the order and the session's settings, and differ by what they say", () => {
  const items = ["items; Type: TABLE", "CREATE TABLE sales.items (id int);"] as const;
  const late = ["late; Type: INDEX", "CREATE INDEX late ON sales.items (id);"] as const;
  const acl = (...grants: string[]) => ["TABLE items; Type: ACL", grants.join("\n")] as const;
  const setting = [
    "items; Type: TABLE",
    "SET default_table_access_method = heap;\n\nCREATE TABLE sales.items (id int);",
  ] as const;
  expect(differencesOfSchemas(dump(items, late), dump(late, setting))).toEqual([]);
  expect(differencesOfSchemas(dump(acl("GRANT a", "GRANT b")), dump(acl("GRANT b", "GRANT a")))).toEqual([]);
  expect(differencesOfSchemas(dump(items, late), dump(items))).toEqual(["INDEX sales.late"]);
  expect(
    differencesOfSchemas(dump(items), dump(["items; Type: TABLE", "CREATE TABLE sales.items (id bigint);"])),
  ).toEqual(["TABLE sales.items"]);
  const twice = (comment: string) =>
    [
      "twice(int); Type: FUNCTION",
      `CREATE FUNCTION sales.twice(n int) AS $$\n-- ${comment}\nselect n * 2$$;`,
    ] as const;
  expect(differencesOfSchemas(dump(twice("once")), dump(twice("more")))).toEqual([
    "FUNCTION sales.twice(int)",
  ]);
  expect(differencesOfSchemas(dump(acl("GRANT a")), dump(acl("GRANT a", "GRANT b")))).toEqual([
    "ACL sales.TABLE items",
  ]);
});

test("a password is sent as the server keeps it", () => {
  // RFC 7677's example.
  const salt = Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64");
  expect(scramVerifier("pencil", salt)).toBe(
    "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
  );
  expect(scramVerifier("Straße")).toBeUndefined();
});
