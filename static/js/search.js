// Comforts of the search box: suggestions while typing, and the phone's position. The form is whole without this file.

const PAUSE = 150; // ms without a key before the server is asked
const ROOM = 240; // px below the box; with less, on a phone behind its keyboard, the box moves up
const PLACES = 3; // digits of a degree, about 100 m: an address in somebody's history must not be a dwelling
const KILOMETRES = "10";

function made(tag, attributes, text = "") {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.textContent = text;
  return node;
}

// The place is chosen in the form's own list, so that what is sent is what is seen; a street or zone of elsewhere may not be in it yet.
function setPlace(form, code, name) {
  const select = form.elements.namedItem("region");
  if (!Array.from(select.options).some((option) => option.value === code)) select.add(new Option(name, code));
  select.value = code;
  form.querySelectorAll('input[type="hidden"]:is([name="near"], [name="km"], [name="sort"][value="distance"])').forEach((field) => field.remove());
}

function withMark(option, text, typed) {
  const start = text.toLowerCase().indexOf(typed.toLowerCase());
  if (!typed || start < 0) return option.append(text);
  return option.append(text.slice(0, start), made("mark", {}, text.slice(start, start + typed.length)), text.slice(start + typed.length));
}

// Editable combobox with a list, as ARIA 1.2 has it: the focus stays in the box, `aria-activedescendant` names the option that Enter takes.
function suggestWhileTyping(box) {
  const list = made("div", { id: `${box.id}-list`, class: "suggestions", role: "listbox", "aria-label": "搜索建议", hidden: "" });
  const said = made("p", { class: "visually-hidden", role: "status" });
  let options = [];
  let active = -1;
  let timer = 0;
  let request = null;
  let composing = false;

  const isOpen = () => !list.hidden;

  function activate(number) {
    options[active]?.node.setAttribute("aria-selected", "false");
    active = number;
    const node = options[active]?.node;
    if (!node) return box.removeAttribute("aria-activedescendant");
    node.setAttribute("aria-selected", "true");
    node.scrollIntoView({ block: "nearest" });
    return box.setAttribute("aria-activedescendant", node.id);
  }

  function stop() {
    clearTimeout(timer);
    request?.abort();
    request = null;
  }

  function close() {
    stop();
    activate(-1);
    list.hidden = true;
    said.textContent = "";
    box.setAttribute("aria-expanded", "false");
  }

  function choose(found) {
    close();
    box.value = found.q;
    if (found.region) setPlace(box.form, found.region, found.text);
    if (box.form.requestSubmit) box.form.requestSubmit();
    else box.form.submit();
  }

  function group(kind) {
    const title = made("div", { class: "suggestions-kind", id: `${box.id}-kind-${list.childElementCount}`, role: "presentation" }, kind);
    const node = made("div", { role: "group", "aria-labelledby": title.id });
    node.append(title);
    list.append(node);
    return node;
  }

  function show(found, typed) {
    activate(-1);
    list.replaceChildren();
    const groups = {};
    options = found.map((one, number) => {
      const node = made("div", { class: "suggestion", id: `${box.id}-option-${number}`, role: "option", "aria-selected": "false" });
      withMark(node, one.text, typed);
      node.addEventListener("click", () => choose(one));
      groups[one.kind] ??= group(one.kind);
      groups[one.kind].append(node);
      return { ...one, node };
    });
    list.hidden = !options.length;
    box.setAttribute("aria-expanded", String(isOpen()));
    said.textContent = options.length ? `${options.length} 条建议，按上下键选择` : "没有建议";
    const height = window.visualViewport?.height ?? window.innerHeight;
    if (isOpen() && height - box.getBoundingClientRect().bottom < ROOM) box.form.scrollIntoView({ block: "start" });
  }

  async function ask() {
    stop();
    const text = box.value;
    if (!text.trim()) return close();
    request = new AbortController();
    try {
      // Without the session's cookie: the answer is the same for everybody, and the browser may keep it.
      const answer = await fetch(`${box.dataset.suggest}?q=${encodeURIComponent(text)}`, { signal: request.signal, credentials: "omit" });
      const found = answer.ok ? await answer.json() : [];
      if (box.value === text && document.activeElement === box && !composing) show(found, text.trim().split(/\s+/).pop());
    } catch (problem) {
      if (problem.name !== "AbortError") close();
    }
    return undefined;
  }

  function soon() {
    stop();
    if (!composing) timer = setTimeout(ask, PAUSE);
  }

  function step(by) {
    if (!isOpen()) return ask();
    return activate(active < 0 && by < 0 ? options.length - 1 : (active + by + options.length) % options.length);
  }

  const keys = {
    ArrowDown: () => step(1),
    ArrowUp: () => isOpen() && step(-1),
    Home: () => active >= 0 && activate(0),
    End: () => active >= 0 && activate(options.length - 1),
    Enter: () => active >= 0 && choose(options[active]),
    Escape: () => isOpen() && close(),
  };

  function press(event) {
    if (composing || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") activate(-1); // back to the words themselves
    const act = keys[event.key];
    if (act && act() !== false) event.preventDefault();
  }

  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })) {
    box.setAttribute(name, value);
  }
  box.after(list, said);
  box.addEventListener("input", soon);
  box.addEventListener("keydown", press);
  box.addEventListener("blur", close);
  box.form.addEventListener("submit", close);
  box.addEventListener("compositionstart", () => { composing = true; stop(); });
  box.addEventListener("compositionend", () => { composing = false; soon(); });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // or the box would lose the focus, and the list would close, before the click
}

// What a phone says (WGS-84) as the maps and postings of this country have it (GCJ-02), up to 700 m beside: the published approximation on
// Krassovsky's ellipsoid. Elsewhere both are the same.
const AXIS = 6378245;
const FLATTENING = 0.00669342162296594323;
const { PI, abs, cos, sin, sqrt } = Math;

function toGcj02(lon, lat) {
  if (lon < 72.004 || lon > 137.8347 || lat < 0.8293 || lat > 55.8271) return [lon, lat];
  const x = lon - 105;
  const y = lat - 35;
  const waves = (place, ...pairs) => pairs.reduce((sum, [height, length]) => sum + (height * sin((place * PI) / length) * 2) / 3, 0);
  const both = waves(x, [20, 1 / 6], [20, 1 / 2]);
  const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + both + waves(x, [20, 1], [40, 3], [150, 12], [300, 30]);
  const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + both + waves(y, [20, 1], [40, 3], [160, 12], [320, 30]);
  const radians = (lat * PI) / 180;
  const bend = 1 - FLATTENING * sin(radians) ** 2;
  const perEast = ((AXIS / sqrt(bend)) * cos(radians) * PI) / 180;
  const perNorth = (((AXIS * (1 - FLATTENING)) / (bend * sqrt(bend))) * PI) / 180;
  return [lon + east / perEast, lat + north / perNorth];
}

const ELSE = "您也可以在“地点”里选一个区县，再按“搜索”。";
const REFUSED = `没有得到使用位置的许可。请在浏览器或手机的设置里允许，再点一次。${ELSE}`;
const FAILED = `没有取到位置。请打开手机的定位，到窗边或室外再点一次。${ELSE}`;
const ABOUT = "按离您的远近找工作。位置只精确到约 100 米，写在结果页的网址里。";

function nearAddress(button, position) {
  const [lon, lat] = toGcj02(position.coords.longitude, position.coords.latitude);
  const asked = new URLSearchParams(new FormData(button.form));
  asked.delete("region");
  for (const [name, value] of Array.from(asked)) if (!value) asked.delete(name);
  asked.set("near", `${lon.toFixed(PLACES)},${lat.toFixed(PLACES)}`);
  if (!asked.has("km")) asked.set("km", KILOMETRES);
  asked.set("sort", "distance");
  return `${button.dataset.near}?${asked}`;
}

function offerPosition(button) {
  if (!navigator.geolocation || !window.isSecureContext) return;
  const said = made("p", { id: "search-near-said", class: "search-near-said", role: "status" }, ABOUT);
  const row = made("div", { class: "search-near" });
  button.setAttribute("aria-describedby", said.id);
  button.hidden = false;
  button.replaceWith(row);
  row.append(button, said);
  let waiting = false;
  const tell = (text) => { waiting = false; said.textContent = text; };
  button.addEventListener("click", () => {
    if (waiting) return;
    waiting = true;
    said.textContent = "正在取得位置……";
    navigator.geolocation.getCurrentPosition(
      (position) => window.location.assign(nearAddress(button, position)),
      (problem) => tell(problem.code === problem.PERMISSION_DENIED ? REFUSED : FAILED),
      { maximumAge: 300000, timeout: 10000 },
    );
  });
  window.addEventListener("pageshow", () => tell(ABOUT));
}

document.querySelectorAll("input[data-suggest]").forEach(suggestWhileTyping);
document.querySelectorAll("button[data-near]").forEach(offerPosition);
