import { look } from "./checks/look";
import { sessionOf } from "./fixtures/session";
import { expect, test } from "./fixtures/test";

test.use({ storageState: sessionOf("admin") });

test("the switch stops buying, and allows it again", async ({ page }) => {
  await page.goto("/admin?tab=spending");
  await page.getByRole("button", { name: "Stop all buying" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Stop all buying" }).click();
  await expect(page.getByRole("alert")).toContainText("All buying is stopped");
  await look(page, "admin-spending");
  await page.getByRole("button", { name: "Allow buying again" }).click();
  await expect(page.getByRole("alert")).toBeHidden();
});
