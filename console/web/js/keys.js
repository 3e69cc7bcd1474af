// Function keys only: Telex and VNI swallow letters, digits and Alt combinations.
import { open } from "./dialogs.js";

document.addEventListener("keydown", (event) => {
  const find = document.getElementById("find-dialog");
  if (event.key === "F1") {
    event.preventDefault();
    open(document.getElementById("keys-dialog"));
  } else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && find) {
    event.preventDefault();
    open(find);
    find.querySelector("input").select();
  } else if (event.key === "Escape") {
    leave(event);
  }
});

// Esc: out of an open menu, out of a field, else one page up. Dialogs close by themselves.
function leave(event) {
  if (document.querySelector("dialog[open]")) return;
  const menu = document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
    return;
  }
  if (event.target.matches("input, textarea, select")) {
    event.target.blur();
    return;
  }
  const up = document.querySelector("[data-up]");
  if (up) location.assign(up.href);
}
