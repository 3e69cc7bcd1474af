// On to the next ticket of the list one came from. Of that list this tab knows where it was and in which order it stood
// (list_memory.js keeps it), and on which tickets one has been.
const LIST = "list:/tickets";
const SEEN = "tickets.seen";
const ticket = document.querySelector(".on-ticket") && document.body.dataset.subject;
const ulid = (path) => path.split("/").pop();

function read(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

function keep(key, value) {
  try {
    sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    // without storage the next ticket is that of the usual list
  }
}

// A list that is left begins anew: all of it may come again.
addEventListener("pagehide", () => document.querySelector("[data-list]") && keep(SEEN, []));

// The address of what follows: the list's own question, and what is known of it.
function address(link) {
  const url = new URL(link.href);
  const list = read(LIST);
  if (!list) return url.href;
  for (const [name, value] of new URL(list.address, location.href).searchParams) url.searchParams.set(name, value);
  url.searchParams.set("order", list.rows.map(ulid).join(","));
  url.searchParams.set("seen", (read(SEEN) ?? []).slice(-100).join(","));
  return url.href;
}

export function goNext() {
  const link = document.querySelector("[data-next]");
  if (link) location.assign(address(link));
}

if (ticket) {
  keep(SEEN, [...(read(SEEN) ?? []).filter((other) => other !== ticket), ticket]);
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-next]") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    goNext();
  });
}
