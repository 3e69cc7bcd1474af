// Which list this tab came from, and where in it: filters, order, page, row and place are there again on the way back,
// and a ticket's page knows which one comes next. Kept for this tab alone, until it is closed.
//   sessionStorage["list:/tickets"] = {address, rows: [path of each row's page], next, row, scroll}
const key = (path) => `list:${path}`;
const list = () => document.querySelector("[data-list]");

function read(path) {
  try {
    return JSON.parse(sessionStorage.getItem(key(path)));
  } catch {
    return null;
  }
}

function write(path, values) {
  try {
    sessionStorage.setItem(key(path), JSON.stringify({ ...read(path), ...values }));
  } catch {
    // no room or not allowed: the way back then leads to the list's beginning
  }
}

// The address at which this tab last saw the list at `path`; `path` itself where it saw none.
export function listAddress(path) {
  return read(path)?.address ?? path;
}

// The address of the row after the page at `path` in the list this tab came from; null at the list's end.
export async function nextOf(path) {
  const from = path.replace(/\/[^/]*$/, "");
  const known = read(from);
  if (!known) return null;
  const place = known.rows.indexOf(path);
  if (place >= 0 && place + 1 < known.rows.length) return known.rows[place + 1];
  const seen = new Set(known.rows);
  const more = known.next ? await rowsAt(known.next) : [];
  const found = more.find((row) => row !== path && !seen.has(row)) ?? null;
  if (found) write(from, { rows: [...known.rows, ...more.filter((row) => !seen.has(row))], next: null });
  return found;
}

async function rowsAt(address) {
  try {
    const response = await fetch(address, { headers: { "HX-Request": "true" } });
    if (!response.ok) return [];
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return [...page.querySelectorAll("[data-list] .row-link")].map((link) => new URL(link.href, location.origin).pathname);
  } catch {
    return [];
  }
}

function remember() {
  const here = list();
  if (!here) return;
  const { path, address, next = null } = here.dataset;
  const rows = [...here.querySelectorAll(".row-link")].map((link) => link.pathname);
  write(path, { address, rows, next });
}

function leave() {
  const here = list();
  if (!here) return;
  const row = document.activeElement?.closest("[data-list] tr")?.id ?? null;
  write(here.dataset.path, { scroll: scrollY, ...(row && { row }) });
}

// Back from a row's page: the same place, and the row that was opened has the focus.
function comeBack() {
  const here = list();
  const known = here && read(here.dataset.path);
  if (!known || known.address !== here.dataset.address) return;
  const opened = sessionStorage.getItem("list:opened");
  sessionStorage.removeItem("list:opened");
  if (!opened?.startsWith(`${here.dataset.path}/`)) return;
  if (known.scroll) scrollTo(0, known.scroll);
  const link = [...here.querySelectorAll(".row-link")].find((row) => row.pathname === opened);
  link?.focus({ preventScroll: true });
  link?.scrollIntoView({ block: "nearest" });
}

comeBack();
remember();
document.addEventListener("htmx:afterSettle", (event) => event.detail.target.dataset?.list !== undefined && remember());
addEventListener("pagehide", leave);
if (document.body.dataset.subject) sessionStorage.setItem("list:opened", location.pathname);

// The way up leads to the list as it was.
for (const link of document.querySelectorAll("[data-up]")) {
  link.setAttribute("href", listAddress(new URL(link.href).pathname));
}
