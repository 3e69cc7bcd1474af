// What is typed into [data-draft] is kept in this browser within two seconds, and said so; sending it forgets it.
import { word } from "./words.js";

const WAIT = 800; // ms after the last key; well inside the two seconds promised
const KEEP = 14 * 24 * 3600 * 1000;
const timers = new WeakMap();
const person = () => document.body.dataset.person ?? "";
const key = (field) => `draft:${person()}:${field.dataset.draft}`;

function say(field, text) {
  const place = document.getElementById(`${field.id}-draft`);
  if (place) place.textContent = text;
}

function save(field) {
  const value = field.value;
  try {
    if (value === field.defaultValue) localStorage.removeItem(key(field));
    else localStorage.setItem(key(field), JSON.stringify({ value, at: Date.now(), base: field.defaultValue }));
  } catch {
    say(field, word("draft-full"));
    return;
  }
  const now = new Date().toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  say(field, value === field.defaultValue ? "" : word("draft-saved", { time: now }));
}

function restore(field) {
  let draft = null;
  try {
    draft = JSON.parse(localStorage.getItem(key(field)));
  } catch {
    return;
  }
  if (!draft || draft.value === field.value) return;
  field.value = draft.value;
  say(field, word(draft.base === field.defaultValue ? "draft-restored" : "draft-older"));
  field.dispatchEvent(new Event("draft:restored", { bubbles: true }));
}

function forget(field) {
  clearTimeout(timers.get(field));
  localStorage.removeItem(key(field));
  say(field, "");
}

function restoreAll(root) {
  for (const field of root.querySelectorAll("[data-draft]")) restore(field);
}

function prune() {
  for (const name of Object.keys(localStorage)) {
    if (!name.startsWith("draft:")) continue;
    try {
      if (Date.now() - JSON.parse(localStorage.getItem(name)).at > KEEP) localStorage.removeItem(name);
    } catch {
      localStorage.removeItem(name);
    }
  }
}

document.addEventListener("input", (event) => {
  const field = event.target;
  if (field.dataset?.draft === undefined) return;
  clearTimeout(timers.get(field));
  timers.set(field, setTimeout(() => save(field), WAIT));
});
window.addEventListener("pagehide", () => {
  for (const field of document.querySelectorAll("[data-draft]")) if (field.value !== field.defaultValue) save(field);
});
// Before htmx acts on the answer: the regions it makes fetch anew must find neither a draft nor an open form.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const form = event.detail.elt;
  const status = event.detail.xhr.status;
  if (status < 200 || status >= 300 || !(form instanceof HTMLFormElement)) return;
  for (const field of form.querySelectorAll("[data-draft]")) forget(field);
  if (form.matches("[data-edit-form]")) edit(form.closest("[data-edit]"), false);
});
document.addEventListener("draft:forget", (event) => forget(event.target));
document.addEventListener("htmx:load", (event) => restoreAll(event.detail.elt));

// [data-edits] swaps a reading view for its form; a kept draft opens the form again.
function edit(region, on) {
  const form = region.querySelector("[data-edit-form]");
  const view = region.querySelector("[data-edit-view]");
  if (!form || !view) return;
  const inside = form.contains(document.activeElement);
  form.hidden = !on;
  view.hidden = on;
  form.toggleAttribute("data-editing", on);
  if (on) form.querySelector("textarea")?.focus();
  else if (inside) view.querySelector("button")?.focus();
}
document.addEventListener("click", (event) => {
  const start = event.target.closest("[data-edits]");
  if (start) edit(start.closest("[data-edit]"), true);
  const stop = event.target.closest("[data-edit-stops]");
  if (stop) {
    const region = stop.closest("[data-edit]");
    for (const field of region.querySelectorAll("[data-draft]")) {
      field.value = field.defaultValue;
      forget(field);
    }
    edit(region, false);
  }
});
document.addEventListener("draft:restored", (event) => {
  const region = event.target.closest("[data-edit]");
  if (region) edit(region, true);
});
if (person()) {
  restoreAll(document);
  prune();
}
