import { msg } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import type { Job } from "@/api/generated/types.gen";
import { clock } from "@/lib/format";
import { Fact, Facts } from "@/ui/facts";
import { Panel } from "@/ui/panel";
import { USUAL } from "@/video/transition-words";

const KIND = { "music-video": msg`Music video`, "ad-creative": msg`Advertisement` };
const SOUND = { music: msg`Music`, none: msg`Silent` };

interface Props {
  film: Job;
  /** More of it. */
  children?: ReactNode;
}

/** What a film was asked for with. */
export function Recipe({ film, children }: Props) {
  const { t } = useLingui();
  const transition = USUAL[film.transition];
  return (
    <Panel title={<Trans>Recipe</Trans>}>
      <Facts>
        <Fact name={<Trans>Kind</Trans>}>{t(KIND[film.category])}</Fact>
        <Fact name={<Trans>Length</Trans>}>{clock(film.durationSeconds)}</Fact>
        <Fact name={<Trans>Shape</Trans>}>{film.aspectRatio}</Fact>
        <Fact name={<Trans>Transition</Trans>}>{transition ? t(transition) : film.transition}</Fact>
        <Fact name={<Trans>Sound</Trans>}>{t(SOUND[film.audio])}</Fact>
        {film.seed === null || film.seed === undefined ? null : (
          <Fact name={<Trans>Seed</Trans>}>{film.seed}</Fact>
        )}
        {children}
      </Facts>
    </Panel>
  );
}
