import { Trans } from "@lingui/react/macro";
import type { TimeLeft } from "@/api/generated/types.gen";
import { duration } from "@/lib/format";

/** From when half are done to when nine of ten are; unknown where too few were made. */
export function TimeSpan({ time }: { time: TimeLeft | null | undefined }) {
  if (!time?.p50Seconds || !time.p90Seconds) return <Trans>not known yet</Trans>;
  const half = duration(time.p50Seconds);
  const most = duration(time.p90Seconds);
  return half === most ? (
    <Trans>about {half}</Trans>
  ) : (
    <Trans>
      {half} to {most}
    </Trans>
  );
}
