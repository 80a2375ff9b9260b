import { Trans, useLingui } from "@lingui/react/macro";
import { type ReactNode, useDeferredValue } from "react";
import { isOutOfTurn } from "@/api/api-error";
import { Failure } from "@/api/failure";
import { useSaid } from "@/lib/announce";
import { Note } from "@/ui/notice";

/** What Query says of an answer. */
export interface Answer<T> {
  data: T | undefined;
  error: unknown;
  /** Why it was not answered yet and is asked for again. */
  failureReason: unknown;
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
  if (isOutOfTurn(answer.failureReason)) return <OutOfTurn />;
  return (
    <div aria-busy="true">
      <p className="sr-only">
        {isHeldUp ? <Trans>Waiting for the connection</Trans> : <Trans>Loading</Trans>}
      </p>
      {loading}
    </div>
  );
}

/** It is asked for again by itself. */
function OutOfTurn() {
  const { t } = useLingui();
  const text = t`You have asked for much in a minute. This goes on by itself before the next one is over.`;
  useSaid(text);
  return <Note>{text}</Note>;
}
