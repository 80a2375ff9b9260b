import { Trans, useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { Link, useSearchParams } from "react-router";
import { paths } from "@/lib/paths";
import { buttonClass } from "@/ui/button";
import { cx } from "@/ui/cx";
import { PageHeading } from "@/ui/heading";
import { shownOf } from "./films-view";
import { MadeList } from "./made-list";
import { VideoList } from "./video-list";

export function Component() {
  const { t } = useLingui();
  const [search] = useSearchParams();
  const isVideos = search.get("tab") === "videos";
  return (
    <div className="grid gap-6">
      <title>{t`My films · OmniGen`}</title>
      <PageHeading
        aside={
          <Link to={paths.create} className={buttonClass("primary")}>
            <Trans>Create a film</Trans>
          </Link>
        }
      >
        <Trans>My films</Trans>
      </PageHeading>
      <nav aria-label={t`Kinds of films`} className="flex gap-2 border-b border-line">
        <Tab to="?" isCurrent={!isVideos}>
          <Trans>Made here</Trans>
        </Tab>
        <Tab to="?tab=videos" isCurrent={isVideos}>
          <Trans>In the gallery</Trans>
        </Tab>
      </nav>
      {isVideos ? <VideoList /> : <MadeList shown={shownOf(search)} />}
    </div>
  );
}

function Tab({ to, isCurrent, children }: { to: string; isCurrent: boolean; children: ReactNode }) {
  return (
    <Link
      to={to}
      preventScrollReset
      aria-current={isCurrent ? "page" : undefined}
      className={cx(
        "-mb-px flex min-h-11 items-center border-b-2 px-3",
        isCurrent ? "border-accent font-semibold" : "border-transparent text-muted hover:text-ink",
      )}
    >
      {children}
    </Link>
  );
}
