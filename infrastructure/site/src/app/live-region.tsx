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
