import { cleanup, render } from "@testing-library/react";
import { act } from "react";
import { afterEach, expect, test } from "vitest";
import { announce, useAnnouncement, useSaid } from "./announce";

afterEach(cleanup);

function Said({ text }: { text: string | null }) {
  useSaid(text);
  return <output>{useAnnouncement()}</output>;
}

test("what comes is said, and nothing takes nothing back", () => {
  const { container, rerender } = render(<Said text="The plan is there" />);
  expect(container.textContent).toBe("The plan is there");
  rerender(<Said text={null} />);
  expect(container.textContent).toBe("The plan is there");
});

test("the same words again are another message", () => {
  const { container } = render(<Said text={null} />);
  act(() => announce("It is copied"));
  const before = container.textContent;
  act(() => announce("It is copied"));
  expect(container.textContent).not.toBe(before);
  expect(container.textContent?.trim()).toBe("It is copied");
});
