import { Trans } from "@lingui/react/macro";
import { Suspense } from "react";
import { Link, useLocation } from "react-router";
import { type Session, useSession } from "@/api/session";
import { SignInLink } from "@/api/sign-in-link";
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
        <Account session={session} />
      </div>
    </header>
  );
}

/** Until it is known who is there, what is likely: nobody's button gives way to another. */
function Account({ session }: { session: Session }) {
  if (session.kind === "signed-in") {
    return (
      <>
        <Quota usage={session.profile.usage} />
        <Suspense fallback={<MenuPlace />}>
          <AccountMenu profile={session.profile} />
        </Suspense>
      </>
    );
  }
  if (session.kind === "unknown" && session.isLikely) return <MenuPlace />;
  return (
    <>
      <Suspense fallback={<MenuPlace />}>
        <ThemeMenu />
      </Suspense>
      <SignIn />
    </>
  );
}

/** Of the size of a menu's button. */
function MenuPlace() {
  return <span className="size-11" />;
}

function SignIn() {
  const { pathname, search } = useLocation();
  const back = pathname === paths.home ? paths.create : pathname + search;
  return (
    <SignInLink back={back} className={buttonClass("primary")}>
      <Trans>Sign in</Trans>
    </SignInLink>
  );
}
