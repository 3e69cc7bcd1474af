// How the window of the telephone in the browser and the console's other tabs talk: the window says how the telephone is,
// tabs say what it is to do.
//   window → tabs: {kind: "state", state} · {kind: "gone"}
//   tabs → window: {kind: "who"}, how is it now · {kind: "do", act}: "answer", "mute", "hold", "end"
// A state: {person, problem, registered, call}; of no call null, else {stands, number, since, muted}, where stands is
// "ringing", "talking", "hold" or "lost", and since is a moment in ms.
const NAME = "tongdai-telephone";

export const WINDOW = "tongdai-telephone"; // its name, so that opening it twice leads to the same
export const PATH = "/telephone";

export function openChannel(hear) {
  const channel = new BroadcastChannel(NAME);
  channel.addEventListener("message", (event) => hear(event.data));
  return (message) => channel.postMessage(message);
}
