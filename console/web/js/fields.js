// Fields of forms: [data-reveals=ID] shows what was typed into a password field, and hides it again.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-reveals]");
  if (!button) return;
  const field = document.getElementById(button.dataset.reveals);
  const shown = field.type === "password";
  field.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
});

// A password is never sent as readable text of a text field that the browser would remember.
document.addEventListener("submit", (event) => {
  for (const button of event.target.querySelectorAll('[data-reveals][aria-pressed="true"]')) button.click();
});

// [data-proposes=ID]: each choice has its usual companion in another field, which follows until a person has chosen there.
document.addEventListener("change", (event) => {
  const form = event.target.form;
  const source = form?.querySelector("[data-proposes]");
  if (!source) return;
  const target = document.getElementById(source.dataset.proposes);
  const proposal = source.selectedOptions[0].dataset.proposal ?? "";
  if (event.target === target) target.dataset.chosen = "";
  if (event.target === source && proposal && target.dataset.chosen === undefined) target.value = proposal;
  form.querySelector("[data-proposed]").hidden = !proposal || target.value !== proposal;
});
