// Runs before the page is painted: "auto" follows the system's light or dark.
const root = document.documentElement;
const dark = window.matchMedia("(prefers-color-scheme: dark)");

function apply() {
  const wanted = root.dataset.theme || "auto";
  root.dataset.bsTheme = wanted === "auto" ? (dark.matches ? "dark" : "light") : wanted;
}

apply();
dark.addEventListener("change", apply);
