import type { Browser, Page } from "@playwright/test";
import { look } from "./checks/look";
import { askForFilm, MADE, play, uniqueWord } from "./fixtures/films";
import { sessionOf } from "./fixtures/session";
import { expect, test } from "./fixtures/test";

test.use({ storageState: sessionOf("maker") });
// One film for all: each journey goes on where the one before it ended.
test.describe.configure({ mode: "serial" });

const word = uniqueWord("lantern");
let id = "";
let shared = "";

test("a private film is reached by its owner alone, whatever address is tried", async ({
  page,
  browser,
  baseURL,
}) => {
  await askForFilm(page, `A paper ${word} drifts over the bay`);
  await page.getByRole("button", { name: "Publish or share" }).click(MADE);
  await page.getByRole("radio", { name: "Only you" }).check({ force: true });
  await page.getByRole("button", { name: "Put it into the gallery" }).click();
  await expect(page).toHaveURL(/\/watch\//);
  id = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  await play(page, { isSilent: true });
  await page.getByRole("button", { name: "Share" }).click();
  await expect(page.getByText("Only you can see this video.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Copy a frame for another site" })).toHaveCount(0);

  await asStranger(browser, baseURL, async (stranger) => {
    for (const address of [`/watch/${id}`, `/v/${id}`]) {
      await stranger.goto(address);
      await expect(stranger).toHaveURL(new RegExp(`/watch/${id}$`));
      await expect(stranger.getByRole("alert")).toContainText("may not see");
      await expect(stranger.getByText(word)).toHaveCount(0);
    }
    await stranger.goto(`/embed/${id}`);
    await expect(stranger.getByText("its owner keeps it private")).toBeVisible();
    await expect(stranger.locator("video")).toHaveCount(0);
  });
});

test("a film that is shared plays for whoever has its link, from the time that was shared", async ({
  page,
  browser,
  baseURL,
}) => {
  await page.goto(`/watch/${id}`);
  await page.getByRole("button", { name: /^Edit/ }).click();
  await page.getByRole("radio", { name: "Whoever has the link" }).check({ force: true });
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await play(page, { isSilent: true });
  const place = await page.locator("video").evaluate((film: HTMLVideoElement) => {
    film.pause();
    film.currentTime = 2.5;
    return film.currentTime;
  });
  expect(place).toBeGreaterThan(2);
  await page.getByRole("button", { name: "Share" }).click();
  const link = page.getByRole("textbox", { name: "Link" });
  await expect(link).toHaveValue(new RegExp(`/v/${id}$`));
  await look(page, "share");
  shared = await link.inputValue();
  await page.getByLabel("Start at 0:02").check();
  await expect(link).toHaveValue(/\?t=2$/);
  const timed = await link.inputValue();

  await asStranger(browser, baseURL, async (stranger) => {
    await stranger.goto(shared);
    await expect(stranger).toHaveURL(new RegExp(`/watch/${id}$`));
    await expect(stranger.getByRole("heading", { level: 1 })).toContainText(word);
    await play(stranger, { isSilent: true });
    await stranger.goto(timed);
    const video = stranger.locator("video");
    const time = () => video.evaluate((film: HTMLVideoElement) => film.currentTime);
    await expect.poll(time).toBeGreaterThanOrEqual(2);
    // Who has no link finds nothing.
    await stranger.goto(`/gallery?q=${word}`);
    await expect(stranger.getByText("Nothing is found for")).toBeVisible();
  });
});

test("a shared film plays on a page of its own, which any site may frame", async ({
  browser,
  baseURL,
}) => {
  await asStranger(browser, baseURL, async (stranger) => {
    const answer = await stranger.goto(`/embed/${id}`);
    expect(answer?.headers()["content-security-policy"]).toContain("frame-ancestors *");
    await play(stranger, { isSilent: true });
    const told = await stranger.request.get("/api/v1/oembed", { params: { url: shared } });
    expect((await told.json()).html).toContain(`/embed/${id}`);
  });
});

/** Somebody who never signed in. */
async function asStranger(
  browser: Browser,
  baseURL: string | undefined,
  act: (stranger: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ baseURL, storageState: { cookies: [], origins: [] } });
  await act(await context.newPage());
  await context.close();
}
