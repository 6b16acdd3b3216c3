const safe = Symbol("safe");

/** HTML that is safe to show. Only `html` makes it: what comes out of a pack cannot have a symbol for a key. */
export interface Markup {
  readonly [safe]: string;
}

type Value = Markup | string | number | null | undefined | readonly Value[];

/** HTML in which every value is escaped that is not HTML itself; null and undefined show as nothing. */
export function html(literals: TemplateStringsArray, ...values: readonly Value[]): Markup {
  const rest = values.map((value, at) => shown(value) + (literals[at + 1] ?? ""));
  return { [safe]: (literals[0] ?? "") + rest.join("") };
}

export function htmlText(of: Markup): string {
  return of[safe];
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function shown(value: Value): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "object") return safe in value ? value[safe] : value.map(shown).join("");
  return String(value).replace(/[&<>"']/g, (character) => entities[character] ?? "");
}
