import { expect, test } from "vitest";
import { problem } from "../../src/core/problem.ts";
import { approvalText } from "../../src/operate/text/approval.ts";
import { viewAt } from "../slack/lives.ts";

test("whoever approves in a terminal reads what was found, warnings first, and what to do about it", () => {
  const findings = [
    { severity: "notes" as const, ...problem("storage.full-grown", { name: "x", allocated: 5, limit: 5 }) },
    {
      severity: "warns" as const,
      ...problem("window.near", {
        name: "orders\u001b[2J-prod",
        kind: "backup",
        window: "02:00-02:30",
        until: 3_600_000,
      }),
    },
  ];
  const lines = approvalText(viewAt("begin", { findings }), "begin", null).split("\n");
  const known = lines.slice(lines.indexOf("What to know:") + 1);
  expect(known[0]).toBe(
    "  - WARNING: The backup window of orders [2J-prod (02:00-02:30, UTC) opens in 1 h: AWS may then take the database for itself and refuse the rename.",
  );
  expect(known[1]).toMatch(/^ {4}What to do: Cut over when it is over/);
  expect(known[2]).toMatch(/^ {2}- The storage of x has grown to 5 GiB/);
  expect(known[3]).toMatch(/^ {4}What to do: Raise the limit/);
  expect(known[4]).toMatch(/^ {2}- Times are planning figures/);
});
