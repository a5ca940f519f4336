// Keys for a caseworker's hands. Every key follows a link or presses a button that is on the page: nothing here decides by itself.

const list = document.querySelector("[data-cases]");

function isTyping(target) {
  return target.closest("textarea, select, input:not([type=checkbox]):not([type=radio])") !== null;
}

function rows() {
  return [...list.querySelectorAll(":scope > li")];
}

function current() {
  const all = rows();
  return Math.max(0, all.findIndex((row) => row.hasAttribute("data-open")));
}

function go(step) {
  const all = rows();
  const begins = list.querySelector("[data-open]") === null ? -1 : current();
  for (let at = step > 0 ? begins + 1 : begins - 1; at >= 0 && at < all.length; at += step) {
    const link = all[at].querySelector("[data-row]");
    if (link) { link.click(); return; }
  }
}

const keys = {
  j: () => go(1),
  k: () => go(-1),
  m: () => list.querySelector("[data-line] input[name=note]")?.focus(),
  o: () => rows()[current()]?.querySelector("[data-whole]")?.click(),
  x: () => rows()[current()]?.querySelector(".applicant-tick input")?.click(),
  z: () => document.querySelector('form[action*="/undo/"] button')?.click(),
  "/": () => document.querySelector("[data-find]")?.focus(),
};

if (list) {
  for (const hint of document.querySelectorAll("[data-keys]")) hint.hidden = false;
  list.classList.add("has-keys");
  document.addEventListener("keydown", (event) => {
    if (event.repeat || event.ctrlKey || event.metaKey || event.isComposing) return;
    const key = event.key.toLowerCase();
    // In a box a sign is a sign; with Alt the outcome can be chosen from there too.
    if (isTyping(event.target) && !event.altKey) {
      if (key === "escape") event.target.blur();
      return;
    }
    const press = /^[1-8]$/.test(key) ? list.querySelector(`[data-line] [data-outcome="${key}"]`) : null;
    if (press) press.click();
    else if (keys[key] && !event.altKey) keys[key]();
    else return;
    event.preventDefault();
  });
}
