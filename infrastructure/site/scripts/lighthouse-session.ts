import type { Browser, Page } from "@playwright/test";
import { fillSignIn } from "../e2e/fixtures/session";
import type { User } from "../e2e/fixtures/users";

/** What there is to be measured behind the sign-in. */
interface Session {
  cookie: string;
  /** A film whose storyboard waits: its page stays as it is. */
  waiting: string;
  /** A finished film, and its video. */
  finished: string;
}

const TRIES = 120;
const APART_MS = 2_000;
/** The smallest film there is. */
const SHORT = {
  prompt: "A paper boat crosses a flooded city at dawn",
  category: "ad-creative",
  ...{ scenes: 2, durationSeconds: 6, aspectRatio: "16:9", transition: "cut", audio: "none" },
};

/** Signs in by the hosted form, and sees to it that there is something to look at. */
export async function signIn(browser: Browser, site: string, user: User): Promise<Session> {
  const context = await browser.newContext({ baseURL: site });
  const page = await context.newPage();
  await page.goto("/api/v1/auth/login?returnTo=/gallery");
  await fillSignIn(page, user);
  const finished = await filmThat(page, "completed", SHORT);
  const waiting = await filmThat(page, "awaiting_review", { ...SHORT, review: true });
  const details = { jobId: finished, title: "A paper boat", visibility: "unlisted" };
  await ask(page, "/api/gallery/videos", details);
  const cookies = await context.cookies(site);
  await context.close();
  return {
    cookie: cookies.map(({ name, value }) => `${name}=${value}`).join("; "),
    ...{ waiting, finished },
  };
}

/** The newest film that stands so; if there is none, one is made. */
async function filmThat(page: Page, status: string, wish: object): Promise<string> {
  const films: object[] = Reflect.get(await ask(page, "/api/v1/jobs?limit=50"), "jobs");
  const found = films.find((film) => Reflect.get(film, "status") === status);
  const film = found ?? (await ask(page, "/api/v1/jobs", wish));
  const id = String(Reflect.get(film, "jobId"));
  for (let time = 0; time < TRIES; time++) {
    const now = await ask(page, `/api/v1/jobs/${id}`);
    if (Reflect.get(now, "status") === status) return id;
    await Bun.sleep(APART_MS);
  }
  throw new Error(`the film ${id} does not become ${status}`);
}

/** From within the site, as its pages do: a write from elsewhere is refused. */
async function ask(page: Page, path: string, body?: object): Promise<object> {
  return page.evaluate(
    async ([address, text]) => {
      const headers = { "Content-Type": "application/json" };
      const answer = await fetch(address, text ? { method: "POST", headers, body: text } : {});
      if (!answer.ok) throw new Error(`${address}: ${answer.status} ${await answer.text()}`);
      return answer.json();
    },
    [path, body ? JSON.stringify(body) : ""] as const,
  );
}
