// The hub's stream of changes (server-sent events) as messages; only the tab that leads holds one.
//   {kind: "on", last, calls} · {kind: "off"} · {kind: "alive"} · {kind: "change", topic, subject, last}
//   {kind: "refresh", last}: something may have been missed · {kind: "calls", calls}
//   {kind: "board", news}: of calls that go on, see board.js
//   {kind: "switches", stamp}: those that are on, see ivr/city/flow/switches.py · {kind: "signed-out"}
const SILENCE = 25_000; // ms; the hub sends a heartbeat every 10 s
const LONGEST_PAUSE = 15_000; // ms between two tries

export class Stream {
  constructor(address, topics, tell) {
    this.address = address;
    this.topics = topics;
    this.tell = tell;
    this.tries = 0;
    this.calls = 0;
    this.last = null;
    this.switches = null;
    this.heardAt = Date.now();
    this.watch = setInterval(() => this.look(), 1000);
    this.connect();
  }

  connect() {
    clearTimeout(this.waiting);
    this.source?.close();
    const source = new EventSource(`${this.address}/events`, { withCredentials: true });
    this.source = source;
    this.heardAt = Date.now();
    const on = (name, act) =>
      source.addEventListener(name, (event) => {
        if (source !== this.source) return;
        this.heardAt = Date.now();
        act(event);
      });
    on("open", () => {
      this.tries = 0;
      if (this.last !== null) this.tell({ kind: "on", last: this.last, calls: this.calls }); // what was missed follows
    });
    on("hello", (event) => this.begin(event, false));
    on("snapshot", (event) => this.begin(event, true));
    on("heartbeat", () => this.tell({ kind: "alive" }));
    on("signed-out", () => this.tell({ kind: "signed-out" }));
    on("calls.live", (event) => {
      this.calls = JSON.parse(event.data).data.calls;
      this.tell({ kind: "calls", calls: this.calls });
    });
    on("board", (event) => this.tell({ kind: "board", news: JSON.parse(event.data) }));
    on("switches", (event) => {
      this.switches = JSON.parse(event.data).data.stamp;
      this.tell({ kind: "switches", stamp: this.switches });
    });
    for (const topic of this.topics) on(topic, (event) => this.change(topic, event));
    source.addEventListener("error", () => {
      if (source !== this.source) return;
      this.tell({ kind: "off" });
      if (source.readyState === EventSource.CLOSED) this.again();
    });
  }

  begin(event, missed) {
    const gap = missed || (this.last !== null && event.lastEventId !== this.last);
    this.last = event.lastEventId;
    this.tell({ kind: "on", last: this.last, calls: this.calls });
    if (gap) this.tell({ kind: "refresh", last: this.last });
  }

  change(topic, event) {
    let subject = "";
    try {
      subject = JSON.parse(event.data).subject;
    } catch {
      return;
    }
    this.last = event.lastEventId || this.last;
    this.tell({ kind: "change", topic, subject, last: this.last });
  }

  // A line that broke without a word, or a server that accepts and says nothing.
  look() {
    if (Date.now() - this.heardAt < SILENCE) return;
    this.tell({ kind: "off" });
    this.connect();
  }

  again() {
    clearTimeout(this.waiting);
    this.tries += 1;
    this.waiting = setTimeout(() => this.connect(), Math.min(1000 * 2 ** this.tries, LONGEST_PAUSE));
  }

  close() {
    clearTimeout(this.waiting);
    clearInterval(this.watch);
    this.source?.close();
    this.source = null;
  }
}
