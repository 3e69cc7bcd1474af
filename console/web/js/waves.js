// The waveform of a recording: drawn from stored peaks, a drag makes a stretch that is heard again and again.
import WaveSurfer from "wavesurfer.js";
import Regions from "wavesurfer.js/dist/plugins/regions.esm.js";

const QUIET = 4; // of 100: below it a peak counts as silence
const LEAST = 0.8; // seconds: shorter pauses belong to speech

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const colours = () => ({
  waveColor: colour("--wave"),
  progressColor: colour("--wave-played"),
  cursorColor: colour("--accent"),
});

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

export class Wave {
  // on: {seek(at), tick(at), loop(region or null)}; times in seconds.
  constructor(container, media, duration, on) {
    this.container = container;
    this.media = media;
    this.duration = duration;
    this.on = on;
    new MutationObserver(() => this.surfer?.setOptions(colours())).observe(document.documentElement, {
      attributeFilter: ["data-bs-theme"],
    });
  }

  // May be drawn again: the peaks of a recording come with its text.
  draw(peaks) {
    this.surfer?.destroy();
    const regions = Regions.create();
    this.surfer = WaveSurfer.create({
      container: this.container,
      media: this.media,
      peaks: [peaks.length ? peaks.map((peak) => peak / 100) : [0, 0]],
      duration: this.duration,
      height: 56,
      barWidth: 2,
      barGap: 1,
      barRadius: 2,
      barMinHeight: 1,
      cursorWidth: 2,
      ...colours(),
      dragToSeek: false,
      cspNonce: document.querySelector("meta[name=csp-nonce]")?.content,
      plugins: [regions],
    });
    regions.enableDragSelection({ color: "rgba(255, 190, 60, 0.28)" });
    this.surfer.on("interaction", (at) => this.on.seek(at));
    this.surfer.on("timeupdate", (at) => this.on.tick(at));
    regions.on("region-created", (made) => {
      for (const region of regions.getRegions()) if (region !== made) region.remove();
      this.on.loop(made);
    });
    regions.on("region-clicked", (region) => {
      region.remove();
      this.on.loop(null);
    });
  }

  place(at) {
    this.surfer.setTime?.(at);
  }

  rate(value) {
    this.surfer.setPlaybackRate(value, true);
  }
}
