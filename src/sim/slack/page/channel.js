// The page in the browser: it asks for the drawn view when the server says that something changed, puts it in
// place, and sends what the person does. It knows nothing of blocks; every element carries its own ids.

import { act } from "./acting.js";
import { startComposers } from "./composer.js";
import { put, putRows } from "./rows.js";

const $ = (selector, from = document) => from.querySelector(selector);
const place = new URLSearchParams(location.search);
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const channelPane = $(".channel");
const threadPane = $(".thread");
const composer = $(".channel .composer textarea");
let view;

// --- Looking ------------------------------------------------------------------------------------------

let looking = false;
let lookAgain = false;

async function look() {
  if (looking) {
    lookAgain = true;
    return;
  }
  looking = true;
  do {
    lookAgain = false;
    const query = new URLSearchParams({ ...Object.fromEntries(place), zone });
    const response = await fetch(`/_page/view?${query}`).catch(() => undefined);
    if (response?.ok) show(await response.json());
  } while (lookAgain);
  looking = false;
}

function show(next) {
  const moved = view?.channel !== next.channel || view?.person !== next.person;
  const movedThread = moved || view?.thread?.ts !== next.thread?.ts;
  view = next;
  put($(".people"), next.people);
  put($(".sidebar"), next.sidebar);
  put($(".channel-header"), next.header);
  composer.placeholder = next.placeholder;
  composer.setAttribute("aria-label", next.placeholder);
  document.title = $(".channel-header h2").textContent;
  putRows($(".messages", channelPane), next.rows, moved);
  threadPane.hidden = next.thread === undefined;
  document.body.classList.toggle("with-thread", next.thread !== undefined);
  putRows($(".messages", threadPane), next.thread?.rows ?? [], movedThread);
}

// --- Moving about -------------------------------------------------------------------------------------

function go(change) {
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined) place.delete(name);
    else place.set(name, value);
  }
  history.replaceState(null, "", `?${place}`);
  openSidebar(false);
  return look();
}

const here = () => ({ as: view.person, channel: view.channel });

function openSidebar(open) {
  document.body.classList.toggle("with-sidebar", open);
  $(".open-sidebar").setAttribute("aria-expanded", String(open));
}

document.addEventListener("click", async (event) => {
  const target = event.target.closest("button, summary");
  for (const menu of document.querySelectorAll("details.overflow[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  if (target === null) return;
  const { as, channel, thread, action } = target.dataset;
  if (as) go({ as });
  else if (channel) go({ channel, thread: undefined });
  else if (thread) await go({ thread });
  else if (target.matches(".close-thread")) closeThread();
  else if (target.matches(".open-sidebar")) openSidebar(!document.body.classList.contains("with-sidebar"));
  else if (action) {
    target.closest("details.overflow")?.removeAttribute("open");
    act(here(), target, target.dataset.option);
  }
});

document.addEventListener("change", (event) => {
  const { target } = event;
  if (target.matches("select[data-action]")) act(here(), target, target.value);
  // An emptied field has no time; Slack's own cannot be emptied.
  else if (target.matches("input[data-action]") && target.value) {
    act(here(), target, String(Math.floor(new Date(target.value).getTime() / 1000)));
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || $("dialog").open) return;
  if (document.body.classList.contains("with-sidebar")) openSidebar(false);
  else if (!threadPane.hidden) closeThread();
});

async function closeThread() {
  const opener = view?.thread && `[data-thread="${CSS.escape(view.thread.ts)}"]`;
  await go({ thread: undefined });
  if (opener) $(opener)?.focus();
}

// --- Listening ----------------------------------------------------------------------------------------

startComposers(() => view);

const events = new EventSource("/_page/events");
events.addEventListener("changed", look);
events.addEventListener("facts", ({ data }) => {
  const facts = JSON.parse(data);
  const list = $(".facts");
  list.hidden = facts.length === 0;
  list.replaceChildren(
    ...facts.map(({ label, value }) => {
      const pair = document.createElement("div");
      const term = document.createElement("dt");
      const description = document.createElement("dd");
      term.textContent = label;
      description.textContent = value;
      pair.append(term, description);
      return pair;
    }),
  );
});
events.addEventListener("open", () => document.body.classList.remove("offline"));
events.addEventListener("error", () => document.body.classList.add("offline"));
