// Working on a ticket with the keyboard: F8 does the next step and goes on to the next ticket, Ctrl+Enter sends any text.
import htmx from "htmx.org";

import { goNext } from "./next.js";
import { finishWrapUp, takesF8 } from "./operator.js";

const DONE = "htmx:afterRequest";

document.addEventListener("keydown", (event) => {
  if (event.code === "F8") {
    event.preventDefault();
    if (!event.repeat && !takesF8()) finish();
  } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const form = event.target.closest?.("form") ?? document.querySelector("dialog[open] form");
    if (!form || form.matches("[role=search]")) return;
    event.preventDefault();
    form.requestSubmit();
  }
});

// In a dialog F8 sends and goes on; elsewhere it ends the paper work after a call, or is the button that says so, once
// what is still to be saved is saved.
async function finish() {
  const dialog = document.querySelector("dialog[open]");
  if (dialog && document.querySelector(".on-ticket")) {
    sendAndGoOn(dialog.querySelector("form[data-finishes]"));
    return;
  }
  if ((await saved()) && !finishWrapUp()) document.querySelector('[data-key="F8"]')?.click();
}

// So does the mouse: a button of the bar waits for what is still open, and then does its own.
document.addEventListener(
  "click",
  async (event) => {
    const act = event.target.closest(".workbar-acts button, .workbar-acts a");
    if (!act || !unsaved()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (await saved()) document.getElementById(act.id)?.click();
  },
  true,
);

function unsaved() {
  return document.querySelector("form[data-edit-form][data-editing], form[data-fact][data-editing], form[data-fact].htmx-request");
}

function sendAndGoOn(form) {
  if (!form?.reportValidity()) return;
  form.dataset.then = "next";
  form.requestSubmit();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-then-next]");
  if (button) {
    event.preventDefault();
    sendAndGoOn(button.form);
  }
  const menu = event.target.closest(".menu-body button, .menu-body a")?.closest("details.acts-menu");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
document.addEventListener(DONE, (event) => {
  const form = event.detail.elt;
  if (!(form instanceof HTMLFormElement) || form.dataset.then !== "next") return;
  delete form.dataset.then;
  if (event.detail.successful) goNext();
});

// What was chosen or typed and is not with the server yet goes there first; false where it was refused.
async function saved() {
  const text = document.querySelector("form[data-edit-form][data-editing]");
  const field = text?.querySelector("textarea");
  if (field && field.value === field.defaultValue) text.querySelector("[data-edit-stops]").click();
  else if (text && !(await sent(text, () => text.requestSubmit()))) return false;
  for (const form of document.querySelectorAll("form[data-fact][data-editing]")) {
    if (!(await sent(form, () => htmx.trigger(form, "now")))) return false;
  }
  for (const form of document.querySelectorAll("form[data-fact].htmx-request")) await sent(form, () => {});
  return true;
}

function sent(form, send) {
  return new Promise((resolve) => {
    if (!form.checkValidity()) {
      form.reportValidity();
      resolve(false);
      return;
    }
    const heard = (event) => {
      if (event.detail.elt !== form) return;
      document.removeEventListener(DONE, heard);
      resolve(event.detail.successful);
    };
    document.addEventListener(DONE, heard);
    send();
  });
}

// A choice waits a moment for the next key; until it is sent its region is not swapped away.
document.addEventListener("change", (event) => {
  event.target.closest("form[data-fact]")?.toggleAttribute("data-editing", true);
});
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.matches?.("form[data-fact]")) event.detail.elt.removeAttribute("data-editing");
});

// The words come first: there the keyboard begins.
if (document.querySelector(".on-ticket") && (document.activeElement ?? document.body) === document.body) {
  document.querySelector("[data-starts]")?.focus({ preventScroll: true });
}
