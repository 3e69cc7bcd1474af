// What happened since the page was made, from the hub: regions listening to "live:TOPIC" fetch themselves anew.
import htmx from "htmx.org";

import { word } from "./words.js";

const address = document.body.dataset.hub;
const SILENCE = 25_000; // ms; the hub sends a heartbeat every 10 s
const AGAIN = 15_000; // ms between fetches while the hub is away
const TOPICS = document.body.dataset.topics?.split(" ") ?? []; // ivr/services/outbox.py

let source = null;
let lostAt = 0;
let heardAt = 0;
let retry = 0;
let waiting = null;
let calls = 0;
let last = document.body.dataset.after; // the newest change this page shows

function tell(name, detail) {
  htmx.trigger(document.body, name, detail);
}

// Several changes in a row are one fetch: a list is the same whether one or ten rows are new. Not all browsers fetch in
// the same moment.
const due = new Map();
function soon(name) {
  if (due.has(name)) return;
  due.set(
    name,
    setTimeout(() => {
      due.delete(name);
      tell(name);
    }, 250 + 300 * Math.random()),
  );
}

function hear(topic, event) {
  heardAt = Date.now();
  last = event.lastEventId || last;
  let subject = "";
  try {
    subject = JSON.parse(event.data).subject;
  } catch {
    return;
  }
  soon(`live:${topic.replace(".", "-")}`);
  soon("live:any");
  if (subject && subject === document.body.dataset.subject) soon(`live:mine-${topic.replace(".", "-")}`);
}

function show() {
  const banner = document.getElementById("stale");
  const mark = document.getElementById("live");
  const lost = lostAt !== 0;
  if (mark) {
    mark.dataset.state = lost ? "off" : source?.readyState === EventSource.OPEN ? "on" : "wait";
    const busy = mark.dataset.state === "on" && calls > 0;
    mark.querySelector("span").textContent = word(busy ? "live-calls" : `live-${mark.dataset.state}`, { calls });
  }
  if (banner) {
    banner.hidden = !lost;
    const seconds = Math.max(1, Math.round((Date.now() - lostAt) / 1000));
    if (lost) banner.querySelector("span").textContent = word("stale", { seconds });
  }
}

function lose() {
  if (!lostAt) lostAt = Date.now();
  show();
}

// A change between the page and its stream, or while the stream was away, makes the regions fetch themselves anew.
function begin(event) {
  heardAt = Date.now();
  if (event.type === "snapshot" || event.lastEventId !== last) tell("live:refresh");
  last = event.lastEventId;
}

function connect() {
  clearTimeout(waiting);
  source?.close();
  source = new EventSource(`${address}/events`, { withCredentials: true });
  source.addEventListener("open", () => {
    heardAt = Date.now();
    retry = 0;
    lostAt = 0;
    show();
  });
  source.addEventListener("error", () => {
    lose();
    if (source.readyState === EventSource.CLOSED) again();
  });
  source.addEventListener("heartbeat", () => {
    heardAt = Date.now();
  });
  source.addEventListener("hello", begin);
  source.addEventListener("snapshot", begin);
  source.addEventListener("signed-out", () => location.reload());
  source.addEventListener("calls.live", (event) => {
    heardAt = Date.now();
    calls = JSON.parse(event.data).data.calls;
    show();
  });
  for (const topic of TOPICS) source.addEventListener(topic, (event) => hear(topic, event));
}

function again() {
  clearTimeout(waiting);
  retry = Math.min(retry + 1, 5);
  waiting = setTimeout(connect, 1000 * 2 ** retry);
}

if (address) {
  connect();
  addEventListener("offline", lose);
  addEventListener("online", connect);
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => event.persisted && connect());
  setInterval(() => {
    if (!lostAt && source.readyState === EventSource.OPEN && Date.now() - heardAt > SILENCE) {
      lose();
      connect();
    }
    if (lostAt) show();
  }, 1000);
  setInterval(() => lostAt && tell("live:refresh"), AGAIN);
}

// Rows that were not there before light up once.
let known = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  const list = event.detail.target;
  if (list.dataset?.list === undefined) return;
  known = new Set([...list.querySelectorAll("tr[id]")].map((row) => row.id));
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (!known || event.detail.target.dataset?.list === undefined) return;
  for (const row of document.querySelectorAll("[data-list] tr[id]")) {
    if (!known.has(row.id)) row.classList.add("fresh");
  }
  known = null;
});
