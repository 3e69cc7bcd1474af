// Short messages in the corner: what happened, or what went wrong and what to do. Bad ones stay until closed.
import { word } from "./words.js";

export function notice(text, { bad = false } = {}) {
  const place = document.getElementById("notices");
  if (!place || !text) return;
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
  place.append(box);
  if (!bad) setTimeout(() => box.remove(), 6000);
}
