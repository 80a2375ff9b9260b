import { Trans, useLingui } from "@lingui/react/macro";
import { ApiError } from "@/api/api-error";
import { errorMessage } from "@/api/error-messages";
import { Button } from "@/ui/button";
import { Alert } from "@/ui/notice";

interface Props {
  error: unknown;
  onRetry?: () => unknown;
}

/** Why something failed, the request's id to quote, and a way to try again. */
export function Failure({ error, onRetry }: Props) {
  const { t } = useLingui();
  return (
    <Alert title={t(errorMessage(error))}>
      <Wait error={error} />
      <RequestId error={error} />
      {onRetry ? (
        <div>
          <Button onClick={() => void onRetry()}>
            <Trans>Try again</Trans>
          </Button>
        </div>
      ) : null}
    </Alert>
  );
}

function Wait({ error }: { error: unknown }) {
  const seconds = error instanceof ApiError ? error.retryAfter : null;
  if (!seconds || seconds > 600) return null;
  return (
    <p>
      <Trans>It can be tried again in {seconds} seconds.</Trans>
    </p>
  );
}

function RequestId({ error }: { error: unknown }) {
  const id = error instanceof ApiError ? error.requestId : null;
  if (!id) return null;
  return (
    <p className="text-sm text-muted">
      <Trans>
        Request <code className="break-all select-all">{id}</code>
      </Trans>
    </p>
  );
}
