import { look } from "./checks/look";
import { MADE, planFilm, play, uniqueWord } from "./fixtures/films";
import { sessionOf } from "./fixtures/session";
import { expect, test } from "./fixtures/test";

test.use({ storageState: sessionOf("maker") });

test("a storyboard's rhythm plays as it was saved, before the film is approved", async ({
  page,
}) => {
  await planFilm(page, `A ${uniqueWord("balloon")} crosses the snowy pass at dusk`);
  await page.getByRole("link", { name: "Review the storyboard" }).click(MADE);
  const playIt = page.getByRole("button", { name: "Play its rhythm" });
  await playIt.click();
  const animatic = page.locator("video");
  await animatic.waitFor(MADE);
  await play(page);
  // It is as long as the film will be.
  const length = await animatic.evaluate((film: HTMLVideoElement) => film.duration);
  expect(Math.round(length)).toBe(6);
  await look(page, "animatic");

  // Another storyboard has another rhythm: that of the old one is taken away.
  await page.getByLabel("Seconds").first().fill("5");
  await page.getByRole("button", { name: "Save and see the price" }).click();
  await expect(animatic).toHaveCount(0);
  await playIt.click();
  await animatic.waitFor(MADE);
  await play(page);
  const longer = await animatic.evaluate((film: HTMLVideoElement) => film.duration);
  expect(longer).not.toBeCloseTo(length, 1);

  await page.getByRole("button", { name: /Make it for/ }).click();
  await expect(page).toHaveURL(/\/films\/[0-9a-f-]+$/);
  await page.getByRole("button", { name: "Publish or share" }).waitFor(MADE);
  await play(page);
});
