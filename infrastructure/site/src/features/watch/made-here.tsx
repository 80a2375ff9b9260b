import { Trans } from "@lingui/react/macro";
import type { Job } from "@/api/generated/types.gen";
import { Panel } from "@/ui/panel";
import { ChapterList } from "@/video/chapter-list";
import type { Chapter } from "@/video/chapters";
import type { Playback } from "@/video/player/playback";
import { Recipe } from "@/video/recipe";

interface Props {
  film: Job;
  chapters: Chapter[];
  playback: Playback;
}

/** What a film's owner sees of how it was made. */
export function MadeHere({ film, chapters, playback }: Props) {
  return (
    <>
      <Panel title={<Trans>What it was asked for</Trans>}>
        <p className="max-w-3xl break-words">{film.prompt}</p>
      </Panel>
      <div className="grid items-start gap-6 lg:grid-cols-2">
        {chapters.length > 0 ? (
          <Panel title={<Trans>Scenes</Trans>}>
            <ChapterList chapters={chapters} playback={playback} />
          </Panel>
        ) : null}
        <Recipe film={film} />
      </div>
    </>
  );
}
