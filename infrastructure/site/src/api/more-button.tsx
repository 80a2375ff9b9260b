import { Trans } from "@lingui/react/macro";
import { Failure } from "@/api/failure";
import { Button } from "@/ui/button";

/** What Query says of a list that comes in pages. */
interface Pages {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  isFetchNextPageError: boolean;
  error: unknown;
  fetchNextPage: () => unknown;
}

/** The way to the rest of a list, where there is one. */
export function MoreButton({ pages }: { pages: Pages }) {
  if (!pages.hasNextPage) return null;
  if (pages.isFetchNextPageError)
    return <Failure error={pages.error} onRetry={pages.fetchNextPage} />;
  return (
    <div className="grid justify-items-center">
      <Button busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
        <Trans>More</Trans>
      </Button>
    </div>
  );
}
