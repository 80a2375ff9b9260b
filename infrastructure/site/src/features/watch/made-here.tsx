import { Trans } from "@lingui/react/macro";
import { Panel } from "@/ui/panel";
import { ChapterList } from "@/video/chapter-list";
import { Recipe } from "@/video/recipe";
import type { Origin } from "./watch-queries";

interface Props {
  origin: Origin;
  element: HTMLVideoElement | null;
}

/** What a film's owner sees of how it was made. */
export function MadeHere({ origin: { film, chapters }, element }: Props) {
  return (
    <>
      <Panel title={<Trans>What it was asked for</Trans>}>
        <p className="max-w-3xl break-words">{film.prompt}</p>
      </Panel>
      <div className="grid items-start gap-6 lg:grid-cols-2">
        <Panel title={<Trans>Scenes</Trans>}>
          <ChapterList chapters={chapters} video={element} />
        </Panel>
        <Recipe film={film} />
      </div>
    </>
  );
}
