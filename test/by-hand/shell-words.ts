/** The variables of a shell, and what its functions were called with. */
export type Variables = Readonly<Record<string, string>>;

/** What is never looked into: comments, escapes and what is quoted. */
const piece = /^#[^\n]*|\\\n|\\.|'[^']*'|"[^"]*"|[()\n]|[^\\'"()\n]+/gm;

/** The statements of a block of shell: one a line, but for quotes, parentheses and lines that end in a backslash. */
export function statementsIn(block: string): string[] {
  const statements = [""];
  let depth = 0;
  for (const [part] of block.matchAll(piece)) {
    if (part === "(") depth++;
    if (part === ")") depth--;
    if (part === "\n" && depth === 0) statements.push("");
    else statements[statements.length - 1] += part === "\\\n" ? " " : part;
  }
  return statements.map((one) => one.trim()).filter((one) => one !== "");
}

/** The words of one command, with quotes taken off and variables put in. Throws where a variable was never set. */
export function wordsOf(command: string, variables: Variables): string[] {
  const words: string[] = [];
  const piece = /\s+|'([^']*)'|"([^"]*)"|\\(.)|([^\s'"\\]+)/gy;
  let word: string | undefined;
  let understood = 0;
  for (const [whole, single, double, escaped, bare] of command.matchAll(piece)) {
    understood += whole.length;
    if (/^\s/.test(whole)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (double !== undefined) word = (word ?? "") + expanded(double, variables);
    else {
      // Outside of quotes a value would be split into words, and these would be carried out.
      if (bare !== undefined && /[$`;&|<>()]/.test(bare)) throw new Error(`unquoted: ${bare}`);
      word = (word ?? "") + (single ?? escaped ?? bare ?? "");
    }
  }
  if (understood < command.length) throw new Error(`not understood: ${command.slice(understood)}`);
  return word === undefined ? words : [...words, word];
}

export function expanded(text: string, variables: Variables): string {
  return text.replace(/\$(\w+)/g, (_, name: string) => {
    const value = variables[name];
    if (value === undefined) throw new Error(`$${name} was never set`);
    return value;
  });
}
