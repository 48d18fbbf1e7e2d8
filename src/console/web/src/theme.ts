// Light or dark: as the system says, unless the person chose.  Loaded before the page is drawn, so
// that nothing flashes; sets data-theme on <html>, and says "theme" on window when it changes.

const key = "theme";
const system = matchMedia("(prefers-color-scheme: dark)");

function apply(): void {
  const chosen = localStorage.getItem(key);
  const theme = chosen === "dark" || chosen === "light" ? chosen : system.matches ? "dark" : "light";
  document.documentElement.dataset.theme = theme;
  dispatchEvent(new Event("theme"));
}

system.addEventListener("change", apply);
addEventListener("storage", (event) => event.key === key && apply()); // chosen in another tab
addEventListener("theme-chosen", apply);
apply();
