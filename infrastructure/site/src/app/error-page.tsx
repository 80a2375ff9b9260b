import { Trans } from "@lingui/react/macro";
import { useRouteError } from "react-router";
import { isStatus } from "@/api/api-error";
import { Failure } from "@/api/failure";
import { NotFoundPage } from "@/app/not-found-page";
import { PageHeading } from "@/ui/heading";

/** What a page shows that broke. */
export function ErrorPage() {
  const error = useRouteError();
  if (isStatus(error, 404)) return <NotFoundPage />;
  return (
    <div className="grid gap-6">
      <title>OmniGen</title>
      <PageHeading>
        <Trans>This page broke</Trans>
      </PageHeading>
      <Failure error={error} onRetry={() => window.location.reload()} />
    </div>
  );
}
