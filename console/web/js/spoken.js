// The words of a recording: the one being spoken is lit, a click or Enter goes to it. They may be swapped at any time,
// and stay alive while the text is corrected below them.
import { word } from "./words.js";

const plain = (text) => text.toLocaleLowerCase("vi").replace(/[^\p{L}\p{N}]/gu, "");

export class Spoken {
  constructor(recording, goto) {
    this.selector = `[data-said="${CSS.escape(recording)}"]`;
    this.goto = goto;
    this.holder = null;
    this.words = [];
    this.lit = null;
    document.addEventListener("click", (event) => {
      const clicked = event.target.closest(`${this.selector} .word[data-start]`);
      if (clicked && !getSelection().toString()) this.goto(Number(clicked.dataset.start));
    });
    document.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("input", (event) => {
      if (event.target.dataset?.corrects === recording) this.settle(event.target.value);
    });
  }

  find() {
    const holder = document.querySelector(this.selector);
    if (holder !== this.holder) {
      this.holder = holder;
      this.words = holder ? [...holder.querySelectorAll(".word[data-start]")] : [];
      this.lit = null;
    }
    return this.words;
  }

  light(at) {
    const now = this.find().find((each) => at >= Number(each.dataset.start) && at < Number(each.dataset.end)) ?? null;
    if (now === this.lit) return;
    this.lit?.classList.remove("now");
    now?.classList.add("now");
    this.lit = now;
  }

  // With the text focused, ← and → walk from word to word and Enter plays from there; the word is said to who hears it.
  key(event) {
    if (!event.target.matches?.(this.selector)) return;
    const words = this.find();
    const index = words.indexOf(this.lit);
    const next = { ArrowRight: words[index + 1], ArrowLeft: words[Math.max(index - 1, 0)] }[event.key];
    if (next) {
      event.preventDefault();
      this.lit?.classList.remove("now");
      next.classList.add("now");
      this.lit = next;
      this.say(next);
    } else if (event.key === "Enter" && this.lit) {
      event.preventDefault();
      this.goto(Number(this.lit.dataset.start));
    }
  }

  say(spoken) {
    const place = document.querySelector("[data-spoken-word]");
    const id = spoken.classList.contains("unsure") ? "word-unsure" : "word-at";
    if (place) {
      place.textContent = word(id, {
        text: spoken.textContent,
        seconds: Math.round(Number(spoken.dataset.start)),
      });
    }
  }

  // A doubtful word that was changed in the text being corrected is doubtful no more; typed back, it is again.
  settle(text) {
    const left = text.split(/\s+/).map(plain);
    for (const each of this.find()) {
      if (each.dataset.doubted === undefined && each.classList.contains("unsure")) each.dataset.doubted = "";
      if (each.dataset.doubted !== undefined) each.classList.toggle("unsure", left.includes(plain(each.textContent)));
    }
  }
}
