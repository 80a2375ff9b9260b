import { Plural, Trans } from "@lingui/react/macro";
import { Link } from "react-router";
import type { Usage } from "@/api/generated/types.gen";
import { count, day } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useIsWide } from "@/lib/wide";

interface Props {
  usage: Usage;
}

/** How many films are left of the month; writing numbers costs a phone more than all the header. */
export function Quota({ usage }: Props) {
  return useIsWide() ? <FilmsLeft usage={usage} /> : null;
}

function FilmsLeft({ usage }: Props) {
  const { quota } = usage;
  const remaining = count(usage.remaining);
  const resets = day(usage.resetsAt);
  return (
    <Link
      to={paths.account}
      className="flex min-h-11 items-center rounded-lg px-2 text-sm text-muted hover:bg-raised"
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
