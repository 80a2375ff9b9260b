import { Trans, useLingui } from "@lingui/react/macro";
import { Layers, Music } from "lucide-react";
import { Suspense } from "react";
import { Link, useSearchParams } from "react-router";
import type { Job, Scene } from "@/api/generated/types.gen";
import { lazily } from "@/lib/lazily";
import { paths } from "@/lib/paths";
import { buttonClass } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Panel } from "@/ui/panel";
import { Skeleton } from "@/ui/skeleton";
import { ChapterList } from "@/video/chapter-list";
import { chaptersOf } from "@/video/chapters";
import type { Playback } from "@/video/player/playback";
import { useStoryboard } from "./film-queries";
import { sceneAt } from "./takes-view";

const PartChanges = lazily(async () => (await import("./part-changes")).PartChanges);

/** The scenes of a finished film: which one plays, and a way to change each and the music. */
export function FilmScenes({ job, playback }: { job: Job; playback: Playback }) {
  const { data, isPending } = useStoryboard(job.jobId);
  if (isPending) return <Places count={job.sceneCount} />;
  if (!data) return null;
  return (
    <Panel title={<Trans>Scenes</Trans>}>
      <ChapterList
        chapters={chaptersOf(data)}
        playback={playback}
        actions={(at) => <TakesLink scene={job.scenes?.[at]} />}
      />
      {job.soundtrack === "none" ? null : <MusicLink />}
      <Link to={paths.storyboard(job.jobId)} className="justify-self-start underline">
        <Trans>Read the storyboard</Trans>
      </Link>
      <SceneDialog job={job} />
      <MusicDialog job={job} />
    </Panel>
  );
}

/** Of the size of what comes. */
function Places({ count }: { count: number }) {
  return (
    <Panel title={<Trans>Scenes</Trans>}>
      <div className="grid gap-1">
        {Array.from({ length: count }, (_, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same.
          <Skeleton key={at} className="h-11" />
        ))}
      </div>
    </Panel>
  );
}

function TakesLink({ scene }: { scene: Scene | undefined }) {
  const { t } = useLingui();
  if (!scene) return null;
  const { index } = scene;
  return (
    <Link
      to={`?scene=${index}`}
      preventScrollReset
      aria-label={t`Change scene ${index}`}
      className={buttonClass("quiet", "shrink-0")}
    >
      <Layers aria-hidden className="size-4" />
      <Trans>Change</Trans>
    </Link>
  );
}

function MusicLink() {
  return (
    <Link to="?music" preventScrollReset className={buttonClass("quiet", "justify-self-start")}>
      <Music aria-hidden className="size-4" />
      <Trans>Change the music</Trans>
    </Link>
  );
}

/** The address says whether the music is open. */
function MusicDialog({ job }: { job: Job }) {
  const [search, setSearch] = useSearchParams();
  const close = () => setSearch({}, { replace: true, preventScrollReset: true });
  if (!search.has("music") || job.soundtrack === "none") return null;
  return (
    <Dialog title={<Trans>Music</Trans>} open onOpenChange={close}>
      <Suspense fallback={<Skeleton className="h-96" />}>
        <PartChanges job={job} scene={null} onDone={close} />
      </Suspense>
    </Dialog>
  );
}

/** The address says which scene is open. */
function SceneDialog({ job }: { job: Job }) {
  const [search, setSearch] = useSearchParams();
  const scene = sceneAt(job.scenes, search.get("scene"));
  const close = () => setSearch({}, { replace: true, preventScrollReset: true });
  if (!scene) return null;
  const { index, title } = scene;
  return (
    <Dialog
      title={
        <Trans>
          Scene {index}: {title}
        </Trans>
      }
      open
      onOpenChange={close}
    >
      <Suspense fallback={<Skeleton className="h-96" />}>
        <PartChanges key={index} job={job} scene={scene} onDone={close} />
      </Suspense>
    </Dialog>
  );
}
