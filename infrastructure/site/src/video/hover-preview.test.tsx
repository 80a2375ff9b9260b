import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { act } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useLinger } from "./hover-preview";

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function Place() {
  const [isResting, handlers] = useLinger();
  return (
    <button type="button" {...handlers}>
      {isResting ? "resting" : "still"}
    </button>
  );
}

const place = () => screen.getByRole("button");
const pass = (milliseconds: number) => act(() => vi.advanceTimersByTime(milliseconds));

test("mouse and focus have to rest, and leaving ends it", () => {
  render(<Place />);
  fireEvent.focus(place());
  pass(399);
  expect(place().textContent).toBe("still");
  pass(1);
  expect(place().textContent).toBe("resting");
  fireEvent.blur(place());
  expect(place().textContent).toBe("still");
  fireEvent.focus(place());
  fireEvent.blur(place());
  pass(1000);
  expect(place().textContent).toBe("still");
});

test("who wants less motion gets none", () => {
  vi.spyOn(window, "matchMedia").mockReturnValue({ matches: true } as MediaQueryList);
  render(<Place />);
  fireEvent.focus(place());
  pass(1000);
  expect(place().textContent).toBe("still");
});
