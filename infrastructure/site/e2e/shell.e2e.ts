import { look } from "./checks/look";
import { drawn } from "./fixtures/drawn";
import { expect, test } from "./fixtures/test";

test("signed out there is the first page, and private pages ask to sign in", async ({
  browser,
  baseURL,
}) => {
  const context = await browser.newContext({ baseURL, storageState: { cookies: [], origins: [] } });
  const page = await context.newPage();
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await look(page, "landing");
  await page.goto("/films");
  await expect(page.getByRole("heading", { name: "Sign in to go on" })).toBeVisible();
  await look(page, "sign-in");
  await context.close();
});

test("the first page is there before it is known who looks, and nothing moves when it is", async ({
  browser,
  baseURL,
}) => {
  const context = await browser.newContext({ baseURL, storageState: { cookies: [], origins: [] } });
  const page = await context.newPage();
  await page.addInitScript(() => {
    const root = document.documentElement;
    new PerformanceObserver((list) => {
      const moves = list.getEntries().map((entry) => Number(Reflect.get(entry, "value")));
      root.dataset["moved"] = String(moves.reduce((sum, one) => sum + one, moved()));
    }).observe({ type: "layout-shift", buffered: true });
    const moved = () => Number(root.dataset["moved"] ?? 0);
  });
  let answer = () => {};
  const mayAnswer = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await page.route("**/api/v1/me", async (route) => {
    await mayAnswer;
    await route.continue();
  });
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByRole("button", { name: "Theme" })).toBeVisible();
  await expect(page.getByRole("banner").getByRole("link", { name: "Sign in" })).toBeVisible();
  const answered = page.waitForResponse("**/api/v1/me");
  answer();
  await answered;
  await drawn(page);
  const moved = await page.evaluate(() => Number(document.documentElement.dataset["moved"] ?? 0));
  expect(moved).toBeLessThanOrEqual(0.05);
  await context.close();
});

test("an address that is nothing says so", async ({ page }) => {
  await page.goto("/nowhere");
  await expect(page.getByRole("heading", { name: "There is nothing here" })).toBeVisible();
  await look(page, "not-found");
  await page.goto("/films/01a223d0-4d58-77be-a26c-a4ee50b2eb92");
  await expect(page.getByRole("alert")).toContainText("does not exist");
});

test("navigation focuses the heading, and keys lead to places", async ({ page }) => {
  await page.goto("/gallery");
  await page.getByRole("heading", { name: "Gallery", level: 1 }).waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("f");
  await expect(page.getByRole("heading", { name: "My films", level: 1 })).toBeFocused();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await look(page, "shortcuts");
});

test("a session that ends keeps what is typed", async ({ page, context }) => {
  await page.goto("/create");
  const prompt = page.getByLabel("What is the film about?");
  await prompt.fill("A letter that is never sent");
  await context.clearCookies();
  await page.getByRole("button", { name: "Plan it and see the price" }).click();
  await expect(page.getByText("Your session is over.")).toBeVisible();
  await expect(prompt).toHaveValue("A letter that is never sent");
  await page.reload();
  await expect(page.getByRole("heading", { name: "Sign in to go on" })).toBeVisible();
});

test("offline is said, and what waits goes on afterwards", async ({ page, context }) => {
  await page.goto("/create");
  await page.getByRole("heading", { level: 1 }).waitFor();
  await context.setOffline(true);
  await expect(page.getByText("You are offline.")).toBeVisible();
  await look(page, "offline");
  await context.setOffline(false);
  await expect(page.getByText("You are offline.")).toBeHidden();
});

test("the theme that is chosen stays", async ({ page }) => {
  await page.goto("/gallery");
  await page.getByRole("button", { name: "Account" }).click();
  await look(page, "account-menu");
  await page.getByRole("menuitemradio", { name: "Dark" }).click();
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
});

test("administration is refused to others", async ({ page }) => {
  await page.goto("/admin");
  await expect(page.getByRole("alert")).toContainText("administrators only");
});

test("my films and the account are shown", async ({ page }) => {
  await page.goto("/films");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.waitForLoadState("networkidle");
  await look(page, "films");
  await page.getByRole("link", { name: "Failed or cancelled" }).press("Enter");
  await expect(page).toHaveURL(/show=stopped/);
  await expect(page.getByText("No films failed or were cancelled.")).toBeVisible();
  await page.goto("/account");
  await expect(page.getByText("Films made")).toBeVisible();
  await expect(page.getByText("Cost so far")).toBeVisible();
  await page.waitForLoadState("networkidle");
  await look(page, "account");
});

test("who asked too often in a minute is told so, and the page goes on by itself", async ({
  page,
}) => {
  let isTooOften = true;
  await page.route(/\/api\/v1\/(me|jobs\?.*)$/, async (route) => {
    if (!isTooOften) return route.continue();
    const json = { error: "Rate limit exceeded", code: "RATE_LIMIT_EXCEEDED" };
    await route.fulfill({ status: 429, headers: { "retry-after": "5" }, json });
  });
  await page.goto("/films");
  await expect(page.getByRole("heading", { name: "This page cannot be shown yet" })).toBeVisible();
  await expect(page.getByText("goes on by itself").first()).toBeVisible();
  await look(page, "out-of-turn");
  isTooOften = false;
  await expect(page.getByRole("heading", { name: "My films", level: 1 })).toBeVisible();
  await expect(page.getByText("No films yet.")).toBeVisible();
});
