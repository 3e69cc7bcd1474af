// The board of calls that go on: the whole once from the hub, then what is new by the stream; nothing is asked again
// unless a piece of news is missing. Moments are the server's, so a browser's clock may be wrong.
const TICK = 1000; // ms
const AGAIN = 2000; // ms between two tries to get the whole
const RANKS = { queue: 0, ring: 0, hold: 1, talk: 1, recorder: 2, menu: 3, wrap_up: 3 };
const TONES = { queue: "state-wait", ring: "state-wait", hold: "state-soon", talk: "state-work", recorder: "state-done" };

const board = document.getElementById("board");
let words = {};
let run = null; // of the program that tells; another one counts anew
let number = 0;
let ahead = 0; // ms by which the server's clock is ahead of ours
let calls = new Map();
let asking = null;
let early = []; // news that came while the whole was asked for

const seconds = (moment) => Math.max(0, Math.floor((Date.now() + ahead) / 1000 - moment));

function clock(length) {
  const two = (part) => String(part).padStart(2, "0");
  const [hours, minutes] = [Math.floor(length / 3600), Math.floor(length / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(length % 60)}` : `${minutes}:${two(length % 60)}`;
}

// A snapshot or a piece of news.
function take(news) {
  run = news.run;
  number = news.number;
  ahead = news.at * 1000 - Date.now();
  for (const [id, call] of Object.entries(news.calls ?? {})) {
    if (call === null) calls.delete(id);
    else calls.set(id, call);
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
  const rows = board.querySelector("tbody");
  const sorted = [...calls].sort(order);
  const standing = new Map([...rows.children].map((row) => [row.dataset.id, row]));
  sorted.forEach(([id, call], place) => {
    const row = standing.get(id) ?? make(id);
    standing.delete(id);
    fill(row, call);
    if (rows.children[place] !== row) rows.insertBefore(row, rows.children[place] ?? null);
  });
  for (const row of standing.values()) row.remove();
  document.getElementById("board-calls").hidden = !calls.size;
  document.getElementById("board-none").hidden = calls.size > 0;
  tick();
}

function make(id) {
  const row = document.getElementById("board-row").content.firstElementChild.cloneNode(true);
  row.dataset.id = id;
  return row;
}

const cell = (row, name) => row.querySelector(`[data-cell="${name}"]`);

// What is empty takes no room on a telephone.
function write(into, text) {
  into.textContent = text || "–";
  into.classList.toggle("only-wide", !text);
}

function fill(row, call) {
  const caller = cell(row, "caller");
  const name = call.number || (call.withheld ? words.withheld : call.direction === "inbound" ? words.unknown : words.outbound);
  const text = call.trial ? `${name} · ${words.trial}` : name;
  const link = caller.querySelector("a");
  if (call.call && !link) {
    const made = document.createElement("a");
    made.href = `/calls/${call.call}`;
    made.className = "row-link";
    caller.replaceChildren(made);
  }
  (caller.querySelector("a") ?? caller).textContent = text;
  const state = cell(row, "stands");
  state.textContent = words.stands[call.stands];
  state.className = `state ${TONES[call.stands] ?? "state-new"}`;
  write(cell(row, "queue"), words.queues[call.queue] ?? call.queue);
  const phone = (name) => (name === "trunk" ? words.outside : words.phone.replace("{name}", name));
  write(cell(row, "phones"), call.phones.map((each) => phone(each.split("/").pop())).join(", "));
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
  for (const row of board.querySelectorAll("tbody tr")) {
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
