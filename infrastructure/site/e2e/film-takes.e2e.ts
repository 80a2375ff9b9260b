import type { Page } from "@playwright/test";
import { look } from "./checks/look";
import { MADE, planFilm, play, uniqueWord } from "./fixtures/films";
import { misbehave } from "./fixtures/replicate";
import { sessionOf } from "./fixtures/session";
import { expect, test } from "./fixtures/test";

test.use({ storageState: sessionOf("maker") });
// One film for all: each journey goes on where the one before it ended.
test.describe.configure({ mode: "serial" });

const late = uniqueWord("The kite wakes up ");
let address = "";

test("a storyboard is reviewed, changed, reordered by keyboard and approved", async ({ page }) => {
  await planFilm(page, `A ${uniqueWord("kite")} over the old town at noon`);
  await page.getByRole("link", { name: "Review the storyboard" }).click(MADE);
  const title = page.getByLabel("Title").first();
  await title.fill(late);
  await page.reload();
  await expect(title).toHaveValue(late);
  await page.getByRole("button", { name: "Move scene 1 down" }).press("Enter");
  await expect(page.getByLabel("Title").nth(1)).toHaveValue(late);
  await look(page, "storyboard");
  // The scene that is now the second comes long after the first.
  const slow = { behaviour: "late-webhook", kind: "text-to-video", times: 1, seconds: 20 } as const;
  await misbehave({ match: late, ...slow });
  await page.getByRole("button", { name: "Save and see the price" }).click();
  await page.getByRole("button", { name: /Make it for/ }).click();
  await expect(page).toHaveURL(/\/films\/[0-9a-f-]+$/);
  await expect(page.getByText(late)).toBeVisible();
  address = page.url();
});

test("what is there of a film plays while the rest is made, and goes on as the film", async ({
  page,
}) => {
  await page.goto(address);
  await expect(page.getByText("More follow as they are made")).toBeVisible(MADE);
  await play(page, { isSilent: true });
  await look(page, "film-growing");
  await page.evaluate(() => document.documentElement.setAttribute("data-kept", ""));
  await page.getByRole("button", { name: "Publish or share" }).waitFor(MADE);
  await play(page);
  await expect(page.locator("html[data-kept]")).toBeAttached();
});

test("a scene is redone while the film plays, and its first take chosen again", async ({
  page,
}) => {
  await page.goto(address);
  const change = page.getByRole("link", { name: "Change scene 2" });
  await change.click();
  await expect(page.getByText("There is one take.")).toBeVisible();
  await page.getByLabel("What is to be seen").fill("A lighthouse burns in the storm");
  await page.getByRole("button", { name: "See the price" }).click();
  await expect(page.getByText("The new take costs about")).toBeVisible();
  await look(page, "film-redo");
  await page.getByRole("button", { name: "Make the new take" }).click();
  await expect(page.getByRole("heading", { name: "Scene 2 is being made anew" })).toBeVisible();
  await play(page);
  await look(page, "film-changing");
  await changed(page);

  await change.click();
  const take = (number: number) =>
    page
      .getByRole("listitem")
      .filter({ has: page.getByRole("heading", { name: `Take ${number}` }) });
  await expect(take(2)).toContainText("In the film");
  await expect(take(2)).toContainText("A lighthouse burns in the storm");
  await expect(page.getByRole("dialog").locator("img")).toHaveCount(2);
  await look(page, "film-takes");
  await page.getByRole("button", { name: "Put take 1 into the film" }).click();
  await changed(page);
  await change.click();
  await expect(take(1)).toContainText("In the film");
});

test("the music is redone, and its first take is heard and chosen again", async ({ page }) => {
  await page.goto(address);
  const change = page.getByRole("link", { name: "Change the music" });
  await change.click();
  await page.getByLabel("What is to be heard").fill("Slow strings over rain");
  await page.getByRole("button", { name: "See the price" }).click();
  await page.getByRole("button", { name: "Make the new take" }).click();
  await expect(page.getByRole("heading", { name: "The music is being made anew" })).toBeVisible();
  await changed(page);

  await change.click();
  const takes = page.getByRole("listitem").filter({ hasText: "In the film" });
  await expect(takes).toContainText("Slow strings over rain");
  await look(page, "film-music");
  await listen(page, 1);
  await page.getByRole("button", { name: "Put take 1 into the film" }).click();
  await changed(page);
});

/** A take of the music is really played. */
async function listen(page: Page, take: number): Promise<void> {
  const sound = page.getByLabel(`Take ${take} of the music`);
  await sound.evaluate((audio: HTMLAudioElement) => {
    audio.muted = true;
    return audio.play();
  });
  const time = () => sound.evaluate((audio: HTMLAudioElement) => audio.currentTime);
  await expect.poll(time).toBeGreaterThan(0.3);
}

/** A change has come and gone. */
async function changed(page: Page): Promise<void> {
  const progress = page.getByRole("progressbar", { name: "Progress of the change" });
  await progress.waitFor();
  await progress.waitFor({ state: "detached", ...MADE });
  await expect(page.getByRole("alert")).toHaveCount(0);
}
