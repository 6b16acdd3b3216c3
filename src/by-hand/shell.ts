/** As wide as a terminal beside another one. */
export const width = 98;

const plain = /^[\w@%+=:,./-]+$/;
const variable = /^\$[A-Z_]+$/;

/** One word of a POSIX shell; a variable stays one. */
export function quoted(word: string): string {
  if (plain.test(word)) return word;
  if (variable.test(word)) return `"${word}"`;
  // Queries hold single quotes; in double ones these four would still mean something.
  if (word.includes("'") && !/["$`\\!]/.test(word)) return `"${word}"`;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A command on one line where it fits, and else with one option per line. Options are quoted already. */
export function command(words: string, options: readonly string[]): string {
  const line = [words, ...options].join(" ");
  return line.length <= width && !line.includes("\n") ? line : [words, ...options].join(" \\\n  ");
}

/** Prose, broken at words. */
export function wrapped(text: string, indent = ""): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && `${indent}${line} ${word}`.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].map((one) => indent + one).join("\n");
}
