// Which list this tab came from, and where in it: filters, order, page, row and place are there again on the way back,
// and a ticket's page knows what followed it (next.js). Kept for this tab alone, until it is closed.
//   sessionStorage["list:/tickets"] = {address, rows: [path of each row's page], row, scroll}
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

function remember() {
  const here = list();
  if (!here) return;
  const { path, address } = here.dataset;
  const rows = [...here.querySelectorAll(".row-link")].map((link) => link.pathname);
  write(path, { address, rows });
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
