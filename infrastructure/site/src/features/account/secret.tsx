import { Trans, useLingui } from "@lingui/react/macro";
import { useSaid } from "@/lib/announce";
import { Note } from "@/ui/notice";

/** A secret that is shown this once. */
export function Secret({ secret }: { secret: string }) {
  const { t } = useLingui();
  useSaid(t`The secret is shown. Keep it.`);
  return (
    <Note>
      <p>
        <Trans>Keep this secret: it is shown once, and proves that an event is ours.</Trans>
      </p>
      <code className="break-all select-all">{secret}</code>
    </Note>
  );
}
