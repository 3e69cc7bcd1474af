// htmx under our strict CSP: the token goes along, and every failure says what, why and what to do.
import htmx from "htmx.org";

import { notice } from "./notices.js";
import { word } from "./words.js";

htmx.config.allowEval = false;
htmx.config.disableInheritance = true; // a region's hx-swap is its own: a button in it that opens a dialog swaps otherwise
htmx.config.includeIndicatorStyles = false;
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0; // pages hold personal data: nothing of them stays in the browser's storage
htmx.config.refreshOnHistoryMiss = true;
htmx.config.scrollBehavior = "auto";
htmx.config.defaultSettleDelay = 0; // 20 ms by default, in which a fresh button is there and does nothing
htmx.config.attributesToSettle = ["class"]; // not "style", which our policy refuses: a field made taller by its corner has it

export const token = () => document.querySelector("meta[name=csrf-token]")?.content ?? "";

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = token();
});

// The person's own reading and typing is never swapped away under them. That somebody changed what they are typing
// over is said, once a change; what else has changed around it is no matter here.
document.addEventListener("htmx:beforeSwap", (event) => {
  const region = event.detail.target;
  if (region.dataset?.region === undefined || !region.querySelector("[data-editing]")) return;
  event.detail.shouldSwap = false;
  const fresh = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html").getElementById(region.id);
  const edition = fresh?.dataset.edition;
  if (edition === undefined || edition === (region.dataset.newer ?? region.dataset.edition)) return;
  region.dataset.newer = edition;
  notice(word("changed-meanwhile"));
});

// Nor is a button swapped away while its answer is under way: htmx drops answers whose asker has gone.
document.addEventListener("htmx:beforeSwap", (event) => {
  const region = event.detail.target;
  const asker = region.dataset?.region === undefined ? null : region.querySelector(".htmx-request");
  if (!asker) return;
  event.detail.shouldSwap = false;
  asker.addEventListener("htmx:afterRequest", () => htmx.trigger(document.body, "live:refresh"), { once: true });
});

// Nor does what the server said before one's own act come over it after: a choice would jump back for a moment, and a
// click in that moment would choose nothing. What was asked for before the act is dropped; the act has asked anew.
let acts = 0;
const askedAfter = new WeakMap(); // a request → how many acts were done when it was sent
document.addEventListener("changed", () => (acts += 1), true); // before the regions hear it and ask
document.addEventListener("htmx:beforeSend", (event) => askedAfter.set(event.detail.xhr, acts));
document.addEventListener("htmx:beforeSwap", (event) => {
  const region = event.detail.target;
  if (region.dataset?.region === undefined || !region.getAttribute("hx-trigger")?.includes("changed from:body")) return;
  if (askedAfter.get(event.detail.xhr) < acts) event.detail.shouldSwap = false;
});

document.addEventListener("htmx:responseError", (event) => explain(event.detail.xhr));
document.addEventListener("htmx:sendError", () => notice(word("no-connection"), { bad: true }));
document.addEventListener("htmx:timeout", () => notice(word("no-connection"), { bad: true }));

document.addEventListener("notice", (event) => notice(event.detail.value ?? event.detail.text));

export function explain(response) {
  if (response.status === 401) {
    // Drafts are kept; after signing in the same page stands again.
    const next = encodeURIComponent(location.pathname + location.search);
    location.assign(`/login?next=${next}`);
    return;
  }
  let message = word("failed", { status: response.status });
  try {
    message = JSON.parse(response.responseText).message || message;
  } catch {
    // not one of our own answers: the general sentence stands
  }
  notice(message, { bad: true });
}
