import { effect, signal } from "@preact/signals";

export type Theme = "dark" | "light";

const system = matchMedia("(prefers-color-scheme: light)");
const chosen = signal<Theme | null>(readChoice());
const ofSystem = signal<Theme>(system.matches ? "light" : "dark");
system.addEventListener("change", () => {
  ofSystem.value = system.matches ? "light" : "dark";
});

export function theme(): Theme {
  return chosen.value ?? ofSystem.value;
}

export function switchTheme(): void {
  chosen.value = theme() === "dark" ? "light" : "dark";
  try {
    localStorage.setItem("tams.theme", chosen.value);
  } catch {
    // A browser may keep nothing; the choice then lasts until the page is left.
  }
}

export function applyTheme(): void {
  effect(() => {
    document.documentElement.dataset.theme = theme();
  });
}

function readChoice(): Theme | null {
  try {
    const kept = localStorage.getItem("tams.theme");
    return kept === "dark" || kept === "light" ? kept : null;
  } catch {
    return null;
  }
}
