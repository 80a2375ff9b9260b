import { msg } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { Link, useSearchParams } from "react-router";
import { isAdmin, useSession } from "@/api/session";
import { cx } from "@/ui/cx";
import { PageHeading } from "@/ui/heading";
import { Alert } from "@/ui/notice";
import { DeadLetters } from "./dead-letters";
import { Overview } from "./overview";
import { Spending } from "./spending";
import { Transcodes } from "./transcodes";

const TABS = [
  { name: "overview", word: msg`Overview`, Part: Overview },
  { name: "transcodes", word: msg`Transcodes`, Part: Transcodes },
  { name: "dead-letters", word: msg`Dead letters`, Part: DeadLetters },
  { name: "spending", word: msg`Spending`, Part: Spending },
] as const;

export function Component() {
  const { t } = useLingui();
  const session = useSession();
  return (
    <div className="grid gap-6">
      <title>{t`Administration · OmniGen`}</title>
      <PageHeading>
        <Trans>Administration</Trans>
      </PageHeading>
      {session.kind === "signed-in" && isAdmin(session.profile) ? (
        <Tabs />
      ) : (
        <Alert title={<Trans>This is for administrators only.</Trans>} />
      )}
    </div>
  );
}

function Tabs() {
  const { t } = useLingui();
  const [search] = useSearchParams();
  const { name, Part } = TABS.find((tab) => tab.name === search.get("tab")) ?? TABS[0];
  return (
    <>
      <nav
        aria-label={t`Parts of the administration`}
        className="flex flex-wrap gap-x-2 border-b border-line"
      >
        {TABS.map((tab) => (
          <Link
            key={tab.name}
            to={`?tab=${tab.name}`}
            preventScrollReset
            aria-current={tab.name === name ? "page" : undefined}
            className={cx(
              "-mb-px flex min-h-11 items-center border-b-2 px-3",
              tab.name === name
                ? "border-accent font-semibold"
                : "border-transparent text-muted hover:text-ink",
            )}
          >
            {t(tab.word)}
          </Link>
        ))}
      </nav>
      <Part />
    </>
  );
}
