// The words of a recording: the one being spoken is lit, a click or Enter goes to it. They may be swapped at any time.
export class Spoken {
  constructor(recording, goto) {
    this.selector = `[data-said="${CSS.escape(recording)}"]`;
    this.goto = goto;
    this.holder = null;
    this.words = [];
    this.lit = null;
    document.addEventListener("click", (event) => {
      const word = event.target.closest(`${this.selector} .word`);
      if (word && !getSelection().toString()) this.goto(Number(word.dataset.start));
    });
    document.addEventListener("keydown", (event) => this.key(event));
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
    const now = this.find().find((word) => at >= Number(word.dataset.start) && at < Number(word.dataset.end)) ?? null;
    if (now === this.lit) return;
    this.lit?.classList.remove("now");
    now?.classList.add("now");
    this.lit = now;
  }

  // With the text focused, ← and → walk from word to word and Enter plays from there.
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
    } else if (event.key === "Enter" && this.lit) {
      event.preventDefault();
      this.goto(Number(this.lit.dataset.start));
    }
  }
}
