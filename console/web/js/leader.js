// One tab of this browser leads: it alone holds what must be there once (the stream of changes; later sound and the
// call) and passes on what it hears. Browsers allow six connections to one address, and a stream holds one for ever.
//
// join(name, …) takes part under a name. begin() is called when this tab leads from now on, end() when it no longer
// does, hear(message) for every message of another tab. A tab that is closed or dies is replaced by another at once
// where the browser has Web Locks (https and this machine's own addresses), else within the length of a lease.
const LEASE = 5000; // ms that a lease in localStorage holds
const RENEWED = 1500; // ms between two looks at it
const SETTLES = 200; // ms in which two tabs that take it at once have both written

export function join(name, { begin, end, hear }) {
  const channel = new BroadcastChannel(name);
  channel.addEventListener("message", (event) => hear(event.data));
  let leads = false;
  const lead = (on) => {
    if (leads === on) return;
    leads = on;
    (on ? begin : end)();
  };
  const contest = navigator.locks ? byLock(name, lead) : byLease(name, lead);
  return {
    leads: () => leads,
    post: (message) => channel.postMessage(message),
    // The leader is silent: lead instead of it.
    take: () => contest.take(),
    leave() {
      contest.leave();
      lead(false);
      channel.close();
    },
  };
}

function byLock(name, lead) {
  let left = false;
  let release = null;
  const ask = (options) =>
    navigator.locks
      .request(name, options, () => {
        if (left) return undefined;
        lead(true);
        return new Promise((resolve) => {
          release = resolve;
        });
      })
      .catch(() => {}) // another tab has taken it
      .finally(() => {
        release = null;
        lead(false);
        if (!left) ask({});
      });
  ask({});
  return {
    take: () => ask({ steal: true }),
    leave() {
      left = true;
      release?.();
    },
  };
}

function byLease(name, lead) {
  const me = String(Math.random());
  const read = () => {
    try {
      return JSON.parse(localStorage.getItem(name)) ?? { at: 0 };
    } catch {
      return { at: 0 };
    }
  };
  const write = () => localStorage.setItem(name, JSON.stringify({ me, at: Date.now() }));
  const look = () => {
    const held = read();
    if (held.me === me) {
      write();
      lead(true);
    } else if (Date.now() - held.at < LEASE) lead(false);
    else claim();
  };
  const claim = () => {
    write();
    setTimeout(() => lead(read().me === me), SETTLES);
  };
  const timer = setInterval(look, RENEWED);
  look();
  return {
    take: claim,
    leave() {
      clearInterval(timer);
      if (read().me === me) localStorage.removeItem(name);
    },
  };
}
