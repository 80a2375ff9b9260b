import { Trans, useLingui } from "@lingui/react/macro";
import { Link } from "react-router";
import { paths } from "@/lib/paths";
import { buttonClass } from "@/ui/button";
import { PageHeading } from "@/ui/heading";

export function NotFoundPage() {
  const { t } = useLingui();
  return (
    <div className="grid justify-items-start gap-6">
      <title>{t`Not found · OmniGen`}</title>
      <PageHeading>
        <Trans>There is nothing here</Trans>
      </PageHeading>
      <p>
        <Trans>The address may be mistyped, or what was here is gone.</Trans>
      </p>
      <Link to={paths.gallery} className={buttonClass()}>
        <Trans>To the gallery</Trans>
      </Link>
    </div>
  );
}
