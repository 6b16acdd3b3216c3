import { expect, test } from "vitest";
import { parseArguments, usage } from "../../src/operate/arguments.ts";

const parse = (line: string) => parseArguments(line === "" ? [] : line.split(" "));

test.each([
  ["status", { does: "command", command: { verb: "status", name: null }, where: { is: "worker" } }],
  ["status Orders-Prod", { command: { verb: "status", name: "orders-prod" } }],
  ["halt AWS is ill", { command: { verb: "halt", reason: "AWS is ill" } }],
  ["approve orders", { does: "approve", name: "orders", terms: null }],
  [
    "approve orders --opening ask",
    { terms: { opening: "ask", longestDowntime: null, whenLate: "offer", notBefore: null } },
  ],
  [
    "approve orders --opening automatic --at-most 45 --if-late roll-back --not-before 2026-11-28T03:00+01:00",
    {
      terms: {
        opening: "automatic",
        longestDowntime: 2_700_000,
        whenLate: "roll-back",
        notBefore: Date.UTC(2026, 10, 28, 2),
      },
    },
  ],
  [
    "sheet orders --table encrypt-db",
    { does: "sheet", name: "orders", where: { is: "table", table: "encrypt-db" } },
  ],
  ["discard orders --url https://bot.example.com", { does: "discard", where: { is: "process" } }],
  ["list --url http://127.0.0.1:3000", { where: { is: "process" } }],
  ["list --url http://[::1]:3000", { where: { is: "process" } }],
])("%s is understood", (line, meant) => {
  expect(parse(line)).toMatchObject(meant);
});

test.each([
  ["", /Say what to do/],
  ["frobnicate", /no command frobnicate/],
  ["start orders", /no command start/],
  ["approve", /approve needs the name/],
  ["approve orders --yes", /Unknown option '--yes'/],
  ["approve orders --opening maybe", /automatic or ask/],
  ["reject orders --opening ask", /--opening goes with approve/],
  ["rollback orders --at-most 45", /--at-most goes with approve/],
  ["approve orders --at-most 45", /--at-most goes with --opening automatic or ask/],
  ["approve orders --opening ask --at-most long", /--at-most is a number of minutes/],
  ["approve orders --opening ask --if-late panic", /--if-late is offer or roll-back/],
  ["approve orders --opening ask --not-before 2026-11-28T03:00", /a time with its zone/],
  ["approve orders --opening ask --not-before 2026-13-28T03:00Z", /a time with its zone/],
  ["approve orders --table encrypt-db", /--table is for status, sheet, evidence, halt/],
  ["unhalt --table encrypt-db", /--table is for/],
  ["status --table a --url https://b", /exclude each other/],
  ["status --url ftp://bot", /not an address/],
  ["status --url http://bot.example.com", /must be https/],
  ["status --url http://127.0.0.1.example.com", /must be https/],
  ["status --table", /argument missing/],
])("“%s” is not, and one line says why", (line, why) => {
  expect(parse(line)).toMatchObject({ misused: expect.stringMatching(why) });
});

test.each([
  ["halt", "command.reason-missing"],
  ["rollback", "command.name-missing"],
  ["rollback orders_prod", "command.bad-name"],
  ["sheet orders prod", "command.too-much"],
])("“%s” is told what a slash command would be: %s", (line, code) => {
  expect(parse(line)).toMatchObject({ misused: { code } });
});

test("the usage names every command", () => {
  for (const verb of [
    "status",
    "list",
    "approve",
    "reject",
    "rollback",
    "discard",
    "pause",
    "resume",
    "retry",
    "halt",
    "unhalt",
    "sheet",
  ])
    expect(usage).toMatch(new RegExp(`\\b${verb}\\b`));
});
