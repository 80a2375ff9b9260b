import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { Outlet, useLocation } from "react-router";
import { isOutOfTurn } from "@/api/api-error";
import { type Answer, Loaded } from "@/api/loaded";
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
  if (session.kind === "unknown") return <Unknown answer={session.answer} />;
  return wasSignedIn ? <SessionOver /> : <SignInPage />;
}

/** Who is here is asked for, or could not be learned. */
function Unknown({ answer }: { answer: Answer<unknown> }) {
  return (
    <div className="grid gap-6">
      {answer.error || isOutOfTurn(answer.failureReason) ? (
        <PageHeading>
          <Trans>This page cannot be shown yet</Trans>
        </PageHeading>
      ) : null}
      <Loaded answer={answer} loading={<Skeleton className="h-64" />}>
        {() => null}
      </Loaded>
    </div>
  );
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
