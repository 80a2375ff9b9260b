import { stored } from "@/lib/storage";

export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const choice = stored<Theme>("theme", (raw) => THEMES.find((theme) => theme === raw) ?? "auto");

export function theme(): Theme {
  return choice.read();
}

export function chooseTheme(theme: Theme): void {
  choice.write(theme);
  showTheme(theme);
}

export function showTheme(theme: Theme): void {
  document.documentElement.dataset["theme"] = theme;
}
