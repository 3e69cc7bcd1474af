// The window that is an operator's telephone. It stands apart from the console's pages, so that a talk goes on while they
// come and go; a window that is loaded anew in a talk gets the talk back (POST /desk/acts, ring_again).
import { Headset } from "./headset.js";
import { makeId } from "./ids.js";
import { join } from "./leader.js";
import { clock } from "./moments.js";
import { Softphone } from "./softphone.js";
import { openChannel } from "./telephone_channel.js";
import { word } from "./words.js";

const COMES_BACK = 25_000; // ms in which a talk that was asked for again is answered by itself
const ASK_AGAIN = 2000; // ms
const SOON = 400; // ms
const ELSEWHERE = 1500; // ms after which another window is the telephone
const page = document.getElementById("telephone");
const person = document.body.dataset.person;
const own = page.dataset.phone;
const token = document.querySelector("meta[name=csrf-token]");
const part = (name) => page.querySelector(`[data-part="${name}"]`);

let problem = ""; // name of a sentence
let login = null; // as which we register
let works = false; // one is signed in to work here, by the stream
let owns = false; // this window is the telephone, and no other is
let comingBack = 0; // until when

const headset = new Headset({
  speaker: part("speaker"),
  echo: part("echo"),
  bell: part("bell-sound"),
  onLevel: (level) => (part("level").value = level),
  onDevices: fillDevices,
});
const phone = new Softphone({
  stream: () => headset.stream,
  hear: (stream) => headset.hearFar(stream).catch(() => (part("blocked").hidden = false)),
  changed: show,
  refused: signIn,
  lost: bringBack,
});
const post = openChannel((message) => {
  if (!owns) return;
  if (message.kind === "who") tell();
  else if (message.kind === "do") acts[message.act]?.();
});
const acts = {
  answer: () => phone.answer(),
  mute: () => phone.mute(),
  hold: () => phone.hold(),
  end: () => phone.hangUp(),
};

function tell() {
  const call = phone.call && { ...phone.call, session: undefined };
  post({ kind: "state", state: { person, problem, registered: phone.registered, call } });
}

// --- how it stands ----------------------------------------------------------------------------------------------------

let rang = null;
function show() {
  const call = phone.call;
  if (call?.stands === "ringing" && (headset.chosen.auto || Date.now() < comingBack) && !call.answering) {
    comingBack = 0;
    phone.answer();
  }
  const rings = call?.stands === "ringing" && !call.answering;
  if (rings !== (rang !== null)) {
    headset.ring(rings);
    rang?.close?.();
    rang = rings ? notify(call) : null;
  }
  if (call && headset.looped) hearSelf(false);
  page.dataset.state = stateNow();
  part("says").textContent = word((owns && problem) || `telephone-${page.dataset.state}`);
  part("number").textContent = call ? call.number || word("telephone-withheld") : "";
  part("call").hidden = !call;
  part("ask").hidden = !problem || !owns;
  part("elsewhere").hidden = owns;
  part("settings").hidden = Boolean(problem) || !owns;
  for (const button of page.querySelectorAll("[data-telephone]")) button.hidden = !button.dataset.when.split(" ").includes(call?.stands ?? "");
  part("keys").hidden = call?.stands !== "talking";
  part("muted").hidden = !call?.muted;
  part("mute").setAttribute("aria-pressed", String(call?.muted ?? false));
  part("hold").setAttribute("aria-pressed", String(call?.stands === "hold"));
  document.title = rings ? word("telephone-title-rings") : page.dataset.title;
  tick();
  if (owns) tell();
}

function stateNow() {
  if (!owns) return "elsewhere";
  if (problem) return "problem";
  if (phone.call) return phone.call.stands;
  if (!login?.user) return "off";
  return phone.registered ? "on" : "connecting";
}

function tick() {
  part("for").textContent = phone.call ? clock(Math.floor((Date.now() - phone.call.since) / 1000)) : "";
}

function notify(call) {
  if (!("Notification" in window) || Notification.permission !== "granted") return { close() {} };
  const shown = new Notification(word("telephone-title-rings"), {
    body: call.number || word("telephone-withheld"),
    tag: "tongdai-ring",
    requireInteraction: true,
  });
  shown.onclick = () => {
    window.focus();
    phone.answer();
  };
  return shown;
}

// --- the login --------------------------------------------------------------------------------------------------------

let asking = null;
async function signIn() {
  clearTimeout(asking);
  if (!owns || problem) return;
  let found;
  try {
    const response = await fetch("/telephone/login", { headers: { "HX-Request": "true" } });
    if (!response.ok) throw new Error(String(response.status));
    found = await response.json();
  } catch {
    asking = setTimeout(signIn, ASK_AGAIN); // the console is being restarted, or its session has ended: a talk goes on
    return;
  }
  token.content = found.token; // of the present session, however long this window stands
  if (found.user && found.secret !== login?.secret) {
    login = found;
    phone.begin(found);
  } else if (!found.user && login) leave();
  else if (!found.user && works) asking = setTimeout(signIn, SOON); // its row comes a moment after the stream
  show();
}

function leave() {
  login = null;
  phone.end();
  show();
}

// What the stream says of one's own work: signed in here, elsewhere, or gone home.
function hear(news) {
  const work = news.operators?.[person];
  if (work === undefined) return;
  works = work?.phone === own;
  if (works && !login) signIn();
  else if (!works && login) leave();
}

// --- a talk that was lost ---------------------------------------------------------------------------------------------

async function bringBack() {
  comingBack = Date.now() + COMES_BACK;
  while (owns && Date.now() < comingBack && (!phone.call || phone.call.stands === "lost")) {
    if (phone.registered && (await ringAgain())) return;
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN));
  }
}

// Whether it was answered: rung, or there is no talk any more.
async function ringAgain() {
  const values = { id: makeId(), wanted: "ring_again" };
  try {
    const response = await fetch("/desk/acts", {
      method: "POST",
      headers: { "X-CSRFToken": token.content, "HX-Request": "true" },
      body: new URLSearchParams(values),
    });
    return response.ok || response.status === 422;
  } catch {
    return false;
  }
}

// --- headset ----------------------------------------------------------------------------------------------------------

function fillDevices(found, chosen) {
  for (const [name, devices] of Object.entries(found)) {
    const select = part(name);
    const usual = new Option(word("telephone-default"), "");
    select.replaceChildren(usual, ...devices.map((each, at) => new Option(each.label || `${at + 1}`, each.deviceId)));
    select.value = devices.some((each) => each.deviceId === chosen[name]) ? chosen[name] : "";
    select.disabled = name !== "mic" && !("setSinkId" in HTMLMediaElement.prototype);
  }
  part("silent").checked = chosen.silent;
  part("auto").checked = chosen.auto;
  part("notify").hidden = !("Notification" in window) || Notification.permission !== "default";
}

async function open() {
  try {
    await headset.open();
    problem = "";
  } catch (error) {
    problem = error.message;
  }
  show();
  await signIn();
}

let looping = null;
function hearSelf(on) {
  clearTimeout(looping);
  part("self").setAttribute("aria-pressed", String(on));
  headset.hearSelf(on)?.catch(() => (part("blocked").hidden = false));
  if (on) looping = setTimeout(() => hearSelf(false), 15_000);
}

// --- begin ------------------------------------------------------------------------------------------------------------

page.addEventListener("change", (event) => {
  const { dataset, type, checked, value } = event.target;
  headset.choose(dataset.part, type === "checkbox" ? checked : value, phone.call?.session.connection);
});
page.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.key) phone.press(button.dataset.key);
  else if (button === part("self")) hearSelf(button.getAttribute("aria-pressed") !== "true");
  else if (button === part("open")) open();
  else if (button === part("here")) group.take();
  else if (button === part("notify")) Notification.requestPermission().then(() => headset.list());
});
document.addEventListener("click", () => {
  if (part("blocked").hidden) return;
  part("blocked").hidden = true;
  headset.context?.resume();
  part("speaker").play().catch(() => {});
});
addEventListener("beforeunload", (event) => phone.inCall && event.preventDefault());
addEventListener("pagehide", () => owns && post({ kind: "gone" }));
document.body.addEventListener("live:board", (event) => hear(event.detail));
document.body.addEventListener("live:refresh", signIn);
setInterval(tick, 1000);

setTimeout(() => owns || show(), ELSEWHERE);

const group = join(`tongdai-telephone:${person}`, {
  async begin() {
    owns = true;
    await open();
    const mark = document.getElementById("operator");
    if (mark?.dataset.call && mark.dataset.state !== "wrap_up") bringBack();
  },
  end() {
    owns = false;
    login = null;
    phone.end();
    show();
  },
  hear() {},
});
