import { expect, test } from "vitest";
import { awaitHeading, focusIfAwaited } from "./arrival";

function heading(): HTMLElement {
  const element = document.createElement("h1");
  element.tabIndex = -1;
  return document.body.appendChild(element);
}

test("the first heading after a navigation is focused, and no other", () => {
  const [first, second, third] = [heading(), heading(), heading()];
  focusIfAwaited(first);
  expect(document.activeElement).toBe(document.body);
  awaitHeading();
  focusIfAwaited(null);
  focusIfAwaited(second);
  focusIfAwaited(third);
  expect(document.activeElement).toBe(second);
});
