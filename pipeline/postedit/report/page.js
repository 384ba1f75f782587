"use strict";
// Sorts, filters, moves. The page is whole without it.
const list = document.getElementById("rows");
const rows = Array.from(list.children);
const search = document.getElementById("search");
const sort = document.getElementById("sort");
const shown = document.getElementById("shown");
const boxes = Array.from(document.querySelectorAll(".tools input[type=checkbox]"));
const gain = (row) => Number(row.dataset.gain || 0);
const ORDERS = {
  order: null,
  loss: (a, b) => gain(a) - gain(b),
  gain: (a, b) => gain(b) - gain(a),
  defects: (a, b) => b.dataset.defects - a.dataset.defects,
};
let ordered = rows;
let words = null; // the text of every row, read when it is first searched

function filter() {
  const statuses = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
  const query = search.value.trim().toLowerCase();
  if (query && !words) words = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  let count = 0;
  for (const row of rows) {
    const visible = statuses.has(row.dataset.status) && (!query || words.get(row).includes(query));
    if (row.hidden === visible) row.hidden = !visible;
    count += visible;
  }
  shown.textContent = count === rows.length ? `${count} segments` : `${count} of ${rows.length} segments`;
}

function reorder() {
  const order = ORDERS[sort.value];
  ordered = order ? rows.slice().sort(order) : rows;
  list.append(...ordered);
}

function move(step) {
  const visible = ordered.filter((row) => !row.hidden);
  if (!visible.length) return;
  const current = visible.indexOf(document.activeElement.closest("#rows > li"));
  const next = current < 0 ? (step > 0 ? 0 : visible.length - 1) : current + step;
  const row = visible[Math.max(0, Math.min(visible.length - 1, next))];
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function theme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  try { localStorage.setItem("postedit-theme", root.dataset.theme); } catch { /* a page from disk may keep nothing */ }
}

function open() {
  const details = document.activeElement.closest("#rows > li")?.querySelector("details");
  if (details) details.open = !details.open;
}

const KEYS = { j: () => move(1), k: () => move(-1), o: open, t: theme, "/": () => search.focus() };
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("input[type=search], select")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (KEYS[event.key]) {
    event.preventDefault();
    KEYS[event.key]();
  }
});

let candidates = null; // of every row, read when the first are unfolded

function unfold(details) {
  if (!details.open || details.querySelector("ul")) return;
  candidates ??= JSON.parse(document.getElementById("candidates").textContent);
  const found = document.createElement("ul");
  found.className = "candidates";
  for (const [origin, score, fate, text] of candidates[rows.indexOf(details.closest("#rows > li"))]) {
    const item = document.createElement("li");
    const line = (tag, content) => Object.assign(document.createElement(tag), { textContent: content });
    item.append(line("b", origin), " ", line("span", score), " ", line("i", fate));
    if (text) item.append(line("div", text));
    item.classList.toggle("chosen", fate === "chosen");
    found.append(item);
  }
  details.append(found);
}
list.addEventListener("toggle", (event) => unfold(event.target), true);

// How a result was made belongs to it on paper, too.
const PROVENANCE = document.querySelectorAll("details.facts, details.signatures");
let opened = [];
addEventListener("beforeprint", () => {
  opened = Array.from(PROVENANCE).filter((details) => !details.open);
  for (const details of opened) details.open = true;
});
addEventListener("afterprint", () => { for (const details of opened) details.open = false; });

let waiting;
search.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(filter, 120); });
search.form.addEventListener("submit", (event) => event.preventDefault());
for (const box of boxes) box.addEventListener("change", filter);
sort.addEventListener("change", reorder);
document.getElementById("theme").addEventListener("click", theme);
try {
  const kept = localStorage.getItem("postedit-theme");
  if (kept === "dark" || kept === "light") document.documentElement.dataset.theme = kept;
} catch { /* as above */ }
// A browser may bring back what was typed before a reload.
if (search.value || boxes.some((box) => !box.checked)) filter();
if (sort.value !== "order") reorder();
document.documentElement.dataset.ready = String(Math.round(performance.now()));
