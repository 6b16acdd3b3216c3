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

const lock = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round"><rect x="4" y="11" width="16" height="10" rx="2.5" fill="currentColor"/><path d="M8 11V7.5a4 4 0 0 1 8 0V11"/></svg>`;

/** A square with initials; the installed app has a lock. */
export function avatarHtml({ workspace }: Viewer, { id, name }: Author): Markup {
  if (id === workspace.state.app.botUserId) {
    return html`<span class="avatar app" aria-hidden="true">${lock}</span>`;
  }
  const letters = name
    .replaceAll(/(?<=\p{L})\p{L}+|[^\p{L}]/gu, "")
    .slice(0, 2)
    .toUpperCase();
  const hue = [...id].reduce((sum, letter) => sum + letter.charCodeAt(0) * 7, 0) % 8;
  return html`<span class="avatar hue-${hue}" aria-hidden="true">${letters}</span>`;
}

/** What somebody is, beside being a member: an app, a guest, from another company. */
export function badgeHtml({ badge }: Author): Markup {
  return badge === undefined ? html`` : html`<span class="badge">${badge}</span>`;
}
