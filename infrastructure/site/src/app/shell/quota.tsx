import { Plural, Trans } from "@lingui/react/macro";
import { Link } from "react-router";
import type { Usage } from "@/api/generated/types.gen";
import { count, day } from "@/lib/format";
import { paths } from "@/lib/paths";

/** How many films are left of the month. */
export function Quota({ usage }: { usage: Usage }) {
  const { quota } = usage;
  const remaining = count(usage.remaining);
  const resets = day(usage.resetsAt);
  return (
    <Link
      to={paths.account}
      className="hidden min-h-11 items-center rounded-lg px-2 text-sm text-muted hover:bg-raised md:flex"
    >
      <span>
        <Plural
          value={quota}
          one={`${remaining} of # film left`}
          other={`${remaining} of # films left`}
        />
        <span className="sr-only">
          , <Trans>resets {resets}</Trans>
        </span>
      </span>
    </Link>
  );
}
