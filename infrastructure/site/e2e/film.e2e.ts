import { look } from "./checks/look";
import { makeFilm, play, uniqueWord } from "./fixtures/films";
import { misbehave } from "./fixtures/replicate";
import { expect, test } from "./fixtures/test";

const MADE = { timeout: 180_000 };

test("a film is planned, priced, made in sight, played, published and found", async ({
  page,
  browser,
  baseURL,
}) => {
  const word = uniqueWord("boat");
  await page.goto("/create");
  await page
    .getByLabel("What is the film about?")
    .fill(`A paper ${word} crosses a flooded city at dawn`);
  await page.getByLabel("Scenes", { exact: true }).fill("2");
  await page.getByLabel("Length in seconds").fill("6");
  await look(page, "create");
  await page.getByRole("button", { name: "Plan it and see the price" }).click();
  await expect(page.getByText("Price", { exact: true })).toBeVisible();
  await look(page, "create-quoted");
  await page.getByRole("button", { name: "Make this film" }).click();
  await expect(page.getByRole("progressbar")).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: "Being made" }).first()).toBeVisible();
  await look(page, "film-making");

  // A reload in the middle loses nothing.
  await page.reload();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(word);
  await expect(page.locator("video")).toBeVisible(MADE);
  await play(page);
  await look(page, "film-ready");

  await page.getByRole("button", { name: "Publish or share" }).click();
  await page.getByRole("radio", { name: "Everybody" }).check({ force: true });
  await look(page, "film-publish");
  await page.getByRole("button", { name: "Put it into the gallery" }).click();
  await expect(page).toHaveURL(/\/watch\//);
  await play(page);
  await look(page, "watch");

  const context = await browser.newContext({ baseURL, storageState: { cookies: [], origins: [] } });
  const stranger = await context.newPage();
  await stranger.goto("/gallery");
  await stranger.getByRole("searchbox").fill(word);
  await stranger.getByRole("searchbox").press("Enter");
  await expect(stranger).toHaveURL(/q=boat/);
  await look(stranger, "gallery");
  await stranger.getByRole("link", { name: new RegExp(word) }).click();
  await play(stranger);
  await context.close();
});

test("a film that fails says why, keeps what is made, and goes on", async ({ page }) => {
  const word = uniqueWord("owl");
  await misbehave({ match: word, behaviour: "refuse", kind: "text-to-video", times: 1 });
  await makeFilm(page, `A grey ${word} watches the harbour lights`);
  await expect(page.getByRole("heading", { name: "It did not work out" })).toBeVisible(MADE);
  await expect(page.getByRole("alert")).toBeVisible();
  await look(page, "film-failed");
  await page.getByRole("button", { name: /Go on from here/ }).click();
  await expect(page.locator("video")).toBeVisible(MADE);
});

test("a film is cancelled and says so", async ({ page }) => {
  const word = uniqueWord("snail");
  await misbehave({ match: word, behaviour: "hang", kind: "text-to-video" });
  await makeFilm(page, `A slow ${word} climbs a glass tower`);
  await page.getByRole("button", { name: "Cancel the film" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel the film" }).click();
  await expect(page.getByRole("heading", { name: "You cancelled this film" })).toBeVisible(MADE);
});

test("a storyboard is reviewed, changed, reordered by keyboard and approved", async ({ page }) => {
  await makeFilm(page, `A ${uniqueWord("kite")} over the old town at noon`, { review: true });
  await page.getByRole("link", { name: "Review the storyboard" }).click(MADE);
  const title = page.getByLabel("Title").first();
  await title.fill("The kite wakes up");
  await page.reload();
  await expect(title).toHaveValue("The kite wakes up");
  await page.getByRole("button", { name: "Move scene 1 down" }).press("Enter");
  await expect(page.getByLabel("Title").nth(1)).toHaveValue("The kite wakes up");
  await look(page, "storyboard");
  await page.getByRole("button", { name: "Save and see the price" }).click();
  await page.getByRole("button", { name: /Make it for/ }).click();
  await expect(page).toHaveURL(/\/films\/[0-9a-f-]+$/);
  await expect(page.getByText("The kite wakes up")).toBeVisible();
});
