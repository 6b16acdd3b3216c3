import { statementsIn } from "./shell-words.ts";

/** A look of the sheet, and what it says must be printed. */
export type Check =
  | { readonly typed: string; readonly must: readonly string[] }
  | { readonly typed: string; readonly after: string }
  | { readonly typed: string; readonly given: true }
  | { readonly typed: string; readonly not: string }
  | { readonly typed: string; readonly equal: string }
  | { readonly typed: string; readonly keptAs: string };

export interface ReadStep {
  readonly title: string;
  readonly first: readonly Check[];
  readonly run: readonly string[];
  readonly instead: readonly string[] | null;
  readonly done: readonly Check[];
  readonly text: string;
}

export interface ReadSheet {
  readonly forward: readonly ReadStep[];
  readonly back: readonly ReadStep[];
  /** Nothing may be changed before. */
  readonly notBefore: number;
  /** The block that makes a shell ready. */
  readonly preparation: string;
}

/** A sheet as a person reads it: by its headings, and what is in its blocks. */
export function read(sheet: string): ReadSheet {
  const sections = sheet.split(/^## /m);
  const section = (number: string) => sections.find((one) => one.startsWith(`${number}.`)) ?? "";
  return {
    notBefore: new Date(
      /Change nothing before ([^Z]*?) UTC/.exec(section("1"))?.[1]?.concat("Z") ?? "",
    ).getTime(),
    preparation: blockAfter(section("2"), "") ?? "",
    forward: stepsIn(section("4")),
    back: stepsIn(section("5")),
  };
}

function stepsIn(section: string): ReadStep[] {
  const [, ...texts] = section.split(/^### /m);
  return texts.map((text) => ({
    title: text.slice(0, text.indexOf("\n")),
    first: checksIn(blockAfter(text, "Before it:")),
    run: statementsIn(blockAfter(text, "Run:") ?? ""),
    instead: insteadIn(blockAfter(text, "Instead, where its status says that it has failed:")),
    done: checksIn(blockAfter(text, "Done when:")),
    text,
  }));
}

function insteadIn(block: string | undefined): string[] | null {
  return block === undefined ? null : statementsIn(block).filter((one) => !one.startsWith("#"));
}

function blockAfter(text: string, label: string): string | undefined {
  const from = label === "" ? 0 : text.indexOf(`\n${label}\n`);
  return from === -1 ? undefined : /```sh\n([\s\S]*?)\n```/.exec(text.slice(from))?.[1];
}

function checksIn(block = ""): Check[] {
  const checks: Check[] = [];
  for (const statement of statementsIn(block)) {
    if (statement.startsWith("#")) {
      const last = checks.pop();
      if (!last) throw new Error(`nothing is looked at before ${statement}`);
      checks.push(withComment(last, statement));
    } else if (!statement.startsWith("echo ")) checks.push(checkOf(statement));
  }
  const silent = checks.filter((one) => "must" in one && one.must.includes("?"));
  if (silent.length > 0) throw new Error(`what must ${silent.map(({ typed }) => typed)} print?`);
  return checks;
}

function checkOf(statement: string): Check {
  const kept = /^([A-Z_]+)=\$\(([\s\S]*)\)$/.exec(statement);
  if (kept) return { typed: kept[2] ?? "", keptAs: kept[1] ?? "" };
  const equal = /^diff <\(([\s\S]*)\)\s+<\(([\s\S]*)\)$/.exec(statement);
  if (equal) return { typed: equal[1] ?? "", equal: equal[2] ?? "" };
  return { typed: statement, must: ["?"] };
}

function withComment(check: Check, comment: string): Check {
  const { typed } = check;
  const [, says] = /^# must print: (.*)$/.exec(comment) ?? [];
  const [, more] = /^#\s+(.*)$/.exec(comment) ?? [];
  if ("equal" in check) return check;
  if (says === "nothing" || says === "nothing, and no error") return { typed, must: [] };
  if (says === "something, and not None") return { typed, given: true };
  if (says?.startsWith("another than ")) return { typed, not: says.slice("another than ".length) };
  if (says?.startsWith("a time after ")) return { typed, after: says.slice("a time after ".length) };
  if (says !== undefined) return { typed, must: [says] };
  if (!("must" in check) || more === undefined) throw new Error(`a comment that means nothing: ${comment}`);
  return { typed, must: [...check.must, more] };
}
