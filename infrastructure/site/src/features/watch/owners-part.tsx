import { Trans, useLingui } from "@lingui/react/macro";
import { Clapperboard } from "lucide-react";
import { Link, useNavigate } from "react-router";
import type { Video } from "@/api/generated/types.gen";
import { paths } from "@/lib/paths";
import { buttonClass } from "@/ui/button";
import { Chip } from "@/ui/chip";
import { AnotherLikeThis } from "@/video/another";
import { EditVideo } from "@/video/edit-video";
import { VISIBILITY } from "@/video/visibility-words";
import type { Origin } from "./watch-queries";

interface Props {
  video: Video;
  origin: Origin | null;
}

/** What its owner can do with a video; a film's takes and storyboard are on its own page. */
export function OwnersPart({ video, origin }: Props) {
  const navigate = useNavigate();
  return (
    <>
      <EditVideo video={video} onDelete={() => void navigate(`${paths.films}?tab=videos`)} />
      {origin ? (
        <>
          <Link to={paths.film(origin.id)} className={buttonClass()}>
            <Clapperboard aria-hidden className="size-5" />
            <Trans>Scenes and takes</Trans>
          </Link>
          <AnotherLikeThis film={origin.film} />
        </>
      ) : null}
    </>
  );
}

export function VisibilityFact({ video }: { video: Video }) {
  const { t } = useLingui();
  return <Chip tone="neutral">{t(VISIBILITY[video.visibility])}</Chip>;
}
