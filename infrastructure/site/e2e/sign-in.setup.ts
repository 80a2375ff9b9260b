import { test } from "@playwright/test";
import { sessionOf, signIn } from "./fixtures/session";

for (const person of ["demo", "admin"] as const) {
  test(`${person} signs in through the hosted form`, async ({ page }) => {
    await page.goto("/");
    await signIn(page, person);
    await page.context().storageState({ path: sessionOf(person) });
  });
}
