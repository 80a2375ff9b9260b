import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";
import { drawn } from "../fixtures/drawn";

/** Pictures cost time: they are taken where a folder is named for them. */
const FOLDER = process.env["SCREENSHOTS"];
/** Video.js 10 names its button of the time other than it shows: https://github.com/videojs/v10/issues */
const KNOWN = ".media-time-toggle";

/** Axe in both themes, and no sideways scroll at 360 px. */
export async function look(page: Page, name: string): Promise<void> {
  const before = page.viewportSize();
  for (const theme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    await themed(page, theme);
    await picture(page, `${name}-${theme}`);
    const axe = new AxeBuilder({ page }).exclude(KNOWN);
    // The dark page is the same one in other colours.
    if (theme === "dark") axe.withRules(["color-contrast"]);
    const { violations } = await axe.analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  }
  await page.setViewportSize({ width: 360, height: 740 });
  await picture(page, `${name}-360`);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width, "no sideways scroll").toBeLessThanOrEqual(360);
  await page.emulateMedia({ colorScheme: null });
  if (before) await page.setViewportSize(before);
}

/** The page has got to know its theme, and has been drawn with it. */
async function themed(page: Page, theme: string): Promise<void> {
  await page.waitForFunction(
    (wanted) => matchMedia(wanted).matches,
    `(prefers-color-scheme: ${theme})`,
  );
  await drawn(page);
}

async function picture(page: Page, name: string): Promise<void> {
  if (FOLDER) await page.screenshot({ path: join(FOLDER, `${name}.png`), fullPage: true });
}
