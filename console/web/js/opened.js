// What a person has opened in a region, a menu or a fold, stays open when the region comes anew.
const opened = new Map(); // by the region's id the names of what is open in it

const name = (details) => {
  const summary = details.querySelector("summary");
  return summary?.id || summary?.textContent.trim();
};

document.addEventListener("htmx:beforeSwap", (event) => {
  const region = event.detail.target;
  if (!event.detail.shouldSwap || region.dataset?.region === undefined) return;
  opened.set(region.id, [...region.querySelectorAll("details[open]")].map(name));
});

document.addEventListener("htmx:afterSwap", (event) => {
  const { id } = event.detail.target;
  const names = opened.get(id);
  if (!names) return;
  opened.delete(id);
  for (const details of document.getElementById(id)?.querySelectorAll("details") ?? []) {
    if (names.includes(name(details))) details.open = true;
  }
});
