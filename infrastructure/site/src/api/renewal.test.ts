import { afterEach, expect, test, vi } from "vitest";
import { fetchWithSession, onSessionOver } from "./renewal";

const HERE = "http://site.test";
const path = (input: RequestInfo | URL) =>
  new URL(input instanceof Request ? input.url : input, HERE).pathname;

/** A server whose session is over until it is renewed. */
function server({ renews }: { renews: boolean }) {
  let isOver = true;
  const calls: string[] = [];
  vi.stubGlobal("fetch", async (input: RequestInfo | URL) => {
    calls.push(path(input));
    if (path(input).endsWith("refresh")) isOver = !renews;
    return new Response(null, { status: isOver ? 401 : 200 });
  });
  return calls;
}

afterEach(() => vi.unstubAllGlobals());

test("requests that find the session over wait for one renewal and are sent again", async () => {
  const calls = server({ renews: true });
  const both = await Promise.all(
    ["/api/v1/me", "/api/v1/jobs"].map((to) => fetchWithSession(HERE + to)),
  );
  expect(both.map(({ status }) => status)).toEqual([200, 200]);
  expect(calls.filter((call) => call.endsWith("refresh"))).toHaveLength(1);
});

test("a session that cannot be renewed is said to be over", async () => {
  server({ renews: false });
  const over = vi.fn();
  const stop = onSessionOver(over);
  const { status } = await fetchWithSession(`${HERE}/api/v1/me`);
  stop();
  expect(status).toBe(401);
  expect(over).toHaveBeenCalledOnce();
});

test("signing in itself is not renewed for", async () => {
  const calls = server({ renews: true });
  await fetchWithSession(`${HERE}/api/v1/auth/logout`);
  expect(calls).toEqual(["/api/v1/auth/logout"]);
});

test("what the first page has asked for already is taken, once", async () => {
  const calls = server({ renews: true });
  window.earlyAnswers?.set("/api/v1/jobs/7?a=1", Promise.resolve(new Response("early")));
  const ask = () => fetchWithSession(`${HERE}/api/v1/jobs/7?a=1`);
  expect(await (await ask()).text()).toBe("early");
  expect(calls).toEqual([]);
  await ask();
  expect(calls[0]).toBe("/api/v1/jobs/7");
});

test("an early answer that the session was over for is asked for again", async () => {
  server({ renews: true });
  const over = new Response(null, { status: 401 });
  window.earlyAnswers?.set("/api/v1/jobs/7", Promise.resolve(over));
  expect((await fetchWithSession(`${HERE}/api/v1/jobs/7`)).status).toBe(200);
});
