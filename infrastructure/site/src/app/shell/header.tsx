import { Trans } from "@lingui/react/macro";
import { Suspense } from "react";
import { Link, useLocation } from "react-router";
import { type Session, signInUrl, useSession } from "@/api/session";
import { Nav } from "@/app/shell/nav";
import { Quota } from "@/app/shell/quota";
import { lazily } from "@/lib/lazily";
import { paths } from "@/lib/paths";
import { buttonClass } from "@/ui/button";

// Menus are a fifth of the first load; the page is usable before them.
const AccountMenu = lazily(async () => (await import("@/app/shell/account-menu")).AccountMenu);
const ThemeMenu = lazily(async () => (await import("@/app/shell/theme-menu")).ThemeMenu);

export function Header() {
  const session = useSession();
  return (
    <header className="flex min-h-16 items-center gap-2 border-b border-line sm:gap-4">
      <Link to={paths.home} className="flex items-center gap-2 rounded-lg text-lg font-semibold">
        <img src="/icon.svg" alt="" className="size-8" />
        OmniGen
      </Link>
      <Nav />
      <div className="ml-auto flex items-center gap-1 sm:gap-2">
        <Suspense fallback={<span className="size-11" />}>
          <Account session={session} />
        </Suspense>
      </div>
    </header>
  );
}

function Account({ session }: { session: Session }) {
  if (session.kind === "signed-in") {
    return (
      <>
        <Quota usage={session.profile.usage} />
        <AccountMenu profile={session.profile} />
      </>
    );
  }
  return (
    <>
      <ThemeMenu />
      {session.kind === "signed-out" ? <SignInLink /> : null}
    </>
  );
}

function SignInLink() {
  const { pathname, search } = useLocation();
  const back = pathname === paths.home ? paths.create : pathname + search;
  return (
    <a href={signInUrl(back)} className={buttonClass("primary")}>
      <Trans>Sign in</Trans>
    </a>
  );
}
