// Search from everywhere (Ctrl+K): ↓ and ↑ walk through what was found, Enter opens the first hit. A key that comes
// before its answer asks at once and waits for it: what stood there before was found for other words, and a question
// that went wrong or was typed before the page was ready is asked again.
import htmx from "htmx.org";

const dialog = document.getElementById("find-dialog");
const field = dialog?.querySelector("input");
const found = document.getElementById("found");
let shown = null; // the words whose hits stand there
let after = null; // what to do when those of the present words do

const hits = () => [...dialog.querySelectorAll(".found a")];

function when(act) {
  if (shown === field.value.trim()) {
    act();
    return;
  }
  after = act;
  htmx.trigger(field, "wanted");
}

function walk(step) {
  const places = [field, ...hits()];
  const next = places[places.indexOf(document.activeElement) + step];
  next?.focus();
}

dialog?.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    if (event.target === field) when(() => walk(step));
    else walk(step);
  } else if (event.key === "Enter" && event.target === field) {
    event.preventDefault();
    when(() => hits()[0]?.click());
  }
});
field?.addEventListener("input", () => {
  after = null;
});
found?.addEventListener("htmx:afterSwap", () => {
  shown = found.querySelector("[data-found]")?.dataset.found ?? "";
  if (shown !== field.value.trim()) return;
  after?.();
  after = null;
});
