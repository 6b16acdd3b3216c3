/** As much of JMESPath as the sheets ask with: `A[].B[?C=='d'].[E, F || 'none']` and `A[].{e:E, f:F}`. */
export function query(expression: string, data: unknown): unknown {
  const [wanted = "", , byDefault] = split(expression, "|");
  return walk(split(wanted.trim(), "."), data) ?? byDefault?.trim().slice(1, -1) ?? null;
}

/** The rows that the CLI prints as text. */
export function rowsOf(result: unknown): string[] {
  if (!Array.isArray(result)) return [printed(result)];
  if (result.length === 0) return [];
  if (result.some(Array.isArray)) return result.flatMap(rowsOf);
  return [result.map(printed).join(" ")];
}

function printed(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  return value instanceof Date ? value.toISOString() : String(value);
}

function walk([step, ...rest]: readonly string[], data: unknown): unknown {
  if (step === undefined) return data ?? null;
  if (step.startsWith("[")) return split(step.slice(1, -1), ",").map((one) => query(one, data));
  if (step.startsWith("{")) {
    const pairs = split(step.slice(1, -1), ",").map((pair) => pair.trim().split(":"));
    return Object.fromEntries(pairs.map(([name = "", of = ""]) => [name, query(of, data)]));
  }
  const [, member = "", bracket] = /^(\w+)(\[.*\])?$/s.exec(step) ?? [];
  const found = (data as Record<string, unknown> | undefined)?.[member];
  if (member === "") throw new Error(`not understood: ${step}`);
  if (bracket === undefined) return walk(rest, found);
  const list = (found as unknown[] | undefined) ?? [];
  return list.filter((one) => isMeant(bracket, one)).map((one) => walk(rest, one));
}

function isMeant(bracket: string, one: unknown): boolean {
  if (bracket === "[]") return true;
  const [, member = "", value] = /^\[\?(\w+)(?:=='(.*)')?\]$/.exec(bracket) ?? [];
  const found = (one as Record<string, unknown>)[member];
  return value === undefined ? found === true : found === value;
}

/** Splits outside of brackets. */
function split(text: string, by: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const char of text) {
    if ("[{".includes(char)) depth++;
    if ("]}".includes(char)) depth--;
    if (char === by && depth === 0) parts.push("");
    else parts[parts.length - 1] += char;
  }
  return parts;
}
