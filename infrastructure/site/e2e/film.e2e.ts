import { look } from "./checks/look";
import { expect, test } from "./fixtures/test";

test("a film is planned, priced, made in sight and played", async ({ page }) => {
  await page.goto("/create");
  await page
    .getByLabel("What is the film about?")
    .fill("A paper boat crosses a flooded city at dawn");
  await page.getByLabel("Scenes").fill("2");
  await page.getByLabel("Length in seconds").fill("6");
  await look(page, "create");
  await page.getByRole("button", { name: "Plan it and see the price" }).click();
  await expect(page.getByText("Price")).toBeVisible();
  await look(page, "create-quoted");

  await page.getByRole("button", { name: "Make this film" }).click();
  await expect(page).toHaveURL(/\/films\/[0-9a-f-]+$/);
  await expect(page.getByRole("progressbar")).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: "Being made" }).first()).toBeVisible();
  await look(page, "film-making");

  // A reload in the middle loses nothing.
  await page.reload();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/paper boat/);
  const video = page.locator("video");
  await expect(video).toBeVisible({ timeout: 60_000 });
  await video.evaluate((film: HTMLVideoElement) => {
    film.muted = true;
    return film.play();
  });
  await expect
    .poll(() => video.evaluate((film: HTMLVideoElement) => film.currentTime))
    .toBeGreaterThan(0.5);
  const frames = await video.evaluate(
    (film: HTMLVideoElement) => film.getVideoPlaybackQuality().totalVideoFrames,
  );
  expect(frames).toBeGreaterThan(5);
  await look(page, "film-ready");
});
