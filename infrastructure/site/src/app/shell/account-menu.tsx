import { Trans } from "@lingui/react/macro";
import { DropdownMenu } from "radix-ui";
import { Link } from "react-router";
import { authLogout } from "@/api/generated/sdk.gen";
import type { Profile } from "@/api/generated/types.gen";
import { expectSession, isAdmin } from "@/api/session";
import { ThemeItems } from "@/app/shell/theme-menu";
import { paths } from "@/lib/paths";
import { Menu, menuItemClass } from "@/ui/menu";
import type { MenuFace } from "@/ui/menu-button";

export function AccountMenu({ profile, ...face }: MenuFace & { profile: Profile }) {
  return (
    <Menu {...face}>
      <DropdownMenu.Label className="max-w-64 px-3 py-2 text-sm break-words text-muted">
        {profile.email ?? <Trans>Signed in</Trans>}
      </DropdownMenu.Label>
      <DropdownMenu.Item asChild>
        <Link to={paths.account} className={menuItemClass}>
          <Trans>Usage and webhooks</Trans>
        </Link>
      </DropdownMenu.Item>
      {isAdmin(profile) ? <AdminItem /> : null}
      <DropdownMenu.Item asChild>
        <a href="/api/v1/docs" className={menuItemClass}>
          <Trans>API documentation</Trans>
        </a>
      </DropdownMenu.Item>
      <ThemeItems />
      <DropdownMenu.Separator className="my-1 border-t border-line" />
      <DropdownMenu.Item className={menuItemClass} onSelect={() => void signOut()}>
        <Trans>Sign out</Trans>
      </DropdownMenu.Item>
    </Menu>
  );
}

function AdminItem() {
  return (
    <DropdownMenu.Item asChild>
      <Link to={paths.admin} className={menuItemClass}>
        <Trans>Administration</Trans>
      </Link>
    </DropdownMenu.Item>
  );
}

/** The hosted form is signed out of as well, and leads back to the site. */
async function signOut(): Promise<void> {
  const { data } = await authLogout({ throwOnError: true });
  expectSession(false);
  window.location.assign(data.logoutUrl);
}
