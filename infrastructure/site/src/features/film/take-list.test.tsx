import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import type { Job, Scene } from "@/api/generated/types.gen";
import { aJob, aScene, aTake } from "@/test/factories";
import { TakeList } from "./take-list";

afterEach(cleanup);

function shown(job: Partial<Job>, scene: Scene | null = null) {
  render(
    <I18nProvider i18n={i18n}>
      <QueryClientProvider client={new QueryClient()}>
        <TakeList job={aJob({ status: "completed", ...job })} scene={scene} onDone={() => {}} />
      </QueryClientProvider>
    </I18nProvider>,
  );
}

const sounds = () => [...document.querySelectorAll("audio")];

test("each take of the music can be heard before it is chosen, and is not fetched before", () => {
  const heard = (take: number) => aTake(take, { audioUrl: `https://b/${take}.mp3` });
  shown({ soundtrackTakes: [{ ...heard(1), chosen: true }, heard(2)] });
  for (const take of [1, 2]) {
    const sound = screen.getByLabelText<HTMLAudioElement>(`Take ${take} of the music`);
    expect(sound.getAttribute("src")).toBe(`https://b/${take}.mp3`);
    expect(sound.controls).toBe(true);
    expect(sound.getAttribute("preload")).toBe("none");
  }
});

test("a take of a scene has its picture and nothing to hear", () => {
  const takes = [aTake(1, { chosen: true, posterUrl: "https://b/1.jpg" })];
  shown({}, { ...aScene(1, "complete"), takes });
  expect(document.querySelector("img")?.getAttribute("src")).toBe("https://b/1.jpg");
  expect(sounds()).toEqual([]);
});
