import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { usePlayback } from "./playback";
import { Player } from "./player";
import type { PlayerProps } from "./skinned-player";

vi.mock("./skinned-player", () => ({
  SkinnedPlayer: ({ wish, poster }: PlayerProps) => (
    <video data-testid="film" data-wish={JSON.stringify(wish)} poster={poster ?? ""} muted />
  ),
}));

afterEach(cleanup);

function Screen({ startAt }: { startAt?: number }) {
  const playback = usePlayback(startAt);
  return (
    <>
      <Player src="/film.mp4" title="A boat" poster="/boat.jpg" shape="16:9" playback={playback} />
      <button type="button" onClick={() => playback.playFrom(4)}>
        Scene 2
      </button>
    </>
  );
}

function show(startAt?: number) {
  render(
    <I18nProvider i18n={i18n}>
      <Screen {...(startAt ? { startAt } : {})} />
    </I18nProvider>,
  );
}

const front = () => screen.getByRole("button", { name: "Play" });
const wished = async () =>
  JSON.parse((await screen.findByTestId("film")).getAttribute("data-wish") ?? "null");

test("until it is wanted there is the film's picture alone", () => {
  show();
  expect(front().querySelector("img")?.getAttribute("src")).toBe("/boat.jpg");
  expect(screen.queryByTestId("film")).toBeNull();
});

test("a press plays it", async () => {
  show();
  front().click();
  expect(await wished()).toEqual({ time: 0, isPlaying: true });
});

test("the player's keys play it, and are told to it; those of the page are left alone", async () => {
  show();
  expect(fireEvent.keyDown(front(), { key: "g" })).toBe(true);
  expect(fireEvent.keyDown(front(), { key: "f", ctrlKey: true })).toBe(true);
  expect(screen.queryByTestId("film")).toBeNull();
  expect(fireEvent.keyDown(front(), { key: "5" })).toBe(false);
  expect(await wished()).toEqual({ time: 0, isPlaying: true, key: "5" });
});

test("a key that only plays has done so", async () => {
  show();
  fireEvent.keyDown(front(), { key: "k" });
  expect(await wished()).toEqual({ time: 0, isPlaying: true });
});

test("a scene that is chosen plays", async () => {
  show();
  screen.getByRole("button", { name: "Scene 2" }).click();
  expect(await wished()).toEqual({ time: 4, isPlaying: true });
});

test("a time that is asked for is shown, and not played", async () => {
  show(2);
  expect(await wished()).toEqual({ time: 2, isPlaying: false });
});
