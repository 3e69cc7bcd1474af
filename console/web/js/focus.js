// Where the keyboard is does not get lost: a region that comes anew gives the focus back to the same control, and a
// dialog whose opener has gone gives it to the region's own first step.
const STOPS = "a[href], button, input, select, textarea, summary, [tabindex]";
let held = null;
let opener = null;

function give(region, id) {
  const same = id && document.getElementById(id);
  const visible = (element) => element?.checkVisibility?.() ?? Boolean(element?.offsetParent);
  const next = [same, region?.querySelector("[data-key]"), ...(region?.querySelectorAll(STOPS) ?? [])].find(visible);
  next?.focus({ preventScroll: true });
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const region = event.detail.target;
  const at = document.activeElement;
  if (!event.detail.shouldSwap || region.dataset?.region === undefined || !region.contains(at)) return;
  held = { region: region.id, id: at.id };
});
document.addEventListener("htmx:afterSettle", () => {
  if (!held || (document.activeElement && document.activeElement !== document.body)) return;
  const { region, id } = held;
  held = null;
  give(document.getElementById(region), id);
});

document.addEventListener("focusin", (event) => {
  if (event.target.closest("dialog")) return;
  opener = { id: event.target.id, region: event.target.closest("[data-region]")?.id };
});
document.addEventListener(
  "close",
  () => {
    setTimeout(() => {
      if (document.querySelector("dialog[open]")) return;
      if (document.activeElement && document.activeElement !== document.body) return;
      give(document.getElementById(opener?.region ?? "part-bar") ?? document.getElementById("part-bar"), opener?.id);
    });
  },
  true, // "close" does not bubble
);
