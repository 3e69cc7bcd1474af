// Native dialogs: [data-opens=ID] opens one, forms fetched into #ask open it, Escape and [data-closes] close.
export function open(dialog) {
  if (dialog && !dialog.open) dialog.showModal();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) open(document.getElementById(opener.dataset.opens));
  const closer = event.target.closest("[data-closes]");
  const closes = closer?.closest("dialog");
  if (closes) {
    event.preventDefault(); // outside a dialog it is a link that leads back
    closes.close();
  }
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

// A form that was refused comes back with its faults beside the fields, and stands in its dialog again.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status !== 422 || !xhr.getResponseHeader("Content-Type")?.startsWith("text/html")) return;
  event.detail.shouldSwap = true;
  event.detail.isError = false;
});

// A form in a dialog that succeeded has done its work; one that failed keeps what was typed.
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt;
  if (event.detail.successful && event.detail.xhr.status < 400 && form instanceof HTMLFormElement) {
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
