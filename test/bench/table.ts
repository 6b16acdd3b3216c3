/** One line of the table. Times in it are of the world's clock unless the metric says otherwise. */
export interface Row {
  readonly metric: string;
  readonly ours: string;
  /** What it is compared with, and what that came to; empty where only a target is known. */
  readonly against: string;
  readonly ratio: string;
  readonly target: string;
  readonly met: boolean | null;
  /** Why the target is missed, or what the figure rests on. */
  readonly footnote?: string;
}

const headings = ["metric", "ours", "against", "ratio", "target", "met"] as const;

/** The table as Markdown that lines up in a terminal too, and its footnotes. */
export function printTable(rows: readonly Row[], print: (line: string) => void): void {
  const footnotes = [...new Set(rows.flatMap(({ footnote }) => footnote ?? []))];
  const cells = rows.map(({ metric, ours, against, ratio, target, met, footnote }) => [
    footnote === undefined ? metric : `${metric} [${footnotes.indexOf(footnote) + 1}]`,
    ours,
    against,
    ratio,
    target,
    met === null ? "" : met ? "yes" : "NO",
  ]);
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  print(line(headings));
  print(line(widths.map((width) => "-".repeat(width))));
  for (const row of cells) print(line(row));
  print("");
  footnotes.forEach((text, index) => {
    print(`[${index + 1}] ${text}`);
  });
}

/** How many times as much the other one takes. */
export function times(other: number, ours: number): string {
  return `${figure(other / ours)}×`;
}

/** Three digits are as many as any figure here is good for. */
export function figure(value: number): string {
  const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString("en", { maximumFractionDigits: digits, minimumFractionDigits: digits });
}

export function dollars(value: number): string {
  return `$${value < 0.1 ? value.toPrecision(2) : value.toFixed(2)}`;
}
