// Runs the distribution's functions as CloudFront does: each alone, with one event.
//
//   node edge_functions.mjs TRANSLATED_TEMPLATE

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";

const { Resources } = JSON.parse(readFileSync(process.argv[2], "utf8"));

/** The request that a function of the template makes of one. */
function run(name, uri, headers = {}) {
  const code = Resources[name].Properties.FunctionCode;
  const request = { method: "GET", uri, querystring: {}, headers, cookies: {} };
  const event = { version: "1.0", viewer: { ip: "203.0.113.7" }, request };
  const made = runInNewContext(`${code}; handler(${JSON.stringify(event)})`);
  return JSON.parse(JSON.stringify(made));
}

const screens = {
  "/": "/index.html",
  "/create": "/index.html",
  "/films/0198c0de-0000-7000-8000-000000000001": "/index.html",
  "/films/": "/index.html",
  "/v1.2/films": "/index.html",
  "/index.html": "/index.html",
  "/static/index-Bq3kd_a1.js": "/static/index-Bq3kd_a1.js",
  "/robots.txt": "/robots.txt",
  "/app/nope.js": "/app/nope.js",
};
for (const [asked, served] of Object.entries(screens)) {
  assert.equal(run("SiteScreens", asked).uri, served, asked);
}

assert.equal(run("MediaPaths", "/assets/0198c0de/final.mp4").uri, "/0198c0de/final.mp4");

const forged = { "x-viewer-address": { value: "198.51.100.1" }, accept: { value: "*/*" } };
const told = run("SiteViewers", "/api/v1/health", forged);
assert.equal(told.uri, "/api/v1/health");
assert.deepEqual(told.headers, { ...forged, "x-viewer-address": { value: "203.0.113.7" } });
