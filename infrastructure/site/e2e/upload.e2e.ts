import { look } from "./checks/look";
import { MADE, uniqueWord } from "./fixtures/films";
import { expect, test } from "./fixtures/test";
import { videoFile } from "./fixtures/video-file";

test("an upload survives a cut and a reload, and its stream plays and seeks, to its owner only", async ({
  page,
  browser,
  baseURL,
}) => {
  const title = uniqueWord("harbour");
  // Every second part meets a dead connection, until the page is loaded anew.
  await page.route(/partNumber=2\b/, (route) => route.abort("connectionreset"));
  await page.goto("/upload");
  await page.getByLabel("Choose files").setInputFiles(videoFile());
  await expect(page.getByRole("progressbar", { name: "Upload of harbour.mp4" })).toBeVisible();
  await page.waitForRequest(/partNumber=3\b/);
  await look(page, "upload");

  await page.unroute(/partNumber=2\b/);
  await page.reload();
  await expect(page.getByText("Not finished: harbour.mp4.")).toBeVisible();
  await page.getByLabel("Choose files").setInputFiles(videoFile());
  await page.getByLabel("Title").fill(title);
  await expect(page.getByRole("link", { name: "Watch it" })).toBeVisible(MADE);
  await expect(page.getByRole("list", { name: "Uploads" }).getByText("Ready")).toBeVisible(MADE);
  await look(page, "upload-done");

  await page.getByRole("link", { name: "Watch it" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
  await page.getByRole("button", { name: "Play", exact: true }).click();
  const video = page.locator("video");
  await expect
    .poll(() => video.evaluate((film: HTMLVideoElement) => film.duration))
    .toBeGreaterThan(2);
  await video.evaluate((film: HTMLVideoElement) => {
    film.muted = true;
    film.currentTime = 1.5;
    return film.play();
  });
  await expect
    .poll(() => video.evaluate((film: HTMLVideoElement) => film.currentTime))
    .toBeGreaterThan(1.8);

  const context = await browser.newContext({ baseURL, storageState: { cookies: [], origins: [] } });
  const stranger = await context.newPage();
  await stranger.goto(new URL(page.url()).pathname);
  await expect(stranger.getByRole("alert")).toContainText("may not see");
  await expect(stranger.getByText(title)).toHaveCount(0);
  await context.close();
});

test("a deletion can be taken back", async ({ page }) => {
  await page.goto("/films?tab=videos");
  const cards = page.getByRole("main").getByRole("listitem");
  await expect(cards.first()).toBeVisible();
  const count = await cards.count();
  await look(page, "films-videos");
  await page
    .getByRole("button", { name: /^Delete/ })
    .first()
    .click();
  await expect(cards).toHaveCount(count - 1);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(cards).toHaveCount(count);
  await page.reload();
  await expect(cards).toHaveCount(count);
});
