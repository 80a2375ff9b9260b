import { useLingui } from "@lingui/react/macro";
import { Clapperboard, Film, GalleryVerticalEnd, Upload } from "lucide-react";
import { NavLink } from "react-router";
import { PLACES } from "@/app/shortcuts";
import { cx } from "@/ui/cx";

const ICONS = [Clapperboard, Film, GalleryVerticalEnd, Upload];

/** The places: a bar at the bottom of a phone, a row in the header elsewhere. */
export function Nav() {
  const { t } = useLingui();
  return (
    <nav
      aria-label={t`Places`}
      className="fixed inset-x-0 bottom-0 z-30 flex justify-around border-t border-line bg-surface sm:static sm:justify-start sm:gap-1 sm:border-0 sm:bg-transparent"
    >
      {PLACES.map((place, at) => {
        const Icon = ICONS[at] ?? Film;
        return (
          <NavLink
            key={place.path}
            to={place.path}
            className={({ isActive }) => linkClass(isActive)}
          >
            <Icon aria-hidden className="size-5 lg:hidden" />
            <span className="sm:sr-only lg:not-sr-only">{t(place.name)}</span>
          </NavLink>
        );
      })}
    </nav>
  );
}

function linkClass(isActive: boolean): string {
  return cx(
    "flex min-h-14 min-w-14 flex-col items-center justify-center rounded-lg px-2 text-xs sm:min-h-11 sm:min-w-11 sm:text-base lg:px-3",
    isActive ? "font-semibold text-accent" : "text-muted hover:bg-raised hover:text-ink",
  );
}
