import { Trans } from "@lingui/react/macro";
import type { TimeLeft } from "@/api/generated/types.gen";
import { duration } from "@/lib/format";

/** From when half are done to when nine of ten are; unknown where too few were made. */
export function TimeSpan({ time }: { time: TimeLeft | null | undefined }) {
  const [p50, p90] = [time?.p50Seconds ?? null, time?.p90Seconds ?? null];
  if (p50 === null || p90 === null) return <Trans>not known yet</Trans>;
  if (p90 === 0) return <Trans>any moment now</Trans>;
  const half = duration(p50);
  const most = duration(p90);
  return half === most ? (
    <Trans>about {half}</Trans>
  ) : (
    <Trans>
      {half} to {most}
    </Trans>
  );
}
