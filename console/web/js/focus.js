// Where the keyboard is does not get lost: a region that comes anew gives the focus back to the same control, and a
// dialog whose opener has gone gives it to the region's own first step.
const HAND = "hand"; // which hand led here: a page that the mouse opened draws no ring before the first key
const MODIFIERS = new Set(["Control", "Shift", "Alt", "Meta"]);
const STOPS = "a[href], button, input, select, textarea, summary, [tabindex]";
let held = null;
let opener = null;

function give(region, id, place = -1) {
  const same = id ? document.getElementById(id) : region?.querySelectorAll(STOPS)[place];
  const visible = (element) => element?.checkVisibility?.() ?? Boolean(element?.offsetParent);
  const next = [same, region?.querySelector("[data-key]"), ...(region?.querySelectorAll(STOPS) ?? [])].find(visible);
  next?.focus({ preventScroll: true });
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const region = event.detail.target;
  const at = document.activeElement;
  if (!event.detail.shouldSwap || region.dataset?.region === undefined || !region.contains(at)) return;
  held = { region: region.id, id: at.id, place: [...region.querySelectorAll(STOPS)].indexOf(at) };
});
document.addEventListener("htmx:afterSettle", () => {
  if (!held || (document.activeElement && document.activeElement !== document.body)) return;
  const { region, id, place } = held;
  held = null;
  give(document.getElementById(region), id, place);
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

function remember(hand) {
  document.documentElement.toggleAttribute("data-calm", hand !== "keys");
  try {
    sessionStorage.setItem(HAND, hand);
  } catch {
    // without storage the next page is calm until a key is pressed
  }
}

function recall() {
  try {
    return sessionStorage.getItem(HAND);
  } catch {
    return null;
  }
}

document.documentElement.toggleAttribute("data-calm", recall() !== "keys");
document.addEventListener("keydown", (event) => MODIFIERS.has(event.key) || remember("keys"), true);
document.addEventListener("pointerdown", () => remember("mouse"), true);
