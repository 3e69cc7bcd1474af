// Native dialogs: [data-opens=ID] opens one, forms fetched into #ask open it, Escape and [data-closes] close.
export function open(dialog) {
  if (dialog && !dialog.open) dialog.showModal();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) open(document.getElementById(opener.dataset.opens));
  const closer = event.target.closest("[data-closes]");
  if (closer) closer.closest("dialog")?.close();
  if (event.target instanceof HTMLDialogElement) event.target.close(); // the backdrop
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "ask-body") return;
  open(document.getElementById("ask"));
  document.querySelector("#ask-body [autofocus]")?.focus();
});

// A form in a dialog that succeeded has done its work; one that failed keeps what was typed.
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt;
  if (event.detail.successful && form instanceof HTMLFormElement) {
    form.closest("dialog#ask")?.close();
    if (form.dataset.resets !== undefined) form.reset();
  }
});

// A choice of a ready-made reason fills the field beside it.
document.addEventListener("click", (event) => {
  const choice = event.target.closest("[data-fills]");
  if (!choice) return;
  const field = document.getElementById(choice.dataset.fills);
  field.value = choice.textContent.trim();
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
});
