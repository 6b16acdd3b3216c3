import type { Channel, Person } from "../workspace.ts";
import { authorOf, avatarHtml, badgeHtml } from "./author-html.ts";
import { html, type Markup } from "./markup.ts";
import type { Viewer } from "./text-html.ts";

/** The choice of who one is. */
export function peopleHtml(viewer: Viewer): Markup {
  const choices = players(viewer.workspace.state.people).map((person) => {
    const author = authorOf(viewer, person.id);
    const first = person.realName.split(" ")[0];
    const pressed = person.id === viewer.person ? "true" : "false";
    return html`<button type="button" class="who" data-as="${person.id}" aria-pressed="${pressed}" title="${person.realName}, ${person.title ?? ""}">
      ${avatarHtml(viewer, author)}<span>${first}</span>${badgeHtml(author)}</button>`;
  });
  return html`${choices}`;
}

export function sidebarHtml(viewer: Viewer, mine: readonly Channel[], current: Channel): Markup {
  const { people, team } = viewer.workspace.state;
  const channels = mine.map((channel) => {
    const here = channel === current && html` aria-current="page"`;
    const mark = channel.private ? "🔒" : channel.externallyShared ? "◆" : "#";
    return html`<li><button type="button" data-channel="${channel.id}"${here}><span class="mark">${mark}</span>${channel.name}</button></li>`;
  });
  const members = people
    .filter((person) => current.members.includes(person.id) && !person.deactivated)
    .map((person) => {
      const author = authorOf(viewer, person.id);
      const you = person.id === viewer.person && html` <i>you</i>`;
      return html`<li class="member">${avatarHtml(viewer, author)}<span>${person.realName}${you}</span>${badgeHtml(author)}</li>`;
    });
  return html`<h1>${team.name}</h1><h2>Channels</h2><ul>${channels}</ul><h2>In this channel</h2><ul>${members}</ul>`;
}

export function channelHeaderHtml(channel: Channel): Markup {
  const topic = channel.topic && html`<p>${channel.topic}</p>`;
  return html`<h2>${channel.private ? "🔒" : "#"} ${channel.name}</h2>${topic}`;
}

/** The people whom somebody at the page can be: whoever can sign in. */
export function players(people: readonly Person[]): readonly Person[] {
  return people.filter((person) => !person.bot && !person.deactivated);
}
