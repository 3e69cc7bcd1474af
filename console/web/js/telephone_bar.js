// What every page shows of the call that one is in: who calls, at whatever telephone, from the ring until the paper work is
// done; and of the telephone in the browser, whose window stands apart, the keys F2 (answer), F4 (hold), with Shift to end
// and to mute. Also in that window itself.
import htmx from "htmx.org";

import { notice } from "./notices.js";
import { clock } from "./moments.js";
import { openChannel, PATH, WINDOW } from "./telephone_channel.js";
import { word } from "./words.js";

const ANSWERS = 2000; // ms in which an open window says how it is
const ASKED_EVERY = 3000; // ms; a window that died has not said so
const TRIES = 8; // looks, one a second or as news come, for who calls
const SIZE = "popup,width=400,height=720";
const bar = document.getElementById("telephone-bar");
const person = document.body.dataset.person;
const KEYS = { F2: "answer", "Shift+F2": "end", F4: "hold", "Shift+F4": "mute" };

let state = null; // of the window, null for none
let tries = 0;
let asked = 0; // when it was asked last, and has not answered since; 0 for never

const post = bar
  ? openChannel((message) => {
      if (message.kind === "gone") lookAgain();
      if (message.kind !== "state" || message.state.person !== person) return;
      asked = 0;
      show(message.state);
    })
  : () => {};

function ask() {
  asked ||= Date.now();
  post({ kind: "who" });
}

function lookAgain() {
  state = null;
  asked = 0;
  ask();
}

function show(now) {
  state = now;
  const missing = isMissing();
  const call = state?.call ?? null;
  const mark = document.getElementById("operator");
  const about = mark?.dataset.call ?? "";
  bar.dataset.state = missing ? "missing" : (call?.stands ?? (about ? mark.dataset.state : ""));
  bar.querySelector("[data-part=number]").textContent = call ? call.number || word("telephone-withheld") : "";
  for (const button of bar.querySelectorAll("[data-telephone]")) button.hidden = !button.dataset.when.split(" ").includes(call?.stands ?? "");
  bar.querySelector("[data-telephone=mute]").setAttribute("aria-pressed", String(call?.muted ?? false));
  bar.querySelector("[data-telephone=hold]").setAttribute("aria-pressed", String(call?.stands === "hold"));
  for (const shown of bar.querySelectorAll("[data-opens-telephone], [data-part=missing]")) shown.hidden = !missing;
  const known = showCaller(about);
  bar.hidden = !call && !missing && !known;
  tick();
}

// Asked once a call; the call's row comes a moment after the call. Whether anything is known.
function showCaller(about) {
  const caller = bar.querySelector("[data-part=caller]");
  if (caller.dataset.about !== about) {
    caller.dataset.about = about;
    caller.replaceChildren();
    tries = TRIES;
  }
  const known = caller.childElementCount > 0;
  caller.hidden = !known;
  if (!about || known || !tries) return known;
  tries -= 1;
  caller.setAttribute("hx-vals", JSON.stringify({ linkedid: about }));
  htmx.trigger(caller, "caller");
  return false;
}

// Work is at this browser's telephone, and no window answers for it.
function isMissing() {
  if (!asked || Date.now() - asked < ANSWERS) return false;
  state = null;
  return worksHere();
}

function worksHere() {
  const mark = document.getElementById("operator");
  return mark?.dataset.phone === bar.dataset.phone && mark.dataset.state !== "signed_out";
}

function tick() {
  const call = state?.call;
  bar.querySelector("[data-part=for]").textContent = call ? clock(Math.floor((Date.now() - call.since) / 1000)) : "";
}

export function openTelephone() {
  if (state) return;
  if (!window.open(PATH, WINDOW, SIZE)) notice(word("telephone-blocked"), { bad: true });
}

if (bar) {
  document.addEventListener("keydown", (event) => {
    const act = KEYS[(event.shiftKey ? "Shift+" : "") + event.key];
    if (!act || event.altKey || event.ctrlKey || event.metaKey || !(state || worksHere())) return;
    event.preventDefault();
    if (!event.repeat) post({ kind: "do", act });
  });
  document.addEventListener("click", (event) => {
    const act = event.target.closest("[data-telephone]")?.dataset.telephone;
    if (act) post({ kind: "do", act });
    if (event.target.closest("[data-opens-telephone]")) openTelephone();
  });
  // Browsers let a page open a window while they see a click in it: not later, when the answer has come.
  document.addEventListener("submit", (event) => {
    const given = new FormData(event.target);
    if (given.get("wanted") === "sign_in" && given.get("phone") === bar.dataset.phone) openTelephone();
  });
  document.body.addEventListener("operator:changed", () => show(state));
  bar.addEventListener("htmx:afterSwap", () => show(state));
  addEventListener("pageshow", (event) => event.persisted && lookAgain());
  setInterval(() => show(state), 1000);
  setInterval(ask, ASKED_EVERY);
  lookAgain();
}
