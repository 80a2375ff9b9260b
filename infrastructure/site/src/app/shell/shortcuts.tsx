import { Suspense, useEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { actionOf, isForPage } from "@/app/shortcuts";
import { lazily } from "@/lib/lazily";
import { paths } from "@/lib/paths";

const ShortcutSheet = lazily(
  async () => (await import("@/app/shell/shortcut-sheet")).ShortcutSheet,
);

/** Listens for the shortcuts, and shows them all after `?`. */
export function Shortcuts() {
  const [isOpen, setOpen] = useState(false);
  useShortcuts(() => setOpen(true));
  if (!isOpen) return null;
  return (
    <Suspense>
      <ShortcutSheet onClose={() => setOpen(false)} />
    </Suspense>
  );
}

function useShortcuts(help: () => void): void {
  const navigate = useNavigate();
  const before = useRef("");
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (!isForPage(event)) return;
      const action = actionOf(event.key, before.current);
      before.current = event.key;
      if (action) event.preventDefault();
      if (action?.kind === "go") void navigate(action.path);
      if (action?.kind === "help") help();
      if (action?.kind === "search") search(navigate);
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  });
}

function search(navigate: ReturnType<typeof useNavigate>): void {
  const field = document.querySelector<HTMLElement>("input[type=search]");
  if (field) field.focus();
  else void navigate(paths.gallery);
}
