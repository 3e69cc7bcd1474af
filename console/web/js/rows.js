// A whole row opens what its link opens; selecting text in it does not.
document.addEventListener("click", (event) => {
  const row = event.target.closest(".list tbody tr");
  const link = row?.querySelector(".row-link");
  if (!link || event.target.closest("a, button, select, input, label") || getSelection().toString()) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey) open(link.href, "_blank", "noopener");
  else location.assign(link.href);
});
