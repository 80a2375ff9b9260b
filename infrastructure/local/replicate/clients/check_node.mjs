// Runs the official JavaScript client (npm replicate 1.4.0), unchanged,
// against a running look-alike.
//
// REPLICATE_BASE_URL: the server's origin, without /v1. REPLICATE_API_TOKEN:
// its token. Prints one line for each probe and exits non-zero if one fails.
// The package is looked up from the working directory.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.cwd(), "package.json"));
const Replicate = require("replicate");
const { validateWebhook } = Replicate;

const origin = process.env.REPLICATE_BASE_URL.replace(/\/$/, "");
const baseUrl = `${origin}/v1`;
const replicate = new Replicate({ baseUrl, auth: process.env.REPLICATE_API_TOKEN });
const scene = "bytedance/seedance-1-pro-fast";
const text = "openai/gpt-5-mini";

const sceneInput = (title, more = {}) => ({
  prompt: `${title}: a boat`,
  duration: 2,
  resolution: "480p",
  ...more,
});

async function addRule(rule) {
  const response = await fetch(`${origin}/_control/rules`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(rule),
  });
  assert.equal(response.status, 201);
}

/** A receiver of webhooks: `next` resolves with the next one. */
async function receiver() {
  const arrived = [];
  const waiting = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    response.end();
    const webhook = { headers: request.headers, body: Buffer.concat(chunks).toString() };
    const next = waiting.shift();
    next ? next(webhook) : arrived.push(webhook);
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${server.address().port}/hook?scene=3`,
    next: () =>
      arrived.length ? Promise.resolve(arrived.shift()) : new Promise((next) => waiting.push(next)),
  };
}

const statusOf = (status) => (error) => error.response?.status === status;

const probes = {
  async "run a model by name"() {
    const output = await replicate.run(scene, { input: sceneInput("Run") });
    const response = await fetch(output);
    assert.equal(response.headers.get("content-type"), "video/mp4");
    const bytes = Buffer.from(await response.arrayBuffer());
    assert.equal(bytes.subarray(4, 8).toString(), "ftyp");
  },

  async "run a model by version"() {
    const model = await replicate.models.get(...scene.split("/"));
    const reference = `${scene}:${model.latest_version.id}`;
    const output = await replicate.run(reference, { input: sceneInput("Version") });
    assert.match(output, /\.mp4$/);
  },

  async "run by polling, with progress"() {
    const seen = [];
    const options = { input: { prompt: "An owl" }, wait: { mode: "poll", interval: 50 } };
    await replicate.run(text, options, (prediction) => seen.push(prediction.status));
    assert.equal(seen[0], "starting");
    assert.equal(seen.at(-1), "succeeded");
  },

  async "run a language model"() {
    const output = await replicate.run(text, { input: { prompt: "An owl: 3 scenes" } });
    assert.equal(JSON.parse(output.join("")).scenes.length, 3);
  },

  async "a structured answer"() {
    const input = { prompt: "An owl: 4 scenes" };
    const output = await replicate.run("openai/gpt-5-structured", { input });
    assert.equal(output.json_output.scenes.length, 4);
  },

  async "create, get and wait"() {
    const created = await replicate.predictions.create({ model: scene, input: sceneInput("Wait") });
    assert.equal(created.status, "starting");
    const ended = await replicate.wait(created, { interval: 50 });
    assert.equal(ended.status, "succeeded");
    assert.ok(ended.metrics.predict_time > 0);
    assert.deepEqual((await replicate.predictions.get(created.id)).output, ended.output);
  },

  async "create and hold the answer"() {
    const input = sceneInput("Hold");
    const ended = await replicate.predictions.create({ model: scene, input, wait: true });
    assert.equal(ended.status, "succeeded");
  },

  async "create by an unknown version"() {
    const version = "0".repeat(64);
    const created = await replicate.predictions.create({ version, input: { text: "hi" } });
    assert.equal((await replicate.wait(created, { interval: 50 })).status, "succeeded");
  },

  async "cancel"() {
    await addRule({ match: "js-cancel", behaviour: "hang", times: 1 });
    const input = { prompt: "js-cancel" };
    const created = await replicate.predictions.create({ model: text, input });
    const canceled = await replicate.predictions.cancel(created.id);
    assert.equal(canceled.status, "canceled");
  },

  async "list and paginate"() {
    let count = 0;
    for await (const page of replicate.paginate(replicate.predictions.list)) count += page.length;
    assert.ok(count >= 5);
  },

  async "a failure is thrown"() {
    await addRule({ match: "js-fail", behaviour: "fail", times: 1 });
    await assert.rejects(replicate.run(text, { input: { prompt: "js-fail" } }), /E6716/);
  },

  async "invalid input is 422"() {
    const input = sceneInput("Invalid", { aspect_ratio: "2:1" });
    await assert.rejects(replicate.run(scene, { input }), statusOf(422));
  },

  async "no token is 401, no credit 402, no model 404"() {
    const stranger = new Replicate({ baseUrl, auth: "wrong" });
    await assert.rejects(stranger.models.list(), statusOf(401));
    await addRule({ match: "js-credit", behaviour: "insufficient-credit", times: 1 });
    await assert.rejects(replicate.run(text, { input: { prompt: "js-credit" } }), statusOf(402));
    await assert.rejects(replicate.models.get("no", "model"), statusOf(404));
  },

  async "a 429 is tried again"() {
    await addRule({ match: "js-throttle", behaviour: "throttle", times: 2 });
    const output = await replicate.run(text, { input: { prompt: "js-throttle" } });
    assert.ok(output.length > 0);
  },

  async "models and versions"() {
    const [owner, name] = scene.split("/");
    const { results } = await replicate.models.versions.list(owner, name);
    const version = await replicate.models.versions.get(owner, name, results[0].id);
    assert.equal(version.openapi_schema.components.schemas.Output.type, "string");
    const models = await replicate.models.list();
    assert.ok(models.results.some((model) => model.name === name));
  },

  async "files"() {
    const content = new Blob(["hello"], { type: "text/plain" });
    const file = await replicate.files.create(content, { scene: 3 });
    assert.equal(file.size, 5);
    assert.deepEqual(file.metadata, { scene: 3 });
    assert.equal((await replicate.files.get(file.id)).id, file.id);
    assert.ok((await replicate.files.list()).results.some((found) => found.id === file.id));
    assert.ok(await replicate.files.delete(file.id));
    await assert.rejects(replicate.files.get(file.id), statusOf(404));
  },

  async "a file as input is uploaded"() {
    const image = new Blob(["not really a picture"], { type: "image/png" });
    const input = sceneInput("Upload", { image });
    const created = await replicate.predictions.create({ model: scene, input });
    assert.ok(created.input.image.startsWith(`${baseUrl}/files/`), created.input.image);
  },

  async "account"() {
    assert.equal((await replicate.accounts.current()).username, "local");
  },

  async "stream"() {
    let answer = "";
    for await (const event of replicate.stream(text, { input: { prompt: "An owl: 2 scenes" } })) {
      if (event.event === "output") answer += event.data;
    }
    assert.equal(JSON.parse(answer).scenes.length, 2);
  },

  async "webhooks validate"() {
    const { key: secret } = await replicate.webhooks.default.secret.get();
    const hooks = await receiver();
    await replicate.predictions.create({
      model: text,
      input: { prompt: "webhook" },
      webhook: hooks.url,
      webhook_events_filter: ["start", "completed"],
    });
    for (const status of ["processing", "succeeded"]) {
      const { headers, body } = await hooks.next();
      const message = {
        id: headers["webhook-id"],
        timestamp: headers["webhook-timestamp"],
        signature: headers["webhook-signature"],
        body,
        secret,
      };
      assert.ok(await validateWebhook(message));
      assert.ok(!(await validateWebhook({ ...message, body: `${body} ` })));
      assert.equal(JSON.parse(body).status, status);
    }
  },
};

let failed = 0;
for (const [name, run] of Object.entries(probes)) {
  try {
    await run();
    console.log(`ok      ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}`);
    console.error(error);
  }
}
console.log(`node: ${Object.keys(probes).length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
