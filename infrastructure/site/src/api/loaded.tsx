import { Trans, useLingui } from "@lingui/react/macro";
import { type ReactNode, useDeferredValue } from "react";
import { Failure } from "@/api/failure";
import { useSaid } from "@/lib/announce";

/** What Query says of an answer. */
interface Answer<T> {
  data: T | undefined;
  error: unknown;
  isPaused: boolean;
  refetch: () => unknown;
}

interface Props<T> {
  answer: Answer<T>;
  /** Of the size of what comes. */
  loading: ReactNode;
  children: (data: T) => ReactNode;
}

/** An answer in each of its states; one that is asked for again stays in sight. */
export function Loaded<T>({ answer, loading, children }: Props<T>) {
  const { t } = useLingui();
  const isHeldUp = answer.data === undefined && answer.isPaused;
  useSaid(isHeldUp ? t`Waiting for the connection` : null);
  // What comes is drawn bit by bit: it may be all of a page.
  const isItsTurn = useDeferredValue(answer.data !== undefined);
  if (answer.data !== undefined && isItsTurn) return children(answer.data);
  if (answer.error) return <Failure error={answer.error} onRetry={answer.refetch} />;
  return (
    <div aria-busy="true">
      <p className="sr-only">
        {isHeldUp ? <Trans>Waiting for the connection</Trans> : <Trans>Loading</Trans>}
      </p>
      {loading}
    </div>
  );
}
