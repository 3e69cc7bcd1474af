// Hearing and copying are asked for: the server notes who, when and why, and asks for a reason where one is needed.
import htmx from "htmx.org";

import { open } from "./dialogs.js";
import { notice } from "./notices.js";
import { explain, token } from "./requests.js";
import { word } from "./words.js";

// The audio's address, or null where it was not granted. A copy is asked for with a reason each time.
export async function permit(plays, action) {
  let reason = "";
  for (let asked = action === "download"; ; asked = true) {
    if (asked) reason = await ask(action);
    if (reason === null) return null;
    const answer = await request(plays, { action, reason });
    if (answer?.url) {
      htmx.trigger(document.body, "heard");
      return answer.url;
    }
    if (!answer?.needs) return null;
    if (asked) notice(answer.message, { bad: true });
  }
}

async function request(plays, wanted) {
  let response = null;
  try {
    response = await fetch(plays, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token(), "HX-Request": "true" },
      body: JSON.stringify(wanted),
    });
  } catch {
    notice(word("no-connection"), { bad: true });
    return null;
  }
  if (!response.ok) {
    explain({ status: response.status, responseText: await response.text() });
    return null;
  }
  return response.json();
}

// The reason that is typed, null where the dialog is left.
function ask(action) {
  const dialog = document.getElementById("reason-dialog");
  const form = dialog.querySelector("form");
  for (const text of dialog.querySelectorAll("[data-for]")) text.hidden = text.dataset.for !== action;
  form.reset();
  return new Promise((resolve) => {
    const ended = new AbortController();
    const done = (value) => {
      ended.abort();
      dialog.close();
      resolve(value);
    };
    form.addEventListener(
      "submit",
      (event) => {
        event.preventDefault();
        done(form.elements.reason.value.trim());
      },
      { signal: ended.signal },
    );
    dialog.addEventListener("close", () => done(null), { signal: ended.signal });
    open(dialog);
  });
}

// How the person listens is kept for the next recording, on whatever machine.
let keeping = null;
export function keepPlayer(address, settings) {
  clearTimeout(keeping);
  keeping = setTimeout(() => request(address, settings).catch(() => null), 500);
}
