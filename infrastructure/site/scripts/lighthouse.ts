// Measures the build by Lighthouse's mobile preset over the local cloud that `OMNIGEN_STACK`
// describes, and fails past the budgets: all pages, or those that are named.
import { chromium } from "@playwright/test";
import lighthouse, { type Result } from "lighthouse";
import { stack } from "../e2e/fixtures/stack";
import { serve } from "./lighthouse-server";
import { signIn } from "./lighthouse-session";

/** Single runs differ by what else the machine does: the one in the middle counts. */
const RUNS = 3;
const PORT = 9222;
/** Milliseconds, and the part of the window that moves. */
const BUDGETS = [
  { name: "LCP", audit: "largest-contentful-paint", most: 2500, digits: 0 },
  { name: "CLS", audit: "cumulative-layout-shift", most: 0.05, digits: 3 },
  { name: "TBT", audit: "total-blocking-time", most: 150, digits: 0 },
];

function scoreOf(result: Result): number {
  return Math.round((result.categories["performance"]?.score ?? 0) * 100);
}

async function measureOnce(url: string): Promise<Result> {
  const flags = { port: PORT, onlyCategories: ["performance"], logLevel: "error" as const };
  const measured = await lighthouse(url, flags);
  const failure = measured ? measured.lhr.runtimeError : { message: "nothing was measured" };
  if (!measured || failure) throw new Error(`${url}: ${failure?.message}`);
  return measured.lhr;
}

async function measure(url: string): Promise<Result> {
  const results: Result[] = [];
  for (let run = 0; run < RUNS; run++) results.push(await measureOnce(url));
  const [, middle] = results.toSorted((a, b) => scoreOf(a) - scoreOf(b));
  if (!middle) throw new Error(`${url} was measured too seldom`);
  return middle;
}

/** Prints a line of the table; whether all of it is within the budgets. */
function report(name: string, least: number, result: Result): boolean {
  const score = scoreOf(result);
  const found = BUDGETS.map(({ audit, ...budget }) => ({
    ...budget,
    // What was not measured is within nothing.
    value: result.audits[audit]?.numericValue ?? Number.POSITIVE_INFINITY,
  }));
  const fits = score >= least && found.every(({ value, most }) => value <= most);
  const figures = found.map(({ value, digits }) => value.toFixed(digits).padStart(8));
  console.log(
    `${fits ? "   " : "!! "}${name.padEnd(9)}${`${score}`.padStart(5)}${figures.join("")}`,
  );
  return fits;
}

const { apiUrl, siteUrl, users } = stack();
if (!siteUrl) throw new Error("the local cloud is without the site: run `cargo xtask up`");
const browser = await chromium.launch({
  executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium-headless-shell",
  args: [`--remote-debugging-port=${PORT}`, "--disable-quic", "--disable-background-networking"],
});
const { cookie, waiting, finished } = await signIn(browser, siteUrl, users.demo);
const signedOut = serve({ api: apiUrl, site: siteUrl, cookie: "" });
const signedIn = serve({ api: apiUrl, site: siteUrl, cookie });

console.log(`   page     score${BUDGETS.map(({ name }) => name.padStart(8)).join("")}`);
const pages = [
  { name: "landing", url: signedOut.url, least: 95 },
  { name: "gallery", url: `${signedOut.url}/gallery`, least: 95 },
  { name: "create", url: `${signedIn.url}/create`, least: 95 },
  { name: "film", url: `${signedIn.url}/films/${waiting}`, least: 95 },
  // Those with the player.
  { name: "finished", url: `${signedIn.url}/films/${finished}`, least: 92 },
  { name: "watch", url: `${signedIn.url}/watch/${finished}`, least: 92 },
];
const named = process.argv.slice(2);
let failures = 0;
for (const { name, url, least } of pages) {
  if (named.length > 0 && !named.includes(name)) continue;
  if (!report(name, least, await measure(url))) failures += 1;
}
console.log(
  `   at least 95, with the player 92; at most ${BUDGETS.map(({ name, most }) => `${name} ${most}`).join(", ")}`,
);
signedOut.stop();
signedIn.stop();
await browser.close();
process.exit(failures === 0 ? 0 : 1);
