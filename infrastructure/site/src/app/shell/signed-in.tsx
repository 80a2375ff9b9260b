import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { Outlet, useLocation } from "react-router";
import { Failure } from "@/api/failure";
import { useSession } from "@/api/session";
import { SignInLink } from "@/api/sign-in-link";
import { buttonClass } from "@/ui/button";
import { PageHeading } from "@/ui/heading";
import { Alert } from "@/ui/notice";
import { Skeleton } from "@/ui/skeleton";

/** Pages for those who are signed in. One whose session ends under it stays as it is. */
export function SignedIn() {
  const session = useSession();
  const [wasSignedIn, setWasSignedIn] = useState(false);
  if (session.kind === "signed-in" && !wasSignedIn) setWasSignedIn(true);
  if (session.kind === "signed-in") return <Outlet />;
  if (session.kind === "unknown") {
    if (session.error) return <Failure error={session.error} onRetry={session.retry} />;
    return <Skeleton className="h-64" />;
  }
  return wasSignedIn ? <SessionOver /> : <SignInPage />;
}

function SessionOver() {
  return (
    <div className="grid gap-6">
      <Alert title={<Trans>Your session is over. What you have written is kept.</Trans>}>
        <div>
          <SignInAgain />
        </div>
      </Alert>
      <Outlet />
    </div>
  );
}

function SignInPage() {
  const { t } = useLingui();
  return (
    <div className="grid justify-items-start gap-6">
      <title>{t`Sign in · OmniGen`}</title>
      <PageHeading>
        <Trans>Sign in to go on</Trans>
      </PageHeading>
      <p>
        <Trans>This page is yours alone. You come back to it after signing in.</Trans>
      </p>
      <SignInAgain />
    </div>
  );
}

function SignInAgain() {
  const { pathname, search } = useLocation();
  return (
    <SignInLink back={pathname + search} className={buttonClass("primary")}>
      <Trans>Sign in</Trans>
    </SignInLink>
  );
}
