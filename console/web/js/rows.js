// Rows of a list: the whole row opens what its link opens, ↑ and ↓ walk from row to row, new ones light up once.
const links = () => [...document.querySelectorAll("[data-list] .row-link")];

document.addEventListener("click", (event) => {
  const row = event.target.closest(".list tbody tr");
  const link = row?.querySelector(".row-link");
  if (!link || event.target.closest("a, button, select, input, label") || getSelection().toString()) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey) open(link.href, "_blank", "noopener");
  else {
    link.focus({ preventScroll: true });
    location.assign(link.href);
  }
});

document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (document.querySelector("dialog[open], details.menu[open]")) return;
  const searching = event.target.id === "q";
  if (event.target.matches("input, select, textarea, [contenteditable]") && !(searching && step > 0)) return;
  const rows = links();
  const here = rows.indexOf(document.activeElement?.closest("tr")?.querySelector(".row-link"));
  if (here === 0 && step < 0) document.getElementById("q")?.focus();
  else if (here >= 0 || step > 0) rows[here + step]?.focus();
  if (rows.length) event.preventDefault();
});

// Rows that were not there before.
let known = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  const list = event.detail.target;
  if (list.dataset?.list === undefined) return;
  known = new Set([...list.querySelectorAll("tr[id]")].map((row) => row.id));
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (!known || event.detail.target.dataset?.list === undefined) return;
  for (const row of document.querySelectorAll("[data-list] tr[id]")) {
    if (!known.has(row.id)) row.classList.add("fresh");
  }
  known = null;
});
