import { Trans } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { Failure } from "@/api/failure";
import { useSaid } from "@/lib/announce";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/confirm";

/** What Query says of an act that can be tried dry. */
interface Act {
  isPending: boolean;
  error: unknown;
  data: { message: string; dryRun: boolean } | undefined;
}

interface Props {
  act: Act;
  action: ReactNode;
  run: (dryRun: boolean) => void;
}

/** First what would happen, then the button that does it. */
export function DryRun({ act, action, run }: Props) {
  const { data, error, isPending } = act;
  useSaid(data?.message ?? null);
  return (
    <div className="grid justify-items-start gap-3">
      {data ? <p>{data.message}</p> : null}
      {error ? <Failure error={error} /> : null}
      <div className="flex flex-wrap gap-2">
        <Button busy={isPending} onClick={() => run(true)}>
          <Trans>See what would happen</Trans>
        </Button>
        {data?.dryRun ? (
          <Confirm
            action={action}
            title={action}
            description={data.message}
            busy={isPending}
            onConfirm={() => run(false)}
          />
        ) : null}
      </div>
    </div>
  );
}
