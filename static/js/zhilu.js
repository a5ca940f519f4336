// Small comforts. Every page works without this file; nothing here changes what is sent.

function countWhileTyping(box) {
  const limit = Number(box.dataset.limit);
  const words = document.querySelector(`[data-count-for="${CSS.escape(box.id)}"]`);
  if (!limit || !words) return;
  const show = () => {
    const left = limit - Array.from(box.value).length;
    words.textContent = left >= 0 ? `最多 ${limit} 个字，还可以写 ${left} 个` : `超出 ${-left} 个字，最多 ${limit} 个`;
    words.classList.toggle("over", left < 0);
  };
  box.addEventListener("input", show);
  show();
}

function closeMenus(event) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    const leaving = event.type === "keydown" ? event.key === "Escape" : !menu.contains(event.target);
    if (!leaving) continue;
    menu.open = false;
    if (event.type === "keydown") menu.querySelector("summary").focus();
  }
}

function offerReveal(box) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-secondary reveal";
  const label = () => { button.textContent = box.type === "password" ? "显示" : "隐藏"; };
  button.setAttribute("aria-controls", box.id);
  button.addEventListener("click", () => {
    box.type = box.type === "password" ? "text" : "password";
    label();
  });
  // A form must not be remembered by the browser with a readable password in it.
  box.form?.addEventListener("submit", () => { box.type = "password"; });
  label();
  box.after(button);
}

function guardDoubleSubmit(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    return undefined;
  });
}

// Reads the page aloud in 长者版, sentence by sentence: long utterances are dropped by some phones.
function offerReading(button) {
  const speech = window.speechSynthesis;
  if (!speech) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    if (speech.speaking) return speech.cancel();
    const text = document.getElementById(button.dataset.read).innerText;
    for (const sentence of text.split(/[\n。！？；]+/).filter((part) => part.trim())) {
      const utterance = new SpeechSynthesisUtterance(sentence);
      utterance.lang = "zh-CN";
      utterance.rate = 0.9;
      speech.speak(utterance);
    }
    return undefined;
  });
  window.addEventListener("pagehide", () => speech.cancel());
}

// A text made to be pasted elsewhere: one press copies it. The old way works in the browsers that the new one leaves out.
function offerCopy(box) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-secondary mt-2";
  button.textContent = "复制";
  button.addEventListener("click", async () => {
    box.select();
    try {
      await navigator.clipboard.writeText(box.value);
    } catch {
      document.execCommand("copy");
    }
    button.textContent = "已复制，去群里粘贴";
  });
  box.after(button);
}

function start(root) {
  root.querySelectorAll("textarea[data-limit]").forEach(countWhileTyping);
  root.querySelectorAll('input[type="password"]').forEach(offerReveal);
  root.querySelectorAll('form[method="post"]').forEach(guardDoubleSubmit);
  root.querySelector("[data-focus]")?.focus();
  root.querySelectorAll("[data-read]").forEach(offerReading);
  root.querySelectorAll("textarea[data-copy]").forEach(offerCopy);
  root.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
}

document.addEventListener("click", closeMenus);
document.addEventListener("keydown", closeMenus);
document.addEventListener("htmx:load", (event) => { if (event.target !== document.body) start(event.target); });
// Coming back with the browser's own button must find the form ready to be sent again.
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));
start(document);
