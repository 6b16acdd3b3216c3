const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** How many columns of a terminal a text takes; pictures take two. */
export function columns(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let count = 0;
  for (const { segment } of graphemes.segment(text)) {
    count += /\p{Emoji_Presentation}|\uFE0F/u.test(segment) ? 2 : 1;
  }
  return count;
}

/**
 * Breaks a text into lines of at most `width` columns, between words where it can, and keeps its own lines.
 * What follows in an item of a list stands under the item's text.
 */
export function wrap(text: string, width: number): string[] {
  return text.split("\n").flatMap((line) => wrapLine(line.trimEnd(), width));
}

function wrapLine(line: string, width: number): string[] {
  const start = /^ *(?:\d+\. |• )?/.exec(line)?.[0] ?? "";
  const indent = " ".repeat(start.length);
  const lines: string[] = [];
  let current = start;
  let begun = false;
  for (const word of line.slice(start.length).split(" ")) {
    for (const piece of pieces(word, width - indent.length)) {
      const joined = begun ? `${current} ${piece}` : current + piece;
      if (begun && columns(joined) > width) {
        lines.push(current);
        current = indent + piece;
      } else current = joined;
      begun = true;
    }
  }
  return [...lines, current];
}

/** A word that no line can hold, cut into pieces that a line can. */
function pieces(word: string, width: number): string[] {
  if (columns(word) <= width) return [word];
  const found: string[] = [];
  let piece = "";
  let taken = 0;
  for (const { segment } of graphemes.segment(word)) {
    const more = columns(segment);
    if (taken + more > width) {
      found.push(piece);
      piece = "";
      taken = 0;
    }
    piece += segment;
    taken += more;
  }
  return [...found, piece];
}

function pad(text: string, width: number, align: "left" | "center" | "right" = "left"): string {
  const space = " ".repeat(Math.max(0, width - columns(text)));
  return align === "right" ? space + text : text + space;
}

/** Sets texts side by side, two in a row, as a section's fields stand. */
export function inTwoColumns(texts: readonly string[], width: number): string[] {
  const half = Math.floor((width - 2) / 2);
  const lines: string[] = [];
  for (let index = 0; index < texts.length; index += 2) {
    const left = wrap(texts[index] ?? "", half);
    const right = wrap(texts[index + 1] ?? "", half);
    const height = Math.max(left.length, right.length);
    if (index > 0 && height > 1) lines.push("");
    for (let row = 0; row < height; row += 1) {
      lines.push(`${pad(left[row] ?? "", half)}  ${right[row] ?? ""}`.trimEnd());
    }
  }
  return lines;
}

/**
 * Sets a table whose first row is its head. One that is too wide becomes a list of records, each value beside
 * the name of its column.
 */
export function table(
  rows: readonly (readonly string[])[],
  align: readonly ("left" | "center" | "right" | undefined)[],
  width: number,
): string[] {
  const [head = [], ...body] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => columns(row[column] ?? ""))));
  const whole = widths.reduce((sum, each) => sum + each, 2 * (widths.length - 1));
  if (whole > width) {
    return body.flatMap((row, index) => [
      ...(index > 0 ? [""] : []),
      ...row.flatMap((value, column) => wrap(`${head[column] ?? ""}: ${value}`, width)),
    ]);
  }
  const line = (row: readonly string[]) =>
    widths
      .map((each, column) => pad(row[column] ?? "", each, align[column]))
      .join("  ")
      .trimEnd();
  return [line(head), "-".repeat(whole), ...body.map(line)];
}
