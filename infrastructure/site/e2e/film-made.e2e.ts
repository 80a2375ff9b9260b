import { look } from "./checks/look";
import { MADE, play, uniqueWord } from "./fixtures/films";
import { sessionOf } from "./fixtures/session";
import { expect, test } from "./fixtures/test";

test.use({ storageState: sessionOf("maker") });

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
  await page.getByRole("radio", { name: "Square 1:1" }).check({ force: true });
  await look(page, "create");
  await page.getByRole("button", { name: "Plan it and see the price" }).click();
  await expect(page.getByText("Price", { exact: true })).toBeVisible();
  await look(page, "create-quoted");
  await page.getByRole("button", { name: "Make this film" }).click();
  await expect(page.getByRole("progressbar")).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: "Being made" }).first()).toBeVisible(
    MADE,
  );
  await look(page, "film-making");

  // A reload in the middle loses nothing.
  await page.reload();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(word);
  await page.getByRole("button", { name: "Publish or share" }).waitFor(MADE);
  await play(page);
  await look(page, "film-ready");

  await page.getByRole("button", { name: "Publish or share" }).click();
  await page.getByRole("radio", { name: "Everybody" }).check({ force: true });
  await look(page, "film-publish");
  await page.getByRole("button", { name: "Put it into the gallery" }).click();
  await expect(page).toHaveURL(/\/watch\//);
  await play(page);
  await expect(page.getByRole("heading", { name: "What it was asked for" })).toBeVisible();
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
  await expect(stranger.getByRole("heading", { name: "Recipe" })).toHaveCount(0);
  await context.close();

  // Its owner goes back to its takes from there, and on to another film.
  await page.getByRole("link", { name: "Scenes and takes" }).click();
  await expect(page.getByRole("link", { name: "Change scene 1" })).toBeVisible();
  await page.goBack();
  await page.getByRole("button", { name: "Make another like this" }).click();
  await expect(page.getByLabel("What is the film about?")).toHaveValue(new RegExp(word));
  await expect(page.getByLabel("Scenes", { exact: true })).toHaveValue("2");
});
