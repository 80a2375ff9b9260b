import { look } from "./checks/look";
import { askForFilm, MADE, play, uniqueWord } from "./fixtures/films";
import { misbehave } from "./fixtures/replicate";
import { sessionOf } from "./fixtures/session";
import { expect, test } from "./fixtures/test";

test.use({ storageState: sessionOf("maker") });

test("a film that fails says why, keeps what is made, and goes on", async ({ page }) => {
  const word = uniqueWord("owl");
  await misbehave({ match: word, behaviour: "refuse", kind: "text-to-video", times: 1 });
  await askForFilm(page, `A grey ${word} watches the harbour lights`);
  await expect(page.getByRole("heading", { name: "It did not work out" })).toBeVisible(MADE);
  await expect(page.getByRole("alert")).toBeVisible();
  await look(page, "film-failed");
  await page.getByRole("button", { name: /Go on from here/ }).click();
  await page.getByRole("button", { name: "Publish or share" }).waitFor(MADE);
  await play(page, { isSilent: true });
});
