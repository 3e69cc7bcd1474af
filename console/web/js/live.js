// What happened since the page was made: lists that name a topic in data-live, and parts of a ticket's page listening to
// "live:mine-TOPIC", fetch themselves anew. One tab of the browser hears it from the hub and passes it on to the others.
import htmx from "htmx.org";

import { badge } from "./badge.js";
import { join } from "./leader.js";
import { Stream } from "./stream.js";
import { word } from "./words.js";

const address = document.body.dataset.hub;
const TOPICS = document.body.dataset.topics?.split(" ") ?? []; // ivr/services/outbox.py
const CONNECTS = 10_000; // ms in which a page is live, or its connection counts as lost
const SILENCE = 30_000; // ms without a word of the leading tab, which passes on each of the hub's heartbeats
const AGAIN = 15_000; // ms between fetches while live data is away

let state = "wait"; // "on", "off"
let lostAt = 0;
let heardAt = Date.now();
let calls = 0;
let last = document.body.dataset.after; // the newest change this page shows
let group = null;
let stream = null;

function tell(name, detail) {
  htmx.trigger(document.body, name, detail);
}

// Several changes in a row are one fetch: a list is the same whether one or ten rows are new. Where change follows change
// it is fetched once in a second or so, and what somebody reads stands still that long. Not all browsers fetch in the same
// moment.
const SOON = 250; // ms from a change
const APART = 1_000; // ms between two fetches; a list that costs more names its own in data-apart
const SPREAD = 300; // ms
const due = new Set();
const fetched = new Map();
function soon(key, fetchAnew, apart = APART) {
  if (due.has(key)) return;
  due.add(key);
  const rest = (fetched.get(key) ?? -apart) + apart - performance.now();
  setTimeout(
    () => {
      due.delete(key);
      fetched.set(key, performance.now());
      fetchAnew();
    },
    Math.max(SOON, rest) + SPREAD * Math.random(),
  );
}
const lists = (topic) => [...document.querySelectorAll("[data-live]")].filter((list) => list.dataset.live.split(" ").includes(topic));
function freshen(list) {
  const fetchAnew = () => {
    const standing = document.getElementById(list.id); // it may have been drawn anew meanwhile
    if (standing) htmx.trigger(standing, "live");
  };
  soon(list.id, fetchAnew, Number(list.dataset.apart ?? APART));
}

function show() {
  const banner = document.getElementById("stale");
  const mark = document.getElementById("live");
  const shown = lostAt ? "off" : state;
  if (mark) {
    mark.dataset.state = shown;
    mark.querySelector("span").textContent = word(shown === "on" && calls ? "live-calls" : `live-${shown}`, { calls });
  }
  if (banner) {
    banner.hidden = !lostAt;
    const seconds = Math.max(1, Math.round((Date.now() - lostAt) / 1000));
    if (lostAt) banner.querySelector("span").textContent = word("stale", { seconds });
  }
}

function lose() {
  state = "off";
  if (!lostAt) lostAt = Date.now();
  show();
}

// A page that is older than the stream has missed what lies between.
function catchUp(newest) {
  if (Number(newest) <= Number(last)) return;
  last = newest;
  tell("live:refresh");
}

const acts = {
  on(message) {
    const back = lostAt !== 0;
    state = "on";
    lostAt = 0;
    calls = message.calls;
    show();
    if (back) {
      last = message.last;
      tell("live:refresh");
    } else catchUp(message.last);
  },
  off: lose,
  alive() {},
  refresh(message) {
    last = message.last;
    tell("live:refresh");
  },
  calls(message) {
    calls = message.calls;
    show();
  },
  change(message) {
    last = message.last;
    const name = message.topic.replace(".", "-");
    lists(message.topic).forEach(freshen);
    const mine = `live:mine-${name}`;
    if (message.subject && message.subject === document.body.dataset.subject) soon(mine, () => tell(mine));
    if (name.startsWith("ticket")) count();
  },
  waiting(message) {
    badge(message.count);
  },
  board(message) {
    tell("live:board", message.news);
  },
  // A person has thrown a switch: callers hear another menu, and every page says so.
  switches(message) {
    const band = document.getElementById("modes");
    if (band && band.dataset.stamp !== message.stamp) tell("live:switches");
  },
  "signed-out": () => location.reload(),
};

function hear(message) {
  heardAt = Date.now();
  if (message.kind === "who-leads") answer();
  else acts[message.kind]?.(message);
}

// The tab that leads: what it is told by the hub it does itself and passes on.
function pass(message) {
  group?.post(message);
  hear(message);
}
function begin() {
  stream = new Stream(address, TOPICS, pass);
  count();
}
function end() {
  stream?.close();
  stream = null;
}
function answer() {
  if (!stream) return;
  if (state === "on") group.post({ kind: "on", last: stream.last, calls });
  else if (state === "off") group.post({ kind: "off" });
  if (stream.switches !== null) group.post({ kind: "switches", stamp: stream.switches });
  if (waiting !== null) group.post({ kind: "waiting", count: waiting });
}

// How many new tickets wait, asked by one tab for all titles; a list that has been fetched knows it already.
let waiting = null;
let counting = null;
function count() {
  if (!stream || counting) return;
  counting = setTimeout(async () => {
    counting = null;
    try {
      const response = await fetch("/tickets/waiting", { headers: { "HX-Request": "true" } });
      if (response.ok) waits((await response.json()).new);
    } catch {
      // the next change asks again
    }
  }, 1000);
}
function waits(number) {
  waiting = number;
  pass({ kind: "waiting", count: number });
}

function enter() {
  state = "wait";
  lostAt = 0;
  heardAt = Date.now();
  group = join(`live:${address}:${document.body.dataset.person}`, { begin, end, hear });
  group.post({ kind: "who-leads" });
}

if (address) {
  const known = document.querySelector("[data-waiting]")?.dataset.waiting;
  if (known !== undefined) badge(known);
  enter();
  addEventListener("offline", lose);
  addEventListener("online", () => stream?.connect());
  addEventListener("pagehide", () => {
    group?.leave();
    group = null;
  });
  addEventListener("pageshow", (event) => event.persisted && enter());
  setInterval(() => {
    const silent = Date.now() - heardAt;
    if (state === "wait" && silent > CONNECTS) lose();
    if (state === "on" && silent > SILENCE) lose();
    if (state !== "on" && silent > SILENCE && group && !group.leads()) {
      heardAt = Date.now();
      group.take();
    }
    if (lostAt) show();
  }, 1000);
  setInterval(() => lostAt && tell("live:refresh"), AGAIN);
}
