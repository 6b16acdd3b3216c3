import { plain } from "../core/note.ts";
import type { Instant } from "../core/time.ts";
import { html, type Markup } from "./markup.ts";

export interface Column {
  readonly name: string;
  readonly is?: "number" | "time";
}

export interface Row {
  readonly cells: readonly (string | number | Markup | null)[];
  readonly differs?: boolean;
}

/** On a narrow screen each row becomes a block in which every value has its name. */
export function table(columns: readonly Column[], rows: readonly Row[]): Markup {
  return html`<div class="scroll"><table class="stacks"><thead><tr>${columns.map(
    ({ name, is }) => html`<th class="${is}">${name}</th>`,
  )}</tr></thead><tbody>${rows.map(
    ({ cells, differs }) =>
      html`<tr class="${differs ? "differs" : ""}">${cells.map(
        (cell, at) =>
          html`<td class="${columns[at]?.is}" data-name="${columns[at]?.name}">${cell ?? "–"}</td>`,
      )}</tr>`,
  )}</tbody></table></div>`;
}

export function facts(pairs: readonly (readonly [string, string | Markup | null])[]): Markup {
  return html`<dl class="facts">${pairs.map(
    ([name, value]) => html`<div><dt>${name}</dt><dd>${value ?? "–"}</dd></div>`,
  )}</dl>`;
}

export function section(title: string, ...content: readonly (Markup | null)[]): Markup {
  return html`<section><h2>${title}</h2>${content}</section>`;
}

export function code(text: string): Markup {
  return html`<code>${text}</code>`;
}

export function time(at: Instant | null): string | null {
  return at === null ? null : plain.instant(at);
}

/** How a value reads that was kept as JSON. */
export function sayValue(value: unknown): string {
  if (value === undefined || value === null) return "–";
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(sayValue).join(", ");
  if (typeof value !== "object") return String(value);
  const entries = Object.entries(value);
  return entries.length === 0 ? "none" : entries.map(([key, held]) => `${key}: ${sayValue(held)}`).join("; ");
}
