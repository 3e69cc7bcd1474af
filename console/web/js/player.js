// A recording's player: the waveform stands at once, the sound is fetched at the first play and every play is logged.
import { notice } from "./notices.js";
import { keepPlayer, permit } from "./permits.js";
import { Spoken } from "./spoken.js";
import { silences, Wave } from "./waves.js";
import { word } from "./words.js";

const SPEEDS = [0.75, 1, 1.25, 1.5, 2];
const STEP = 3; // seconds an arrow key or F7 goes
const players = [];

const clock = (seconds) => {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
};

class Player {
  constructor(root) {
    this.root = root;
    this.id = root.dataset.id;
    this.duration = Number(root.dataset.duration);
    this.media = new Audio();
    this.media.preload = "none";
    this.media.preservesPitch = true;
    this.media.defaultPlaybackRate = Number(this.part("speed").value);
    this.spoken = new Spoken(this.id, (at) => this.goto(at, true));
    this.wave = new Wave(this.part("wave"), this.media, this.duration, {
      seek: (at) => this.goto(at, false),
      tick: (at) => this.tick(at),
      loop: (region) => this.repeat(region),
    });
    this.look(JSON.parse(root.dataset.peaks || "[]"));
    this.listen();
  }

  part(name) {
    return this.root.querySelector(`[data-part=${name}]`);
  }

  look(peaks) {
    this.peaks = peaks;
    this.quiet = silences(peaks, this.duration);
    this.wave.draw(peaks);
  }

  listen() {
    this.part("play").addEventListener("click", () => this.toggle());
    this.part("back").addEventListener("click", () => this.rewind());
    this.part("speed").addEventListener("change", (event) => this.speed(Number(event.target.value)));
    this.part("skip").addEventListener("change", () => this.keep());
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.media.addEventListener("play", () => this.show("playing"));
    this.media.addEventListener("pause", () => this.show("paused"));
    this.media.addEventListener("error", () => this.fail());
    const card = this.root.closest(".sound");
    card.addEventListener("click", (event) => {
      const take = event.target.closest("[data-goes]");
      if (take) this.goto(Number(take.dataset.goes), true);
      if (event.target.closest("[data-downloads]")) this.download();
    });
  }

  show(state) {
    this.root.dataset.state = state;
    this.part("play").setAttribute("aria-label", word(state === "playing" ? "pause" : "play"));
    if (state === "playing") players.sort((left, right) => (right === this) - (left === this));
  }

  tick(at) {
    this.tell(at);
    if (this.media.paused) return;
    if (this.loop && at >= this.loop.end) this.media.currentTime = this.loop.start;
    if (!this.part("skip").checked) return;
    const stretch = this.quiet.find(([start, end]) => at > start + 0.25 && at < end - 0.3);
    if (stretch) this.media.currentTime = stretch[1] - 0.2;
  }

  tell(at) {
    this.part("now").textContent = clock(at);
    const wave = this.part("wave");
    wave.setAttribute("aria-valuenow", String(Math.round(at)));
    wave.setAttribute("aria-valuetext", clock(at));
    this.spoken.light(at);
  }

  repeat(region) {
    this.loop = region;
    if (region) this.goto(region.start, false);
  }

  async toggle() {
    if (!this.media.paused) this.media.pause();
    else if (await this.fetched()) await this.media.play().catch(() => this.show("paused"));
  }

  rewind() {
    this.goto(this.here() - STEP, false);
  }

  // Before the sound is here its place is only remembered.
  goto(at, play) {
    const place = Math.min(Math.max(at, 0), this.duration);
    if (this.media.getAttribute("src")) this.media.currentTime = place;
    else this.wanted = place;
    this.wave.place(place);
    this.tell(place);
    if (play && this.media.paused) this.toggle();
  }

  here() {
    return this.media.getAttribute("src") ? this.media.currentTime : (this.wanted ?? 0);
  }

  speed(value) {
    this.media.defaultPlaybackRate = value;
    this.wave.rate(value);
    this.part("speed").value = String(value);
    this.keep();
  }

  keep() {
    const settings = { speed: Number(this.part("speed").value), skips: this.part("skip").checked };
    keepPlayer(this.root.dataset.keeps, settings);
  }

  key(event) {
    if (event.target.matches("input, select, textarea, button")) return;
    const rate = SPEEDS.indexOf(Number(this.part("speed").value));
    const acts = {
      " ": () => this.toggle(),
      ArrowLeft: () => this.goto(this.here() - STEP, false),
      ArrowRight: () => this.goto(this.here() + STEP, false),
      ArrowUp: () => this.speed(SPEEDS[Math.min(rate + 1, SPEEDS.length - 1)]),
      ArrowDown: () => this.speed(SPEEDS[Math.max(rate - 1, 0)]),
      Home: () => this.goto(0, false),
      End: () => this.goto(this.duration, false),
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  }

  async fetched() {
    if (this.media.getAttribute("src")) return true;
    const address = await permit(this.root.dataset.plays, "play");
    if (!address) return false;
    this.media.src = address;
    this.media.playbackRate = Number(this.part("speed").value);
    if (this.wanted) this.media.currentTime = this.wanted;
    return true;
  }

  async download() {
    const address = await permit(this.root.dataset.plays, "download");
    if (address) location.assign(address);
  }

  // The permission of a play ends after a while: forget the address, so that the next play asks for a new one.
  fail() {
    if (!this.media.getAttribute("src")) return;
    this.wanted = this.media.currentTime;
    this.media.removeAttribute("src");
    this.show("paused");
    notice(word("sound-failed"), { bad: true });
  }
}

for (const root of document.querySelectorAll("[data-player]")) players.push(new Player(root));

// Anywhere on the page, also in a text that is being corrected, while a keyboard composes a letter: the sound's keys.
document.addEventListener("keydown", (event) => {
  if (!players.length || (event.code !== "F3" && event.code !== "F7")) return;
  event.preventDefault();
  if (event.repeat || document.querySelector("dialog[open]")) return;
  if (event.code === "F3") players[0].toggle();
  else players[0].rewind();
});

// What is known of a recording came anew: with its text come the peaks.
document.addEventListener("htmx:afterSettle", () => {
  for (const player of players) {
    const about = document.querySelector(`[data-sound="${CSS.escape(player.id)}"]`);
    const peaks = JSON.parse(about?.dataset.peaks || "[]");
    if (peaks.length && peaks.length !== player.peaks.length) player.look(peaks);
  }
});

// [data-then-plays=ID]: the ticket was taken in order to hear it, and the work is the reason.
document.addEventListener("htmx:afterRequest", (event) => {
  const id = event.detail.elt.dataset?.thenPlays;
  if (id === undefined || !event.detail.successful) return;
  const player = players.find((each) => each.id === id);
  if (player?.media.paused) player.toggle();
});
