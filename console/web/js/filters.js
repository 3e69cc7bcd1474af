// A list's filters: each shows whether it is set and has its own way out, and one button clears them all.
const form = document.getElementById("tools");

function changed(field) {
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

function show() {
  for (const chip of form.querySelectorAll(".chip")) {
    const set = [...chip.querySelectorAll("select, input")].some((field) => field.value !== "");
    chip.toggleAttribute("data-on", set);
  }
  const days = form.querySelector("[data-days-shown]");
  const { from, to } = form.elements;
  if (days) days.textContent = from.value || to.value ? `${from.value || "…"} – ${to.value || "…"}` : days.dataset.daysShown;
  form.querySelector("[data-clears-all]").hidden = !form.querySelector(".chip[data-on]");
}

// dd/mm/yyyy of a day here, so many days before today.
function day(before) {
  const at = new Date(Date.now() - before * 24 * 3600 * 1000);
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Ho_Chi_Minh" });
  return parts.format(at);
}

form?.addEventListener("change", show);
form?.addEventListener("click", (event) => {
  const clears = event.target.closest("[data-clears]");
  if (clears) {
    const field = form.elements[clears.dataset.clears];
    field.value = "";
    field.focus();
    changed(field);
  }
  if (event.target.closest("[data-clears-all]")) {
    for (const field of form.querySelectorAll(".chip select, .chip input")) field.value = "";
    changed(form.querySelector(".chip select, .chip input"));
    document.getElementById("q")?.focus();
  }
  const span = event.target.closest("[data-days]");
  if (span) {
    const days = Number(span.dataset.days);
    form.elements.from.value = days ? day(days - 1) : "";
    form.elements.to.value = days ? day(0) : "";
    changed(form.elements.to);
    form.querySelector(".chip-days").open = false;
  }
});
