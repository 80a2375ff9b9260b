import { Trans } from "@lingui/react/macro";
import { Note } from "@/ui/notice";

/** A secret that is shown this once. */
export function Secret({ secret }: { secret: string }) {
  return (
    <div role="status">
      <Note>
        <p>
          <Trans>Keep this secret: it is shown once, and proves that an event is ours.</Trans>
        </p>
        <code className="break-all select-all">{secret}</code>
      </Note>
    </div>
  );
}
