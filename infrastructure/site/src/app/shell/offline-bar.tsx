import { Trans, useLingui } from "@lingui/react/macro";
import { onlineManager } from "@tanstack/react-query";
import { WifiOff } from "lucide-react";
import { useSyncExternalStore } from "react";
import { useSaid } from "@/lib/announce";

/** Says that there is no connection, and that nothing is lost by it. */
export function OfflineBar() {
  const { t } = useLingui();
  const isOnline = useSyncExternalStore(
    (changed) => onlineManager.subscribe(changed),
    () => onlineManager.isOnline(),
  );
  useSaid(isOnline ? null : t`The connection is lost`);
  if (isOnline) return null;
  return (
    <aside
      aria-label={t`Connection`}
      className="mt-3 flex items-center gap-2 rounded-lg border border-edge bg-raised px-4 py-2"
    >
      <WifiOff aria-hidden className="size-5 shrink-0" />
      <p>
        <Trans>
          You are offline. What you have written stays; the rest goes on when you are back.
        </Trans>
      </p>
    </aside>
  );
}
