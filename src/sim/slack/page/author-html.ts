import { type Person, slackbot } from "../workspace.ts";
import { html, type Markup } from "./markup.ts";
import type { Viewer } from "./text-html.ts";

/** Who speaks, as the page names them. */
export interface Author {
  readonly id: string;
  readonly name: string;
  readonly badge: string | undefined;
}

export function authorOf({ workspace }: Viewer, id: string): Author {
  if (id === slackbot) return { id, name: "Slackbot", badge: "APP" };
  const person = workspace.person(id);
  return { id, name: person?.realName ?? id, badge: person && kindOf(person) };
}

function kindOf(person: Person): string | undefined {
  if (person.bot) return "APP";
  if (person.guest) return "GUEST";
  return person.external ? "EXTERNAL" : undefined;
}

export function avatarHtml({ id, name, badge }: Author): Markup {
  const letters = badge === "APP" ? "⚙" : name.replaceAll(/(?<=\p{L})\p{L}+|[^\p{L}]/gu, "").slice(0, 2);
  const hue = [...id].reduce((sum, letter) => sum + letter.charCodeAt(0) * 7, 0) % 8;
  return html`<span class="avatar hue-${hue}" aria-hidden="true">${letters}</span>`;
}
