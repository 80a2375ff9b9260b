import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { aJob, aScene } from "@/test/factories";
import { SceneGrid } from "./scene-grid";

afterEach(cleanup);

const tiles = () => screen.getAllByRole("listitem").map(({ textContent }) => textContent ?? "");

test("a scene that waits for its turn tells how many go before it, and no other does", () => {
  const scenes = [
    aScene(1, "generating"),
    { ...aScene(2, "pending"), waitingBefore: 4 },
    { ...aScene(3, "pending"), waitingBefore: 0 },
  ];
  render(
    <I18nProvider i18n={i18n}>
      <SceneGrid job={aJob({ scenes })} />
    </I18nProvider>,
  );
  const [made, waits, isNext] = tiles();
  expect(waits).toContain("4 before it");
  expect(made).not.toContain("before it");
  expect(isNext).not.toContain("before it");
});
