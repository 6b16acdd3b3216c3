import { harmless } from "../operate/text/terminal.ts";
import type { Finding, Result } from "./check.ts";

/** One line for what holds, four for what was found, and the sum. */
export function reportText(results: readonly Result[]): string {
  return `${results.flatMap(linesOf).join("\n")}\n\n${summary(results)}`;
}

const indent = " ".repeat(11);
const marks = { error: "ERROR", warning: "WARNING", note: "note" } as const;

function linesOf(result: Result): readonly string[] {
  if ("unchecked" in result) {
    return [
      `UNCHECKED  ${result.claim}`,
      `${indent}Why: ${harmless(result.unchecked)}`,
      `${indent}Do:  ${result.remedy}`,
    ];
  }
  const { claim, findings } = result;
  const holds = findings.every(({ severity }) => severity === "note");
  return [...(holds ? [`ok         ${claim}`] : []), ...findings.flatMap(findingLines)];
}

function findingLines({ severity, what, why, remedy }: Finding): readonly string[] {
  return [
    `${marks[severity].padEnd(indent.length)}${harmless(what)}`,
    `${indent}Why: ${harmless(why)}`,
    `${indent}Do:  ${harmless(remedy)}`,
  ];
}

function summary(results: readonly Result[]): string {
  const findings = results.flatMap((result) => ("findings" in result ? result.findings : []));
  const count = (severity: Finding["severity"]) => findings.filter((one) => one.severity === severity).length;
  const unchecked = results.filter((result) => "unchecked" in result).length;
  return [
    counted(results.length, "check"),
    counted(count("error"), "error"),
    counted(count("warning"), "warning"),
    counted(count("note"), "note"),
    `${unchecked} not checked`,
  ].join(", ");
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
