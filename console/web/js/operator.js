// One's own work at the telephone: the mark in the head of every page follows the stream, F9 opens its dialog, F8 ends
// the paper work. What operators do comes from watch alone; moments are the server's.
import htmx from "htmx.org";

import { makeId } from "./ids.js";
import { clock } from "./moments.js";
import { notice } from "./notices.js";
import { word } from "./words.js";

const TICK = 1000; // ms
const AGES = new Set(["paused", "wrap_up"]);
let ahead = 0; // ms by which the server's clock is ahead of ours
let words = null;
let newest = null; // of oneself by the stream

const mark = () => document.getElementById("operator");
const cell = (name) => mark().querySelector(`[data-cell="${name}"]`);

export function operatorWords() {
  words ??= JSON.parse(document.getElementById("operator-words").textContent);
  return words;
}

// An icon of the sprite, as the server draws it.
export function drawIcon(into, state) {
  const name = operatorWords().icons[state];
  const use = into.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*$/, `#${name}`));
}

function hear(news) {
  ahead = news.at * 1000 - Date.now();
  const changed = news.operators?.[document.body.dataset.person];
  if (!mark() || changed === undefined) return;
  newest = changed ?? { state: "signed_out", since: news.at, reason: "", limit: null };
  show(newest);
}

// A mark that was fetched comes from rows, which are written behind the stream.
function settle() {
  if (mark() && newest && newest.since > Number(mark().dataset.since)) show(newest);
  else tick();
}

function show(now) {
  const button = mark();
  button.dataset.state = now.state;
  button.dataset.since = now.since;
  button.dataset.phone = now.phone ?? "";
  button.dataset.call = now.about ?? "";
  if (now.limit) button.dataset.limit = now.limit;
  else delete button.dataset.limit;
  button.className = `operator operator-${now.state}`;
  cell("state").textContent = operatorWords().states[now.state];
  cell("reason").textContent = now.reason ? (operatorWords().reasons[now.reason] ?? now.reason) : "";
  drawIcon(cell("icon"), now.state);
  htmx.trigger(document.body, "operator:changed");
  tick();
}

function tick() {
  const button = mark();
  if (!button) return;
  const length = Math.max(0, Math.floor((Date.now() + ahead) / 1000 - Number(button.dataset.since)));
  cell("for").textContent = button.dataset.state === "signed_out" ? "" : clock(length);
  const late = AGES.has(button.dataset.state) && length > Number(button.dataset.limit ?? Infinity);
  button.dataset.age = late ? "late" : "";
}

// F8 during a talk does nothing and says why; after it, it ends the paper work. True where it is no key of a ticket now.
export function takesF8() {
  const state = mark()?.dataset.state;
  if (state === "talking" || state === "hold" || state === "ringing") {
    notice(word("f8-in-call"));
    return true;
  }
  return false;
}

export function finishWrapUp() {
  if (mark()?.dataset.state !== "wrap_up") return false;
  htmx.ajax("POST", "/desk/acts", { source: mark(), swap: "none", values: { id: makeId(), wanted: "finish" } });
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.code !== "F9" || !mark()) return;
  event.preventDefault();
  if (!event.repeat && !document.querySelector("dialog[open]")) mark().click();
});
document.addEventListener("htmx:afterSwap", settle);
document.body?.addEventListener("live:board", (event) => hear(event.detail));
setInterval(tick, TICK);
tick();
