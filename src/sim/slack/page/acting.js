// What a person does to a message: a click, with the question that may come before it.

const $ = (selector, from = document) => from.querySelector(selector);

/** Sends a click on an element of a message in `place`, unless its question is answered with no. */
export async function act(place, element, option) {
  const { block, action, confirm: question, url } = element.dataset;
  if (question && !(await ask(JSON.parse(question)))) return;
  if (url && /^https?:/i.test(url)) open(url, "_blank", "noopener");
  element.classList.add("busy");
  element.setAttribute("aria-busy", "true");
  const messageTs = element.closest("[data-ts]").dataset.ts;
  await send("click", { ...place, messageTs, blockId: block, actionId: action, option });
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

/** Posts something that was done; tells what went wrong, and gives whether it went well. */
export async function send(what, body) {
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
