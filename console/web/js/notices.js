// Short messages in the corner: what happened, or what went wrong and what to do. Bad ones stay until closed. What goes
// wrong in a dialog is said in it: the corner lies under its backdrop.
import { word } from "./words.js";

export function notice(text, { bad = false } = {}) {
  const place = document.getElementById("notices");
  if (!place || !text) return;
  const dialog = bad && document.querySelector("dialog[open] .dialog-main");
  const box = document.createElement("div");
  box.className = bad ? "notice notice-bad" : "notice";
  box.setAttribute("role", bad ? "alert" : "status");
  const says = document.createElement("div");
  says.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn-close";
  close.setAttribute("aria-label", word("close"));
  close.addEventListener("click", () => box.remove());
  box.append(says, close);
  if (dialog) {
    dialog.querySelector(".notice")?.remove();
    dialog.prepend(box);
    box.scrollIntoView({ block: "nearest" });
  } else place.append(box);
  if (!bad) setTimeout(() => box.remove(), 6000);
}
