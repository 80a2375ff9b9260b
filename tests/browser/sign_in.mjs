// Signs in through the hosted UI's form in a real browser: Debian's headless Chromium.
//
//   node sign_in.mjs CHROMIUM STACK, in a folder whose node_modules hold playwright-core

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { chromium } = createRequire(`${process.cwd()}/`)("playwright-core");
const [program, stackFile] = process.argv.slice(2);
const stack = JSON.parse(readFileSync(stackFile, "utf8"));
const user = stack.users.other;
const login = `${stack.siteUrl}/api/v1/auth/login?returnTo=/create`;

let [passed, failed] = [0, 0];

/** Runs a probe in a browser context of its own. */
async function probe(browser, name, check) {
  const context = await browser.newContext();
  try {
    await check(await context.newPage(), context);
    passed += 1;
    console.log(`  ok ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`  FAILED ${name}: ${error.message}`);
  } finally {
    await context.close();
  }
}

/** Fills the form in; the browser has come back when this ends. */
async function signIn(page) {
  await page.goto(login);
  await page.getByLabel("Username").fill(user.username);
  await page.getByLabel("Password").fill(user.password);
  await Promise.all([
    page.waitForURL((url) => url.pathname === "/create"),
    page.getByRole("button", { name: "Sign in" }).click(),
  ]);
}

/** What a page gets for a request that it makes itself. */
function ask(page, path, init = {}) {
  return page.evaluate(
    async ([url, options]) => {
      const answer = await fetch(url, options);
      return { status: answer.status, body: await answer.json().catch(() => null) };
    },
    [`${stack.siteUrl}${path}`, init],
  );
}

const post = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" };

const browser = await chromium.launch({
  executablePath: program,
  args: [
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
  ],
});

await probe(browser, "a person signs in and the page calls by cookie", async (page, context) => {
  await signIn(page);
  const me = await ask(page, "/api/v1/me");
  assert.equal(me.status, 200);
  assert.match(me.body.userId, /^[0-9a-f-]{36}$/);
  const cookies = Object.fromEntries(
    (await context.cookies(stack.siteUrl)).map((cookie) => [cookie.name, cookie]),
  );
  const session = cookies["__Host-session"];
  assert.ok(session.httpOnly && session.secure && session.path === "/");
  assert.equal(session.sameSite, "Lax");
  assert.equal(cookies["__Host-login"], undefined);
  assert.equal(cookies["__Secure-refresh"], undefined, "the API gets no refresh token");
  assert.equal(await page.evaluate(() => document.cookie), "", "no script reads them");
});

await probe(browser, "the page renews the session and ends it", async (page, context) => {
  await signIn(page);
  const routes = `${stack.siteUrl}/api/v1/auth/refresh`;
  const token = async () =>
    (await context.cookies(routes)).find(({ name }) => name === "__Secure-refresh")?.value;
  const before = await token();
  assert.ok(before);
  assert.equal((await ask(page, "/api/v1/auth/refresh", post)).status, 200);
  assert.notEqual(await token(), before);
  const out = await ask(page, "/api/v1/auth/logout", {
    ...post,
    headers: { ...post.headers, accept: "application/json" },
  });
  assert.equal(out.status, 200);
  assert.equal(await token(), undefined);
  assert.equal((await ask(page, "/api/v1/me")).status, 401);
});

await probe(browser, "a write of the site itself passes, another site's does not", async (page) => {
  await signIn(page);
  // Past the check the empty body is what is wrong with it.
  assert.equal((await ask(page, "/api/v1/jobs", post)).status, 400);
  const url = `${stack.siteUrl}/api/v1/auth/logout`;
  // Another site, and another port of this host, where the browser sends the cookies.
  for (const host of ["localhost", "127.0.0.1"]) {
    const other = new URL(stack.replicateUrl);
    other.hostname = host;
    await page.goto(`${other.origin}/_control/health`);
    const [answer] = await Promise.all([
      page.waitForResponse(url),
      page.waitForURL(url),
      page.evaluate((place) => {
        document.body.innerHTML = `<form method="post" action="${place}"></form>`;
        document.forms[0].submit();
      }, url),
    ]);
    assert.equal(answer.status(), 403, host);
  }
  await page.goto(`${stack.siteUrl}/api/v1/me`);
  assert.match(await page.textContent("body"), /userId/);
});

await browser.close();
console.log(`chromium: ${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
