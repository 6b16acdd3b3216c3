// The page in the browser: it asks for the drawn view when the server says that something changed, puts it in
// place, and sends what the person does. It knows nothing of blocks; every element carries its own ids.

const $ = (selector, from = document) => from.querySelector(selector);
const place = new URLSearchParams(location.search);
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const channelPane = $(".channel");
const threadPane = $(".thread");
const composer = $(".channel .composer textarea");
const suggestions = $(".suggestions");
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

function put(element, html) {
  if (element.drawn === html) return;
  const focused = focusPath(element);
  element.drawn = html;
  element.innerHTML = html;
  refocus(element, focused);
}

/** Changes only the messages that changed, so that an open menu or a focused button elsewhere stays. */
function putRows(list, rows, moved) {
  list.atEnd = moved || isAtEnd(list);
  // A whole new channel is not news to be read aloud.
  list.setAttribute("aria-live", moved ? "off" : "polite");
  const existing = new Map([...list.children].map((row) => [row.dataset.key, row]));
  let previous = null;
  for (const { key, html } of rows) {
    let row = existing.get(key);
    existing.delete(key);
    if (row === undefined) {
      row = document.createElement("div");
      row.dataset.key = key;
    }
    const expected = previous === null ? list.firstChild : previous.nextSibling;
    if (row !== expected) list.insertBefore(row, expected);
    keepFolds(row, () => put(row, html));
    previous = row;
  }
  for (const row of existing.values()) row.remove();
  stay(list);
}

const isAtEnd = (list) => list.scrollHeight - list.scrollTop - list.clientHeight < 80;

/** Whoever was reading the newest message goes on doing so, whatever grows above or below the list. */
function stay(list) {
  if (list.atEnd) list.scrollTop = list.scrollHeight;
}

const resized = new ResizeObserver((entries) => {
  for (const { target } of entries) stay(target);
});
for (const list of document.querySelectorAll(".messages")) {
  resized.observe(list);
  list.addEventListener("scroll", () => {
    list.atEnd = isAtEnd(list);
  });
}

function keepFolds(row, change) {
  const folds = new Map(
    [...row.querySelectorAll("details[data-keep]")].map((each) => [each.dataset.keep, each.open]),
  );
  change();
  for (const each of row.querySelectorAll("details[data-keep]"))
    each.open = folds.get(each.dataset.keep) ?? each.open;
}

function focusPath(element) {
  const { activeElement } = document;
  if (!element.contains(activeElement) || activeElement === element) return undefined;
  return Object.entries(activeElement.dataset)
    .map(([name, value]) => `[data-${name}="${CSS.escape(value)}"]`)
    .join("");
}

function refocus(element, path) {
  if (path) element.querySelector(path)?.focus();
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
    act(target, target.dataset.option);
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches("select[data-action]")) act(event.target, event.target.value);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || $("dialog").open) return;
  if (!suggestions.hidden) suggest([]);
  else if (document.body.classList.contains("with-sidebar")) openSidebar(false);
  else if (!threadPane.hidden) closeThread();
});

async function closeThread() {
  const opener = view?.thread && `[data-thread="${CSS.escape(view.thread.ts)}"]`;
  await go({ thread: undefined });
  if (opener) $(opener)?.focus();
}

// --- Acting -------------------------------------------------------------------------------------------

async function act(element, option) {
  const { block, action, confirm: question, url } = element.dataset;
  if (question && !(await ask(JSON.parse(question)))) return;
  if (url && /^https?:/i.test(url)) open(url, "_blank", "noopener");
  element.classList.add("busy");
  element.setAttribute("aria-busy", "true");
  const messageTs = element.closest("[data-ts]").dataset.ts;
  const { person, channel } = view;
  await send("click", { as: person, channel, messageTs, blockId: block, actionId: action, option });
  element.classList.remove("busy");
  element.removeAttribute("aria-busy");
}

function ask(question) {
  const dialog = $("dialog.confirm");
  const [deny, confirm] = dialog.querySelectorAll("button");
  $("h2", dialog).textContent = question.title;
  $(".text", dialog).innerHTML = question.html;
  deny.textContent = question.deny;
  confirm.textContent = question.confirm;
  confirm.className = `button ${question.style}`;
  dialog.returnValue = "deny";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "confirm"), { once: true });
  });
}

async function send(what, body) {
  const response = await fetch(`/_page/${what}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  }).catch(() => undefined);
  if (response?.ok) return true;
  const { problem } = (await response?.json().catch(() => undefined)) ?? {};
  toast(problem ?? "Nobody answered. Is the demo still running?");
  return false;
}

let toastTimer;
function toast(text) {
  const element = $(".toast");
  element.textContent = text;
  element.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => {
    element.hidden = true;
  }, 5000);
}

// --- Writing ------------------------------------------------------------------------------------------

for (const form of document.querySelectorAll(".composer")) {
  const input = $("textarea", form);
  const grow = () => {
    input.rows = Math.min(8, input.value.split("\n").length);
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = input.value;
    if (text.trim() === "") return;
    const thread = form.closest(".thread") ? view.thread?.ts : undefined;
    input.value = "";
    grow();
    suggest([]);
    const sent = await send("message", { as: view.person, channel: view.channel, text, thread });
    if (!sent && input.value === "") input.value = text;
  });
  input.addEventListener("input", grow);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.defaultPrevented) return;
    event.preventDefault();
    form.requestSubmit();
  });
}

let offered = [];
let picked = -1;

/** Offers whole commands under what has been typed so far. */
function suggest(list) {
  offered = list;
  picked = -1;
  suggestions.hidden = list.length === 0;
  composer.setAttribute("aria-expanded", String(list.length > 0));
  composer.removeAttribute("aria-activedescendant");
  suggestions.replaceChildren(
    ...list.map(({ text, hint }, index) => {
      const option = document.createElement("div");
      option.id = `suggestion-${index}`;
      option.role = "option";
      option.ariaSelected = "false";
      const name = document.createElement("b");
      name.textContent = text;
      const rest = document.createElement("span");
      rest.textContent = hint ?? "";
      option.append(name, rest);
      option.addEventListener("pointerdown", (event) => {
        event.preventDefault();
        take(index);
      });
      return option;
    }),
  );
}

function pick(index) {
  picked = (index + offered.length) % offered.length;
  [...suggestions.children].forEach((option, at) => {
    option.ariaSelected = String(at === picked);
  });
  composer.setAttribute("aria-activedescendant", `suggestion-${picked}`);
}

function take(index) {
  const suggestion = offered[index];
  composer.value = suggestion.fill;
  composer.focus();
  suggest([]);
}

composer.addEventListener("input", () => {
  const typed = composer.value;
  if (!typed.startsWith("/") || view === undefined) return suggest([]);
  const { name, hint, examples } = view.command;
  const all = [
    { text: name, hint, fill: `${name} ` },
    ...examples.map((example) => ({ text: `${name} ${example}`, fill: `${name} ${example}` })),
  ];
  suggest(all.filter(({ fill }) => fill.startsWith(typed) && fill !== typed));
});

// Before the form's own listener, so that Enter takes what is picked instead of sending.
composer.addEventListener(
  "keydown",
  (event) => {
    if (suggestions.hidden) return;
    const choose = event.key === "Tab" || (event.key === "Enter" && picked >= 0);
    if (event.key === "ArrowDown") pick(picked + 1);
    else if (event.key === "ArrowUp") pick(picked - 1 < -1 ? -1 : picked - 1);
    else if (choose) take(Math.max(picked, 0));
    else return;
    event.preventDefault();
  },
  { capture: true },
);

// --- Listening ----------------------------------------------------------------------------------------

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
