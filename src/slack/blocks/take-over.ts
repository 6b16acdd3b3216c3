import type { SectionBlock } from "@slack/types";
import { type TakeOver, takeOvers, type When } from "../../core/ownership.ts";
import type { Plan } from "../../core/plan.ts";
import { limits } from "../limits.ts";
import { escaped } from "../text.ts";
import { section } from "./message.ts";

const headings: Readonly<Record<When, (owner: TakeOver["owner"]) => string>> = {
  before: (owner) => `*${owner} made this database.* Freeze it, and prepare before the cutover:`,
  after: (owner) => `*Due now for ${owner}*, before anything is applied:`,
};

/** What is to be done about the code that made a database, to be copied. */
export function takeOverBlocks(plan: Plan, when: When): readonly SectionBlock[] {
  return takeOvers(plan, when).flatMap(({ owner, lines }) => fenced(headings[when](owner), lines));
}

/** A section that was cut inside its fence would show the rest of the message as code. */
function fenced(heading: string, lines: readonly string[]): SectionBlock[] {
  const room = limits.sectionText - heading.length - "\n```\n\n```".length;
  const pages: string[] = [];
  let page = "";
  for (const line of lines.map(indented)) {
    if (page !== "" && page.length + 1 + line.length > room) {
      pages.push(page);
      page = "";
    }
    page = page === "" ? line : `${page}\n${line}`;
  }
  return [...pages, page].map((text, index) =>
    section(`${index === 0 ? `${heading}\n` : ""}\`\`\`\n${text}\n\`\`\``),
  );
}

function indented(line: string): string {
  const [indent = ""] = /^ */.exec(line) ?? [];
  return `${indent}${escaped(line)}`;
}
