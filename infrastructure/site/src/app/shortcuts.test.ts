import { expect, test } from "vitest";
import { actionOf, isForPage } from "./shortcuts";

test("g and a letter goes to a place, a letter alone nowhere", () => {
  expect(actionOf("g", "g")).toEqual({ kind: "go", path: "/gallery" });
  expect(actionOf("f", "g")).toEqual({ kind: "go", path: "/films" });
  expect(actionOf("f", "x")).toBeNull();
});

test("keys of the browser and keys of an input are none of ours", () => {
  const press = (target: Element, init?: KeyboardEventInit) => {
    const event = new KeyboardEvent("keydown", { key: "/", bubbles: true, ...init });
    target.dispatchEvent(event);
    return isForPage(event);
  };
  const input = document.body.appendChild(document.createElement("input"));
  expect(press(document.body)).toBe(true);
  expect(press(document.body, { ctrlKey: true })).toBe(false);
  expect(press(input)).toBe(false);
});
