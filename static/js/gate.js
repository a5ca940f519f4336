// While a posting is written, what the gate says of it appears below each field. Without this file the same is said when the draft is saved.

const PAUSE = 600; // ms without a key before the server is asked
const MOST = 20000; // signs in the form; what is longer is refused when it is sent, and need not be sent at every pause
const script = document.currentScript;

// Only what says something new is put in: a box that stays as it is must not be read aloud again.
function show(form, said) {
  for (const box of form.querySelectorAll("[data-gate-box]")) {
    const html = said[box.dataset.gateBox] ?? "";
    if (box.dataset.said === html) continue;
    box.dataset.said = html;
    box.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
    offerMending(box);
  }
}

// The server counts signs, a browser counts halves of some of them; and more may have been typed since: the words decide.
function placeOf(signs, words, start) {
  const wanted = Array.from(words);
  const stands = (at) => wanted.every((sign, number) => signs[at + number] === sign);
  if (stands(start)) return start;
  return signs.findIndex((_, at) => stands(at));
}

function mend(button) {
  const field = button.form.elements.namedItem(button.dataset.mend);
  const signs = Array.from(field.value);
  const words = button.dataset.words.replace(/\r\n/g, "\n");
  const at = placeOf(signs, words, Number(button.dataset.start));
  if (at < 0) return;
  const before = signs.slice(0, at).join("");
  let behind = signs.slice(at + Array.from(words).length).join("");
  if (!button.dataset.instead) behind = /[，、,;；]$/.test(before) || !before ? behind.replace(/^[，、,;；]\s*/, "") : behind;
  field.value = before + button.dataset.instead + behind;
  field.focus();
  field.setSelectionRange(before.length, before.length + button.dataset.instead.length);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function offerMending(box) {
  for (const button of box.querySelectorAll("[data-mend]")) {
    button.hidden = false;
    button.addEventListener("click", () => mend(button));
  }
}

function checkWhileTyping(form) {
  let timer = 0;
  let request = null;
  const ask = async () => {
    request?.abort();
    request = new AbortController();
    const typed = new FormData(form);
    if ([...typed.values()].reduce((signs, value) => signs + value.length, 0) > MOST) return;
    try {
      const answer = await fetch(script.dataset.gate, { method: "POST", body: new URLSearchParams(typed), signal: request.signal });
      if (answer.ok && !answer.redirected) show(form, await answer.json());
    } catch (problem) {
      if (problem.name !== "AbortError") request = null; // without an answer the draft can be saved as before
    }
  };
  const soon = () => { clearTimeout(timer); timer = setTimeout(ask, PAUSE); };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  form.querySelectorAll("[data-gate-box]").forEach(offerMending);
}

document.querySelectorAll("form.gated").forEach(checkWhileTyping);
