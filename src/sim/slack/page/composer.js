// Writing: messages, replies, and commands with what completes them.

import { send } from "./acting.js";

const composer = document.querySelector(".channel .composer textarea");
const suggestions = document.querySelector(".suggestions");

/** Makes the two composers write to where `view()` says the person is. */
export function startComposers(view) {
  for (const form of document.querySelectorAll(".composer")) startComposer(form, view);
  composer.addEventListener("input", () => suggest(completions(composer.value, view()?.command)));
}

function startComposer(form, view) {
  const input = form.querySelector("textarea");
  const grow = () => {
    input.rows = Math.min(8, input.value.split("\n").length);
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = input.value;
    if (text.trim() === "") return;
    const thread = form.closest(".thread") ? view().thread?.ts : undefined;
    input.value = "";
    grow();
    suggest([]);
    const sent = await send("message", { as: view().person, channel: view().channel, text, thread });
    if (!sent && input.value === "") input.value = text;
  });
  input.addEventListener("input", grow);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
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

function completions(typed, command) {
  if (!typed.startsWith("/") || command === undefined) return [];
  const { name, hint, examples } = command;
  const all = [
    { text: name, hint, fill: `${name} ` },
    ...examples.map((example) => ({ text: `${name} ${example}`, fill: `${name} ${example}` })),
  ];
  return all.filter(({ fill }) => fill.startsWith(typed) && fill !== typed);
}

// Before the form's own listener, so that Enter takes what is picked instead of sending.
composer.addEventListener(
  "keydown",
  (event) => {
    if (suggestions.hidden) return;
    const choose = event.key === "Tab" || (event.key === "Enter" && picked >= 0);
    if (event.key === "ArrowDown") pick(picked + 1);
    else if (event.key === "ArrowUp") pick(Math.max(picked, 0) - 1);
    else if (choose) take(Math.max(picked, 0));
    else if (event.key === "Escape") suggest([]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  },
  { capture: true },
);
