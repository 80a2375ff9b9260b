import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { render, screen, waitFor } from "@testing-library/react";
import { useState } from "react";
import { expect, test } from "vitest";
import { Button } from "./button";
import { Dialog } from "./dialog";

function Opener() {
  const [isOpen, setOpen] = useState(false);
  return (
    <I18nProvider i18n={i18n}>
      <Button onClick={() => setOpen(true)}>Open it</Button>
      <Dialog title="A question" open={isOpen} onOpenChange={setOpen}>
        <p>Yes or no?</p>
      </Dialog>
    </I18nProvider>
  );
}

test("focus goes into a dialog, and back to what opened it", async () => {
  render(<Opener />);
  const opener = screen.getByRole("button", { name: "Open it" });
  opener.focus();
  opener.click();
  const close = await screen.findByRole("button", { name: "Close" });
  expect(document.activeElement).toBe(close);
  close.click();
  await waitFor(() => expect(document.activeElement).toBe(opener));
});
