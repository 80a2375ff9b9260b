import { look } from "./checks/look";
import { sessionOf } from "./fixtures/session";
import { expect, test } from "./fixtures/test";

test.use({ storageState: sessionOf("admin") });

test("an administrator sees the numbers and tries dry before anything is removed", async ({
  page,
}) => {
  await page.goto("/admin");
  await expect(page.getByText("Mean time")).toBeVisible();
  await page.getByRole("button", { name: "See what would happen" }).last().click();
  await expect(page.getByRole("button", { name: "Remove them with their files" })).toBeVisible();
  await look(page, "admin");
  await page.getByRole("link", { name: "Transcodes" }).click();
  await page.getByLabel("Status").selectOption("Failed");
  await expect(page).toHaveURL(/status=FAILED/);
  await page.waitForLoadState("networkidle");
  await look(page, "admin-transcodes");
  await page.getByRole("link", { name: "Dead letters" }).click();
  await page.waitForLoadState("networkidle");
  await look(page, "admin-dead-letters");
});
