// Puts drawn markup in place and touches nothing else, so that focus, open menus and the reading position stay.

export function put(element, html) {
  if (element.drawn === html) return;
  const focused = focusPath(element);
  element.drawn = html;
  element.innerHTML = html;
  refocus(element, focused);
}

/** Changes only the messages that changed, so that an open menu or a focused button elsewhere stays. */
export function putRows(list, rows, moved) {
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
