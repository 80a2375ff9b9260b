import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Link, useParams } from "react-router";
import type { Storyboard } from "@/api/generated/types.gen";
import { Loaded } from "@/api/loaded";
import { dateTime, dollars } from "@/lib/format";
import { paths } from "@/lib/paths";
import { buttonClass } from "@/ui/button";
import { Fact, Facts } from "@/ui/facts";
import { PageHeading } from "@/ui/heading";
import { Note } from "@/ui/notice";
import { Skeleton } from "@/ui/skeleton";
import { PlannedScene } from "@/video/planned-scene";
import { Animatic } from "./animatic";
import { StoryboardForm } from "./storyboard-form";
import { useStoryboard } from "./storyboard-queries";

export function Component() {
  const { t } = useLingui();
  const { id = "" } = useParams();
  const storyboard = useStoryboard(id);
  return (
    <div className="grid gap-6">
      <title>{t`Storyboard · OmniGen`}</title>
      <PageHeading
        aside={
          <Link to={paths.film(id)} className={buttonClass()}>
            <Trans>To the film</Trans>
          </Link>
        }
      >
        <Trans>Storyboard</Trans>
      </PageHeading>
      <Loaded answer={storyboard} loading={<Skeleton className="h-96" />}>
        {(found) => <Body id={id} storyboard={found} />}
      </Loaded>
    </div>
  );
}

function Body({ id, storyboard }: { id: string; storyboard: Storyboard }) {
  const { editable, version } = storyboard;
  return (
    <>
      <Figures storyboard={storyboard} />
      {editable ? (
        <>
          <Animatic key={`animatic-${version}`} id={id} />
          <StoryboardForm key={version} id={id} storyboard={storyboard} />
        </>
      ) : (
        <ReadOnly storyboard={storyboard} />
      )}
    </>
  );
}

function Figures({ storyboard }: { storyboard: Storyboard }) {
  const { scenes, seconds, priceNanoUsd, reviewUntil } = storyboard;
  return (
    <Facts>
      <Fact name={<Trans>Scenes</Trans>}>{scenes.length}</Fact>
      <Fact name={<Trans>Length</Trans>}>
        <Plural value={Math.round(seconds)} one="# second" other="# seconds" />
      </Fact>
      <Fact name={<Trans>Price</Trans>}>{dollars(priceNanoUsd)}</Fact>
      {reviewUntil ? <Fact name={<Trans>Waits until</Trans>}>{dateTime(reviewUntil)}</Fact> : null}
    </Facts>
  );
}

function ReadOnly({ storyboard: { scenes, music } }: { storyboard: Storyboard }) {
  return (
    <>
      <Note>
        <Trans>The film is made by this storyboard; it cannot be changed now.</Trans>
      </Note>
      <ol className="grid gap-3">
        {scenes.map((scene) => (
          <PlannedScene key={scene.index} scene={scene} />
        ))}
      </ol>
      {music.description ? (
        <p className="text-muted">
          <Trans>Music: {music.description}</Trans>
        </p>
      ) : null}
    </>
  );
}
