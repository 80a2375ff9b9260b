import { Trans, useLingui } from "@lingui/react/macro";
import { CircleUser, SunMoon } from "lucide-react";
import { Link, useLocation } from "react-router";
import { type Session, useSession } from "@/api/session";
import { SignInLink } from "@/api/sign-in-link";
import { Nav } from "@/app/shell/nav";
import { Quota } from "@/app/shell/quota";
import { lazily } from "@/lib/lazily";
import { paths } from "@/lib/paths";
import { buttonClass } from "@/ui/button";
import { LaterMenu } from "@/ui/later-menu";

// Menus are a fifth of the first load: they come when they are wanted.
const loadAccount = async () => (await import("@/app/shell/account-menu")).AccountMenu;
const loadTheme = async () => (await import("@/app/shell/theme-menu")).ThemeMenu;
const AccountMenu = lazily(loadAccount);
const ThemeMenu = lazily(loadTheme);

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
  const { t } = useLingui();
  const account = { label: t`Account`, icon: <CircleUser aria-hidden className="size-6" /> };
  const theme = { label: t`Theme`, icon: <SunMoon aria-hidden className="size-5" /> };
  if (session.kind === "signed-in") {
    return (
      <>
        <Quota usage={session.profile.usage} />
        <LaterMenu {...account} load={loadAccount}>
          <AccountMenu {...account} profile={session.profile} />
        </LaterMenu>
      </>
    );
  }
  // Of the size of a menu's button.
  if (session.kind === "unknown" && session.isLikely) return <span className="size-11" />;
  return (
    <>
      <LaterMenu {...theme} load={loadTheme}>
        <ThemeMenu {...theme} />
      </LaterMenu>
      <SignIn />
    </>
  );
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
