// Keys for a reviewer's hands. Every key presses a button or ticks a box that is on the page: nothing here decides by itself.

const form = document.querySelector("form.decision");

function isTyping(target) {
  return target.closest("textarea, select, input:not([type=checkbox]):not([type=radio])") !== null;
}

function press(value) {
  form.querySelector(`button[name="decision"][value="${value}"]`)?.click();
}

// Those that have a key: the first ten, in the order of the number row.
function phrases() {
  return Array.from(form.querySelectorAll('input[name="phrases"]')).slice(0, 10);
}

function tick(number) {
  const box = phrases()[number === 0 ? 9 : number - 1];
  if (!box) return;
  box.checked = !box.checked;
  box.scrollIntoView({ block: "nearest" });
}

if (form) {
  for (const hint of document.querySelectorAll("[data-keys]")) hint.hidden = false;
  phrases().forEach((box, place) => { box.closest("label").dataset.key = (place + 1) % 10; });
  document.addEventListener("keydown", (event) => {
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
    const key = event.key.toLowerCase();
    if (/^[0-9]$/.test(key)) tick(Number(key));
    else if (key === "a") press("approved");
    else if (key === "r") press("returned");
    else if (key === "n") document.querySelector('form[action$="/release"] button')?.click();
    else return;
    event.preventDefault();
  });
}
