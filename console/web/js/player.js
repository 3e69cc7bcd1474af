// A recording's player: the waveform stands at once, the sound is fetched at the first play and every play is logged.
import WaveSurfer from "wavesurfer.js";
import Regions from "wavesurfer.js/dist/plugins/regions.esm.js";

import { open } from "./dialogs.js";
import { notice } from "./notices.js";
import { explain, token } from "./requests.js";
import { Spoken } from "./spoken.js";
import { word } from "./words.js";

const SPEEDS = [0.75, 1, 1.25, 1.5, 2];
const STEP = 3; // seconds an arrow key goes
const QUIET = 4; // of 100: below it a peak counts as silence
const LEAST = 0.8; // seconds: shorter pauses belong to speech

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const clock = (seconds) => {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
};

// The stretches without speech, from the peaks: [[start, end], …] in seconds.
export function silences(peaks, duration) {
  const found = [];
  const each = duration / peaks.length;
  let start = null;
  for (let index = 0; index <= peaks.length; index += 1) {
    const quiet = index < peaks.length && peaks[index] < QUIET;
    if (quiet && start === null) start = index;
    if (!quiet && start !== null) {
      if ((index - start) * each >= LEAST) found.push([start * each, index * each]);
      start = null;
    }
  }
  return found;
}

class Player {
  constructor(root) {
    this.root = root;
    this.duration = Number(root.dataset.duration);
    this.peaks = JSON.parse(root.dataset.peaks || "[]");
    this.quiet = silences(this.peaks, this.duration);
    this.reason = null;
    this.media = new Audio();
    this.media.preload = "none";
    this.media.preservesPitch = true;
    this.spoken = new Spoken(root.dataset.id, (at) => this.goto(at, true));
    this.draw();
    this.listen();
  }

  part(name) {
    return this.root.querySelector(`[data-part=${name}]`);
  }

  draw() {
    const levels = this.peaks.length ? this.peaks.map((peak) => peak / 100) : [0, 0];
    this.regions = Regions.create();
    this.wave = WaveSurfer.create({
      container: this.part("wave"),
      media: this.media,
      peaks: [levels],
      duration: this.duration,
      height: 64,
      barWidth: 2,
      barGap: 1,
      barRadius: 2,
      barMinHeight: 1,
      cursorWidth: 2,
      waveColor: colour("--wave"),
      progressColor: colour("--wave-played"),
      cursorColor: colour("--accent"),
      dragToSeek: false,
      cspNonce: document.querySelector("meta[name=csp-nonce]")?.content,
      plugins: [this.regions],
    });
    this.regions.enableDragSelection({ color: "rgba(255, 190, 60, 0.28)" });
    new MutationObserver(() => this.recolour()).observe(document.documentElement, {
      attributeFilter: ["data-bs-theme"],
    });
  }

  recolour() {
    this.wave.setOptions({
      waveColor: colour("--wave"),
      progressColor: colour("--wave-played"),
      cursorColor: colour("--accent"),
    });
  }

  listen() {
    this.part("play").addEventListener("click", () => this.toggle());
    this.part("speed").addEventListener("change", (event) => this.speed(Number(event.target.value)));
    this.part("download")?.addEventListener("click", () => this.download());
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.wave.on("interaction", (at) => this.goto(at, false));
    this.media.addEventListener("play", () => this.show("playing"));
    this.media.addEventListener("pause", () => this.show("paused"));
    this.media.addEventListener("error", () => this.fail());
    this.wave.on("timeupdate", (at) => this.tick(at));
    this.regions.on("region-created", (made) => {
      for (const region of this.regions.getRegions()) if (region !== made) region.remove();
      this.loop = made;
      this.goto(made.start, false);
    });
    this.regions.on("region-clicked", (region) => {
      region.remove();
      this.loop = null;
    });
  }

  show(state) {
    this.root.dataset.state = state;
    this.part("play").setAttribute("aria-label", word(state === "playing" ? "pause" : "play"));
  }

  tick(at) {
    this.part("now").textContent = clock(at);
    this.spoken.light(at);
    if (this.media.paused) return;
    if (this.loop && at >= this.loop.end) this.media.currentTime = this.loop.start;
    if (!this.part("skip").checked) return;
    const stretch = this.quiet.find(([start, end]) => at > start + 0.25 && at < end - 0.3);
    if (stretch) this.media.currentTime = stretch[1] - 0.2;
  }

  async toggle() {
    if (!this.media.paused) this.media.pause();
    else if (await this.fetched()) await this.media.play().catch(() => this.show("paused"));
  }

  // Before the sound is here its place is only remembered.
  goto(at, play) {
    const place = Math.min(Math.max(at, 0), this.duration);
    if (this.media.getAttribute("src")) this.media.currentTime = place;
    else this.wanted = place;
    this.part("now").textContent = clock(place);
    this.wave.setTime?.(place);
    this.spoken.light(place);
    if (play && this.media.paused) this.toggle();
  }

  here() {
    return this.media.getAttribute("src") ? this.media.currentTime : (this.wanted ?? 0);
  }

  speed(value) {
    this.media.defaultPlaybackRate = value;
    this.wave.setPlaybackRate(value, true);
    this.part("speed").value = String(value);
  }

  key(event) {
    if (event.target.matches("input, select, textarea")) return;
    const rate = SPEEDS.indexOf(Number(this.part("speed").value));
    const acts = {
      " ": () => this.toggle(),
      ArrowLeft: () => this.goto(this.here() - STEP, false),
      ArrowRight: () => this.goto(this.here() + STEP, false),
      ArrowUp: () => this.speed(SPEEDS[Math.min(rate + 1, SPEEDS.length - 1)]),
      ArrowDown: () => this.speed(SPEEDS[Math.max(rate - 1, 0)]),
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  }

  async fetched() {
    if (this.media.getAttribute("src")) return true;
    const answer = await this.grant("play");
    if (!answer) return false;
    this.media.src = answer.url;
    this.media.playbackRate = Number(this.part("speed").value);
    if (this.wanted) this.media.currentTime = this.wanted;
    return true;
  }

  async download() {
    const answer = await this.grant("download");
    if (answer) location.assign(answer.url);
  }

  async grant(action) {
    const reason = this.reason ?? (await this.ask());
    if (reason === null) return null;
    let response = null;
    try {
      response = await fetch(this.root.dataset.plays, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": token(), "HX-Request": "true" },
        body: JSON.stringify({ action, reason }),
      });
    } catch {
      notice(word("no-connection"), { bad: true });
      return null;
    }
    if (!response.ok) {
      explain({ status: response.status, responseText: await response.text() });
      return null;
    }
    this.reason = reason;
    return response.json();
  }

  // Whoever holds the ticket needs no reason: the work is the reason. Others type one, once a page.
  ask() {
    const dialog = document.getElementById(this.root.dataset.asks ?? "");
    if (!dialog) return Promise.resolve("");
    return new Promise((resolve) => {
      const form = dialog.querySelector("form");
      const done = (value) => {
        form.removeEventListener("submit", submit);
        dialog.removeEventListener("close", leave);
        dialog.close();
        resolve(value);
      };
      const submit = (event) => {
        event.preventDefault();
        done(form.elements.reason.value.trim());
      };
      const leave = () => done(null);
      form.addEventListener("submit", submit);
      dialog.addEventListener("close", leave);
      open(dialog);
    });
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

for (const root of document.querySelectorAll("[data-player]")) new Player(root);
