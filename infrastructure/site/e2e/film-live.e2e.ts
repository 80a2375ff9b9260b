import type { Page } from "@playwright/test";
import { askForFilm, MADE, uniqueWord } from "./fixtures/films";
import { misbehave } from "./fixtures/replicate";
import { sessionOf } from "./fixtures/session";
import { expect, test } from "./fixtures/test";

test.use({ storageState: sessionOf("maker") });

const isFilm = (url: string) => /\/api\/v1\/jobs\/[0-9a-f-]+$/.test(url);

/** Lets time pass in a page, and then what it asked for meanwhile be noticed. */
async function pass(page: Page, milliseconds: number): Promise<void> {
  await page.clock.fastForward(milliseconds);
  await page.evaluate(() => fetch("/robots.txt"));
}

/** Counts how often a page asks for its film, and keeps what it is told. */
async function listen(page: Page) {
  const heard = { requests: 0, hints: 0 };
  page.on("request", (request) => {
    if (isFilm(request.url())) heard.requests += 1;
  });
  page.on("websocket", (socket) => {
    socket.on("framereceived", ({ payload }) => {
      if (String(payload).includes("jobId")) heard.hints += 1;
    });
  });
  await page.clock.install();
  return heard;
}

test("changes are told, without asking; where no socket opens they are asked for", async ({
  page,
  context,
}) => {
  const heard = await listen(page);
  const word = uniqueWord("snail");
  await misbehave({ match: word, behaviour: "hang", kind: "text-to-video", seconds: 300 });
  const opened = page.waitForEvent("websocket");
  await askForFilm(page, `A slow ${word} climbs a glass tower`);
  await opened;
  await page.getByRole("listitem").filter({ hasText: "Being made" }).first().waitFor(MADE);

  // A page whose ticket is forged, so that its socket is refused.
  const other = await context.newPage();
  await other.route("**/api/v1/live", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ json: { ...(await answer.json()), ticket: "forged" } });
  });
  await other.clock.install();
  await other.goto(page.url());
  const cancel = other.getByRole("button", { name: "Cancel the film" });
  await cancel.waitFor();
  for (let time = 0; time < 3; time++) {
    const asked = other.waitForResponse((answer) => isFilm(answer.url()));
    await pass(other, 16_000);
    await asked;
  }

  await pass(page, 5_000);
  const before = { ...heard };
  for (let time = 0; time < 3; time++) await pass(page, 8_000);
  expect(heard.requests - before.requests).toBeLessThanOrEqual(heard.hints - before.hints + 1);

  await cancel.click();
  await other.getByRole("dialog").getByRole("button", { name: "Cancel the film" }).click();
  await expect(page.getByRole("heading", { name: "You cancelled this film" })).toBeVisible(MADE);
  expect(heard.hints).toBeGreaterThan(before.hints);
  await other.unrouteAll({ behavior: "ignoreErrors" });
});
