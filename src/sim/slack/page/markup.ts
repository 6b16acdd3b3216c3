const trusted = Symbol("trusted markup");

/** HTML that `html` has made. The key is a symbol, so that nothing read from JSON can pass for it. */
export interface Markup {
  readonly [trusted]: string;
}

type Part = Markup | string | number | false | undefined | readonly Part[];

/** Makes HTML. Whatever is put in is escaped, for text and for double-quoted attributes alike. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const text = strings.reduce((made, string, index) => made + show(parts[index - 1]) + string);
  return { [trusted]: text };
}

/** The HTML as a string, to be sent. */
export function markupText(markup: Markup): string {
  return markup[trusted];
}

function show(part: Part): string {
  if (part === undefined || part === false) return "";
  if (typeof part === "string" || typeof part === "number") return escapeHtml(String(part));
  return trusted in part ? part[trusted] : part.map(show).join("");
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
