import { mkdirSync } from "node:fs";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

const FOLDER = join(import.meta.dirname, "../../screenshots");
/** Video.js 10 names its play button other than it shows: https://github.com/videojs/v10/issues */
const KNOWN = ".media-time-toggle";

/** Axe in both themes, no sideways scroll at 360 px, and pictures of all of it. */
export async function look(page: Page, name: string): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const before = page.viewportSize();
  for (const theme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    await page.screenshot({ path: join(FOLDER, `${name}-${theme}.png`), fullPage: true });
    const { violations } = await new AxeBuilder({ page }).exclude(KNOWN).analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  }
  await page.setViewportSize({ width: 360, height: 740 });
  await page.screenshot({ path: join(FOLDER, `${name}-360.png`), fullPage: true });
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width, "no sideways scroll").toBeLessThanOrEqual(360);
  await page.emulateMedia({ colorScheme: null });
  if (before) await page.setViewportSize(before);
}
