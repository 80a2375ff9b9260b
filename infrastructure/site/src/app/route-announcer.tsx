import { useEffect, useRef } from "react";
import { useLocation } from "react-router";
import { useAnnouncement } from "@/lib/announce";

/** The one polite live region. */
export function LiveRegion() {
  const message = useAnnouncement();
  return (
    <div role="status" aria-live="polite" className="sr-only">
      {message}
    </div>
  );
}

/** Focuses the new page's heading, which makes screen readers say it. */
export function useFocusOnNavigation(): void {
  const { pathname } = useLocation();
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    document.querySelector<HTMLElement>("main h1")?.focus();
  }, [pathname]);
}
