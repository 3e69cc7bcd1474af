// The board of calls that go on: the whole once from the hub, then what is new by the stream; nothing is asked again
// unless a piece of news is missing. Moments are the server's, so a browser's clock may be wrong.
import htmx from "htmx.org";

import { clock } from "./moments.js";
import { drawIcon, operatorWords } from "./operator.js";

const TICK = 1000; // ms
const AGAIN = 2000; // ms between two tries to get the whole
const RANKS = { queue: 0, ring: 0, hold: 1, talk: 1, recorder: 2, menu: 3, wrap_up: 3 };
const TONES = { queue: "state-wait", ring: "state-wait", hold: "state-soon", talk: "state-work", recorder: "state-done" };

const AT_WORK = ["ringing", "talking", "hold", "wrap_up", "ready", "paused", "connection_lost"];

const board = document.getElementById("board");
let words = {};
let run = null; // of the program that tells; another one counts anew
let number = 0;
let ahead = 0; // ms by which the server's clock is ahead of ours
let calls = new Map();
let operators = new Map();
let asking = null;
let early = []; // news that came while the whole was asked for

const seconds = (moment) => Math.max(0, Math.floor((Date.now() + ahead) / 1000 - moment));

// A snapshot or a piece of news.
function take(news) {
  run = news.run;
  number = news.number;
  ahead = news.at * 1000 - Date.now();
  for (const [id, call] of Object.entries(news.calls ?? {})) {
    if (call === null) calls.delete(id);
    else calls.set(id, call);
  }
  for (const [id, operator] of Object.entries(news.operators ?? {})) {
    if (operator === null) operators.delete(id);
    else operators.set(id, operator);
  }
  if (news.figures) showFigures(news.figures);
  if (news.known !== undefined) document.getElementById("board-unknown").hidden = news.known;
  draw();
}

async function whole() {
  clearTimeout(asking);
  asking = 0;
  early = [];
  try {
    const response = await fetch(`${document.body.dataset.hub}/board`, { credentials: "include" });
    if (!response.ok) throw new Error(String(response.status));
    const found = await response.json();
    calls = new Map();
    operators = new Map();
    take(found);
    delete board.dataset.loading;
    asking = null;
    for (const news of early) hear(news);
  } catch {
    asking = setTimeout(whole, AGAIN);
  }
}

function hear(news) {
  if (asking !== null) early.push(news);
  else if (news.run === run && news.number <= number) return;
  else if (news.run === run && news.number === number + 1) take(news);
  else whole();
}

const order = ([, one], [, other]) => RANKS[one.stands] - RANKS[other.stands] || one.since - other.since;
const waits = (call) => RANKS[call.stands] === 0 && call.direction !== "outbound";

function draw() {
  drawRows("board-calls", "board-row", "board-none", [...calls].sort(order), fill);
  drawRows("board-operators", "operator-row", "operators-none", [...operators].sort(atWork), fillOperator);
  tick();
}

// Rows stay the same elements while what they show changes, so that who reads or points loses no place.
function drawRows(table, template, none, sorted, write) {
  const rows = document.querySelector(`#${table} tbody`);
  const standing = new Map([...rows.children].map((row) => [row.dataset.id, row]));
  sorted.forEach(([id, shown], place) => {
    const row = standing.get(id) ?? make(template, id);
    standing.delete(id);
    write(row, shown);
    if (rows.children[place] !== row) rows.insertBefore(row, rows.children[place] ?? null);
  });
  for (const row of standing.values()) row.remove();
  document.getElementById(table).hidden = !sorted.length;
  document.getElementById(none).hidden = sorted.length > 0;
}

function make(template, id) {
  const row = document.getElementById(template).content.firstElementChild.cloneNode(true);
  row.dataset.id = id;
  return row;
}

const atWork = ([, one], [, other]) => AT_WORK.indexOf(one.state) - AT_WORK.indexOf(other.state) || one.since - other.since;

function fillOperator(row, operator) {
  const { states, reasons, unreachable } = operatorWords();
  cell(row, "name").textContent = operator.name;
  const state = cell(row, "state");
  state.className = `state operator-${operator.state}`;
  drawIcon(cell(row, "icon"), operator.state);
  cell(row, "says").textContent = states[operator.state];
  const named = (reason) => reasons[reason] ?? reason;
  const notes = [
    operator.reason && named(operator.reason),
    operator.next && words.then.replace("{reason}", named(operator.next)),
    operator.leaves && words.leaves,
    !operator.reachable && unreachable,
  ];
  cell(row, "note").textContent = notes.filter(Boolean).join(" · ");
  write(cell(row, "phone"), telephoneName(operator.phone));
  const call = calls.get(operator.call);
  if (call) name(cell(row, "caller"), call);
  else {
    cell(row, "caller").replaceChildren();
    write(cell(row, "caller"), "");
  }
  const steer = cell(row, "steer");
  if (!steer || steer.hasAttribute("hx-get")) return;
  steer.setAttribute("hx-get", `/desk/${row.dataset.id}`);
  steer.querySelector(".visually-hidden").textContent = words.steer.replace("{name}", operator.name);
  htmx.process(steer);
}

// What people call a telephone; one in a browser is its operator's own.
function telephoneName(phone) {
  const { telephones, browser } = operatorWords();
  return telephones[phone] ?? (phone.startsWith(browser.prefix) ? browser.name : phone.split("/").pop());
}

const cell = (row, name) => row.querySelector(`[data-cell="${name}"]`);

// What is empty takes no room on a telephone.
function write(into, text) {
  into.textContent = text || "–";
  into.classList.toggle("only-wide", !text);
}

// Who calls, and where the call's page is.
function name(caller, call) {
  const number = call.number || (call.withheld ? words.withheld : call.direction === "inbound" ? words.unknown : words.outbound);
  const text = call.trial ? `${number} · ${words.trial}` : number;
  const link = caller.querySelector("a");
  if (call.call && !link) {
    const made = document.createElement("a");
    made.href = `/calls/${call.call}`;
    made.className = "row-link";
    caller.replaceChildren(made);
  }
  (caller.querySelector("a") ?? caller).textContent = text;
  caller.classList.remove("only-wide");
}

function fill(row, call) {
  name(cell(row, "caller"), call);
  const state = cell(row, "stands");
  state.textContent = words.stands[call.stands];
  state.className = `state ${TONES[call.stands] ?? "state-new"}`;
  write(cell(row, "queue"), words.queues[call.queue] ?? call.queue);
  const phone = (name) => (name === "trunk" ? words.outside : words.phone.replace("{name}", name));
  const people = new Map([...operators.values()].map((each) => [each.phone, each.name]));
  write(cell(row, "phones"), call.phones.map((each) => people.get(each) ?? phone(each.split("/").pop())).join(", "));
}

function show(name, text) {
  for (const figure of board.querySelectorAll(`[data-figure="${name}"]`)) figure.textContent = text;
}

function tick() {
  if (board.dataset.loading !== undefined) return;
  const all = [...calls.values()];
  const waiting = all.filter(waits);
  const longest = Math.max(0, ...waiting.map((call) => seconds(call.since)));
  show("waiting", waiting.length);
  show("longest", waiting.length ? clock(longest) : "–");
  show("talking", all.filter((call) => call.stands === "talk" || call.stands === "hold").length);
  show("menu", all.filter((call) => call.stands === "menu" || call.stands === "recorder").length);
  const age = (length) => (length >= words.late ? "late" : length >= words.soon ? "soon" : "");
  board.querySelector('[data-tile="longest"]').dataset.age = waiting.length ? age(longest) : "";
  for (const row of board.querySelectorAll("#board-operators tbody tr")) {
    const operator = operators.get(row.dataset.id);
    const length = seconds(operator.since);
    cell(row, "for").textContent = clock(length);
    row.dataset.age = operator.limit && length > operator.limit ? "late" : "";
  }
  for (const row of board.querySelectorAll("#board-calls tbody tr")) {
    const call = calls.get(row.dataset.id);
    cell(row, "for").textContent = clock(seconds(call.since));
    cell(row, "all").textContent = clock(seconds(call.began));
    row.dataset.age = waits(call) ? age(seconds(call.since)) : "";
  }
}

function showFigures(figures) {
  const language = document.documentElement.lang;
  const share = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });
  for (const name of ["offered", "answered", "abandoned", "overflowed"]) show(name, figures[name]);
  show("level", figures.level === null ? "–" : share.format(figures.level));
  show("asa", figures.asa === null ? "–" : clock(Math.round(figures.asa)));
}

if (board) {
  words = JSON.parse(document.getElementById("board-words").textContent);
  document.body.addEventListener("live:board", (event) => hear(event.detail));
  document.body.addEventListener("live:refresh", whole);
  setInterval(tick, TICK);
  whole();
}
