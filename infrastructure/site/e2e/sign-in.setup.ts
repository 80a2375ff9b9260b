import { expect, test } from "@playwright/test";
import { look } from "./checks/look";
import { fillSignIn, MAKERS, sessionOf } from "./fixtures/session";
import { stack } from "./fixtures/stack";
import { signUp } from "./fixtures/users";

test("what a new person wrote is kept through the sign-in, and nothing is there yet", async ({
  page,
}) => {
  const visitor = await signUp("visitor");
  await page.goto("/");
  await page.getByRole("textbox").fill("A paper boat crosses a flooded city");
  await page.getByRole("button", { name: "Plan the film" }).click();
  await fillSignIn(page, visitor);
  await expect(page.getByLabel("What is the film about?")).toHaveValue(
    "A paper boat crosses a flooded city",
  );
  await page.context().storageState({ path: sessionOf("visitor") });
  await page.goto("/films");
  await expect(page.getByText("No films yet.")).toBeVisible();
  await look(page, "films-empty");
});

for (const maker of MAKERS) {
  test(`${maker} signs in`, async ({ page }) => {
    const person = await signUp(maker);
    await page.goto("/api/v1/auth/login?returnTo=/gallery");
    await fillSignIn(page, person);
    await page.context().storageState({ path: sessionOf(maker) });
  });
}

test("the administrator signs in, and out again", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("banner").getByRole("link", { name: "Sign in" }).click();
  await fillSignIn(page, stack().users.admin);
  await page.getByRole("button", { name: "Account" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("banner").getByRole("link", { name: "Sign in" })).toBeVisible();
  await page.getByRole("banner").getByRole("link", { name: "Sign in" }).click();
  await fillSignIn(page, stack().users.admin);
  await page.context().storageState({ path: sessionOf("admin") });
});
